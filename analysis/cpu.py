"""How OpenVINO compiles models for the CPU: in which precision and with which settings.

docs/speed.md says which model runs in which precision, and why.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import openvino

Precision = Literal["f32", "f16", "bf16"]


@cache
def precision(wanted: Precision) -> Precision:
    """`wanted` if the processor itself computes in it, else f32.

    Never ask OpenVINO for a precision that the processor lacks. It silently uses its own default: bf16 instead of f16
    on AVX-512 that has the former but not the latter. And bf16 on AVX-512 with neither is emulated.
    """
    able: list[str] = openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return wanted if {"f32": "FP32", "f16": "FP16", "bf16": "BF16"}[wanted] in able else "f32"


def compiled(model: openvino.Model, threads: int, wanted: Precision, *, streams: int = 1) -> openvino.CompiledModel:
    """`model` on `threads` threads in all, as `streams` independent callers, in `wanted` precision if available.

    Threads are not pinned to cores. Pinning puts the models of one process, and of every other, on the same first
    core, and a kernel call before and after each inference costs more than a small model.
    """
    settings: dict[str, str | int | bool] = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": streams,
        "ENABLE_CPU_PINNING": False,
        "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
        "INFERENCE_PRECISION_HINT": precision(wanted),
    }
    return openvino.Core().compile_model(model, "CPU", settings)


def engine_name(network: openvino.CompiledModel) -> str:
    """For the manifest: the precision that OpenVINO actually used, whatever was requested."""
    return f"OpenVINO, {network.get_property('INFERENCE_PRECISION_HINT').get_type_name()}"
