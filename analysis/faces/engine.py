"""Runs MTCNN's networks in OpenVINO: for these small networks it is five to fifty times faster on a CPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import numpy as np
import openvino as ov
import torch
from numpy.typing import NDArray

from analysis.cpu import compiled
from analysis.faces import networks


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread while models are converted: its threads wait for each other, and for long on busy cores."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Engine:
    """One of MTCNN's networks, compiled. 32-bit floats on purpose: bf16 moves boxes by pixels."""

    def __init__(self, name: str, input_shape: tuple[int, ...], threads: int) -> None:
        """input_shape: with -1 where the size varies from call to call. Raises FileNotFoundError."""
        network = _compiled(name, input_shape, threads)
        self._outputs = len(network.outputs)
        self._request: Any = network.create_infer_request()

    def __call__(self, x: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for one batch; they are copies."""
        self._request.infer([x], share_inputs=True)
        return [np.array(self._request.get_output_tensor(i).data) for i in range(self._outputs)]


@lru_cache
def _compiled(name: str, input_shape: tuple[int, ...], threads: int) -> ov.CompiledModel:
    """Kept for the next recording: converting the three takes seconds, longer than a short clip's analysis."""
    example = torch.zeros([size if size > 0 else 24 if place else 1 for place, size in enumerate(input_shape)])
    network = networks.load(name)
    model = ov.convert_model(network, example_input=example, input=[ov.PartialShape(list(input_shape))])
    return compiled(model, threads, "f32")
