"""The liveness stage of a pipeline: a face in a picture in, how likely it was live in front of the camera out.

In torch, not in OpenVINO like the others: that would take 2.5 ms per check instead of 8, but converting both models
takes seconds and 100 MiB, which one check every two seconds does not make up for.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from analysis.faces.engine import one_thread
from analysis.liveness.network import FACE_ITSELF, INPUT_PX, SHAPES, load, read


class LivenessStage:
    """Checks at intervals, and at once for a new face; in between its last answer holds."""

    def __init__(self, model_dir: Path, every_ms: int) -> None:
        """Raises NoLiveness, a FileNotFoundError, if model_dir lacks a file of weights or has a damaged one."""
        files = [read(model_dir, shape) for shape in SHAPES]
        #: For both files, in the order of SHAPES.
        self.weights_sha256 = "+".join(hashlib.sha256(content).hexdigest() for content in files)
        self._networks = [load(content, shape) for content, shape in zip(files, SHAPES, strict=True)]
        self._every_ms = every_ms
        self._last: tuple[int, int, float] | None = None  # time, face and answer of the last check

    def look(self, picture: NDArray[np.uint8], box: NDArray[np.float32], track: int, pts_ms: int) -> float:
        """0..1, the mean of both models. picture: RGB (height, width, 3); box: x1, y1, x2, y2 of a face in it."""
        if self._last is None or self._last[1] != track or pts_ms >= self._last[0] + self._every_ms:
            self._last = (pts_ms, track, self._answer(picture, box))
        return self._last[2]

    def memory(self) -> tuple[int, int, float] | None:
        return self._last

    def remember(self, memory: tuple[int, int, float] | None) -> None:
        """Continue from the `memory` of another stage."""
        self._last = memory

    def _answer(self, picture: NDArray[np.uint8], box: NDArray[np.float32]) -> float:
        with one_thread(), torch.inference_mode():
            answers = [
                float(network(torch.from_numpy(_input(picture, box, shape.scale)))[0, FACE_ITSELF])
                for network, shape in zip(self._networks, SHAPES, strict=True)
            ]
        return round(sum(answers) / len(answers), 4)


def surroundings(box: NDArray[np.float32], scale: float, width: int, height: int) -> tuple[int, int, int, int]:
    """left, top, right, bottom, the last two exclusive: `scale` boxes around a box, as far as the picture goes.

    Moved back into the picture if it would cross a border, as in training, and never larger than the picture.
    """
    x1, y1, x2, y2 = (float(side) for side in box)
    wide, high = max(x2 - x1, 1.0), max(y2 - y1, 1.0)
    fits = min(scale, (width - 1) / wide, (height - 1) / high)
    wide, high = wide * fits, high * fits
    left = min(max((x1 + x2 - wide) / 2, 0.0), width - 1 - wide)
    top = min(max((y1 + y2 - high) / 2, 0.0), height - 1 - high)
    return int(left), int(top), int(left + wide) + 1, int(top + high) + 1


def _input(picture: NDArray[np.uint8], box: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """(1, 3, 80, 80), blue first, 0..255."""
    left, top, right, bottom = surroundings(box, scale, picture.shape[1], picture.shape[0])
    crop = cv2.resize(picture[top:bottom, left:right, ::-1], (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(crop.transpose(2, 0, 1)[None], np.float32)
