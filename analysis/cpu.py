"""How networks are compiled by OpenVINO for the processor: the settings that all of them share."""

from __future__ import annotations

import openvino


def compiled(model: openvino.Model, threads: int, *, streams: int = 1, **options: str) -> openvino.CompiledModel:
    """`model` on `threads` threads in all, as `streams` independent callers; `options` are OpenVINO's own.

    Threads are not pinned to cores. Pinning puts the networks of one process, and of every other, on the same first
    core, and a call to the kernel before and after each inference costs more than a small network.
    """
    settings: dict[str, str | int | bool] = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": False,
        "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
    }
    return openvino.Core().compile_model(model, "CPU", settings | options)
