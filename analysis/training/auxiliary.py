"""A second task from the same pixels: how far each muscle group of the face has moved.

MediaPipe's Face Landmarker (Apache-2.0) reads 52 blendshape coefficients (jaw open, brow down left, …) off a face.
Its outputs on the training images are targets next to the expressions: the model has to find brows, lids and lips
before it names anything. Only training needs the file; the product runs without it.
Multi-task learning: Caruana 1997. Distillation: Hinton et al. 2015.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openvino
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from analysis.cpu import compiled
from analysis.landmarks.graphs import BLENDSHAPES as BLENDSHAPES
from analysis.landmarks.graphs import (
    INPUT_PX,
    LANDMARKS_READ,
    POINTS,
    NoLandmarker,
    read_landmarker,
)
from analysis.landmarks.graphs import MIRRORED as MIRRORED
from analysis.training.datasets import BadDataset, Dataset

#: The landmark model expects half as much again around the face; FER-2013's crops have less.
_MARGIN_PX = 6
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class AuxiliaryTargets:
    """blendshapes: (N, 52) in 0..1. trust: (N,) in 0..1, how certain it was that there was a face to read.

    Row i belongs to image i of the dataset whose file has `dataset_sha256`. sha256: of the targets' own file.
    """

    blendshapes: NDArray[np.float32]
    trust: NDArray[np.float32]
    dataset_sha256: str
    sha256: str = ""

    def rows(self, chosen: NDArray[np.int64]) -> AuxiliaryTargets:
        return AuxiliaryTargets(self.blendshapes[chosen], self.trust[chosen], self.dataset_sha256, self.sha256)


def read_faces(dataset: Dataset, landmarker: Path, threads: int = 2) -> AuxiliaryTargets:
    """Runs Face Landmarker's graphs on every image (about 2 ms an image on two cores). Raises BadDataset."""
    landmarks, blendshapes = _graphs(landmarker, threads)
    n = len(dataset)
    points = np.zeros((n, POINTS, 3), np.float32)
    presence = np.zeros(n, np.float32)
    coefficients = np.zeros((n, len(BLENDSHAPES)), np.float32)

    def keep_points(request: openvino.InferRequest, row: int) -> None:
        points[row] = request.get_output_tensor(0).data.reshape(POINTS, 3)
        presence[row] = request.get_output_tensor(1).data.reshape(-1)[0]

    def keep_coefficients(request: openvino.InferRequest, row: int) -> None:
        coefficients[row] = request.get_output_tensor(0).data.reshape(-1)

    queue = openvino.AsyncInferQueue(landmarks, _AT_ONCE)
    queue.set_callback(keep_points)
    for start in tqdm(range(0, n, 256), desc="landmarks", leave=False, disable=None):
        enlarged = _enlarged(dataset.images[start : start + 256])
        for offset in range(len(enlarged)):
            queue.start_async({0: enlarged[offset : offset + 1]}, start + offset)
        queue.wait_all()  # the batch's memory must outlive its requests
    queue = openvino.AsyncInferQueue(blendshapes, _AT_ONCE)
    queue.set_callback(keep_coefficients)
    inputs = points[:, LANDMARKS_READ, :2].copy()  # (N, 146, 2)
    for row in range(n):
        queue.start_async({0: inputs[row : row + 1]}, row)
    queue.wait_all()
    trust = 1 / (1 + np.exp(-presence))
    return AuxiliaryTargets(coefficients.clip(0, 1), trust.astype(np.float32), dataset.sha256)


def _graphs(landmarker: Path, threads: int) -> tuple[openvino.CompiledModel, openvino.CompiledModel]:
    try:
        read = read_landmarker(landmarker)
    except NoLandmarker as error:
        raise BadDataset(str(error)) from error
    landmarks, blendshapes = (
        compiled(graph, threads, "f32", streams=threads) for graph in (read.landmarks, read.blendshapes)
    )
    return landmarks, blendshapes


def _enlarged(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(B, 48, 48) gray -> (B, 256, 256, 3) of 0..1, with a margin of repeated edges."""
    grey = torch.from_numpy(images).to(torch.float32).unsqueeze(1)
    grey = functional.pad(grey, (_MARGIN_PX,) * 4, mode="replicate")
    large = functional.interpolate(grey, size=(INPUT_PX, INPUT_PX), mode="bicubic", align_corners=False)
    in_color = (large.clamp(0, 255) / 255).permute(0, 2, 3, 1).expand(-1, -1, -1, 3)
    return in_color.contiguous().numpy()


def save(path: Path, targets: AuxiliaryTargets) -> None:
    np.savez_compressed(
        path,
        blendshapes=targets.blendshapes.astype(np.float16),
        trust=targets.trust.astype(np.float16),
        dataset_sha256=np.array(targets.dataset_sha256),
    )


def read(path: Path, dataset: Dataset) -> AuxiliaryTargets:
    """The targets of `dataset`. Raises BadDataset if the file belongs to another dataset or is damaged."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            targets = AuxiliaryTargets(
                arrays["blendshapes"].astype(np.float32),
                arrays["trust"].astype(np.float32),
                str(arrays["dataset_sha256"]),
                hashlib.sha256(path.read_bytes()).hexdigest(),
            )
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadDataset(f"The targets {path} cannot be read: {error}.") from error
    if targets.dataset_sha256 != dataset.sha256 or targets.blendshapes.shape != (len(dataset), len(BLENDSHAPES)):
        raise BadDataset(f"The targets {path} belong to another dataset than {dataset.source}.")
    return targets


def auxiliary_loss(logits: Tensor, targets: Tensor, trust: Tensor) -> Tensor:
    """Mean cross-entropy of (B, 52) logits with (B, 52) coefficients, each image weighted by its (B,) trust."""
    each = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none").mean(dim=1)
    return (each * trust).mean()
