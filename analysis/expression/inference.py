"""Face crops in, calibrated probabilities out.

The model runs in torch if there is a CUDA device, else in OpenVINO: docs/speed.md compares engines. OpenVINO uses
bf16 if the processor has it and float32 elsewhere; tests compare both engines with torch's float32 answer. Loading
converts the model, which takes seconds on a busy core; the last two stay ready for the next recording.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import openvino
import torch
from numpy.typing import NDArray

from analysis.cpu import compiled, engine_name
from analysis.expression import weights_file
from analysis.expression.calibration import probabilities
from analysis.expression.network import ExpressionNet, Mirrored, count_parameters
from analysis.expression.preprocessing import CROP_PX, normalise
from analysis.expression.weights_file import WeightsInfo
from analysis.types import EXPRESSIONS

#: (B, 1, 48, 48) normalized faces -> (B, 7) logits. Its name goes into the manifest.
Engine = Callable[[NDArray[np.float32]], NDArray[np.float32]]

#: Faces that go through the model at once: bounds memory, and more is not faster on a CPU.
BATCH = 32


class ExpressionClassifier:
    """A loaded model, for one caller at a time. `name` and `weights_sha256` (of the file) identify it.

    It averages a face and its mirror image, so it makes no difference which way a face is turned. A winner below
    `abstain_below` means "not sure".
    """

    def __init__(
        self, network: ExpressionNet, info: WeightsInfo, weights_sha256: str, engine: Engine, engine_name: str
    ) -> None:
        self.name = info.name
        self.weights_sha256 = weights_sha256
        self.temperature, self.abstain_below = info.temperature, info.abstain_below
        self.parameters = count_parameters(network)
        self.engine_name = engine_name
        self._engine = engine

    @classmethod
    def load(cls, threads: int = 2) -> ExpressionClassifier:
        """The weights that this version ships, on a CUDA device or on `threads` CPU threads. Raises BadWeights.

        Only the model keeps to `threads`; the little that torch does before it follows torch's own setting.
        """
        return cls.from_file(weights_file.SHIPPED, threads)

    @classmethod
    def from_file(cls, path: Path, threads: int = 2) -> ExpressionClassifier:
        """Any weights that `analysis.training export` wrote. Raises BadWeights."""
        network, info = weights_file.read(path)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        if torch.cuda.is_available():
            return cls(network, info, sha256, on_torch(network, "cuda"), f"torch, {torch.cuda.get_device_name()}")
        here = _compiled(path, sha256, threads)
        return cls(network, info, sha256, on_openvino(here), engine_name(here))

    def predict(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 48, 48) gray uint8 crops -> (N, 7) calibrated probabilities in the order of EXPRESSIONS.

        N may be 0. Raises ValueError for any other shape or type: a float crop of 0..1 would pass unnoticed.
        """
        if faces.ndim != 3 or faces.shape[1:] != (CROP_PX, CROP_PX) or faces.dtype != np.uint8:
            raise ValueError(f"faces must be uint8 (N, {CROP_PX}, {CROP_PX}), not {faces.dtype} {faces.shape}")
        if len(faces) == 0:
            return np.empty((0, len(EXPRESSIONS)), dtype=np.float32)
        chunks = [self._logits(faces[start : start + BATCH]) for start in range(0, len(faces), BATCH)]
        return probabilities(np.concatenate(chunks), self.temperature)

    def _logits(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        # a copy: crops are often read-only or mirrored views of a frame
        normalised = normalise(torch.from_numpy(faces.copy())).numpy()  # (B, 48, 48) -> (B, 1, 48, 48)
        return self._engine(normalised)  # (B, 7)


def on_openvino(network: openvino.CompiledModel) -> Engine:
    """One caller's engine from a compiled model."""
    request = network.create_infer_request()
    return lambda faces: np.array(request.infer([faces])[0], np.float32)  # a copy: OpenVINO reuses its buffer


def on_torch(network: ExpressionNet, device: str) -> Engine:
    """The model as it is, in float32, on a device that torch knows."""
    there = Mirrored(network).eval().to(device)

    def run(faces: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            logits = there(torch.from_numpy(faces).to(device))
        return np.asarray(logits.cpu().numpy(), np.float32)

    return run


@lru_cache(maxsize=2)
def _compiled(path: Path, sha256: str, threads: int) -> openvino.CompiledModel:
    """sha256: of the file at `path`, so that another file at the same path is not mistaken for it."""
    network, _ = weights_file.read(path)
    example = torch.zeros(2, 1, CROP_PX, CROP_PX)
    any_batch = [([-1, 1, CROP_PX, CROP_PX], np.float32)]
    model = openvino.convert_model(Mirrored(network), example_input=example, input=any_batch)
    return compiled(model, threads, "bf16")
