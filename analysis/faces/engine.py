"""Runs a torch network in OpenVINO: for these small networks it is five to fifty times faster on a CPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import openvino as ov
import torch
from numpy.typing import NDArray
from torch import nn

from analysis.cpu import compiled


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread while networks are converted: its threads wait for each other, and on busy cores long."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Engine:
    """A compiled network. 32-bit floats on purpose: bf16, OpenVINO's choice on newer CPUs, moves boxes by pixels."""

    def __init__(self, network: nn.Module, input_shape: tuple[int, ...], threads: int) -> None:
        """input_shape: with -1 where the size varies from call to call."""
        example = torch.zeros([size if size > 0 else 24 if place else 1 for place, size in enumerate(input_shape)])
        model = ov.convert_model(network, example_input=example, input=[ov.PartialShape(list(input_shape))])
        network_on_cpu: Any = compiled(model, threads, INFERENCE_PRECISION_HINT="f32")
        self._outputs = len(network_on_cpu.outputs)
        self._request: Any = network_on_cpu.create_infer_request()

    def __call__(self, x: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for one batch; they are copies."""
        self._request.infer([x], share_inputs=True)
        return [np.array(self._request.get_output_tensor(i).data) for i in range(self._outputs)]
