"""A face made of numbers, which every machine has, and faces of the shared clips, which developers have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.config import FaceConfig, VideoLimits
from analysis.faces.cascade import Cascade
from analysis.landmarks.asymmetry import GROUPS
from analysis.landmarks.canonical import MESH_POINTS, CanonicalFace
from analysis.landmarks.stage import LandmarkStage
from analysis.video.decode import Decoder


@dataclass(frozen=True, eq=False)
class Portrait:
    """A picture (height, width, 3) with the five points (5, 2) of the face in it."""

    picture: NDArray[np.uint8]
    points: NDArray[np.float32]

    def moved(self, matrix: NDArray[np.float64]) -> Portrait:
        """The same after a (2, 3) affine transform."""
        size = self.picture.shape[1::-1]
        picture = cv2.warpAffine(self.picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        points = self.points @ matrix[:, :2].T + matrix[:, 2]
        return Portrait(picture, points.astype(np.float32))

    def rotated(self, clockwise_deg: float) -> Portrait:
        x, y = self.points.mean(axis=0).tolist()
        return self.moved(cv2.getRotationMatrix2D((x, y), -clockwise_deg, 1))

    def mirrored(self) -> Portrait:
        points = self.points[[1, 0, 2, 4, 3]].copy()
        points[:, 0] = self.picture.shape[1] - 1 - points[:, 0]
        return Portrait(np.ascontiguousarray(self.picture[:, ::-1]), points)

    def pulled(self, at: NDArray[np.float32], by: tuple[float, float], radius: float) -> Portrait:
        """The skin around a point moved by so many pixels, less the farther away; the five points stay."""
        x, y, weight = self._around(at, radius)
        picture = cv2.remap(self.picture, x - weight * by[0], y - weight * by[1], cv2.INTER_LINEAR)
        return Portrait(picture, self.points)

    def with_eyes_closed(self) -> Portrait:
        """Both openings squeezed to a slit: the lids are drawn over the eyes."""
        closed = self
        span = float(np.linalg.norm(self.points[1] - self.points[0]))
        for eye in self.points[:2]:
            x, y, weight = closed._around(eye, span / 5)
            picture = cv2.remap(closed.picture, x, y + weight * 5 * (y - eye[1]), cv2.INTER_LINEAR)
            closed = Portrait(picture, self.points)
        return closed

    def _around(self, at: NDArray[np.float32], radius: float) -> tuple[NDArray[np.float32], ...]:
        height, width = self.picture.shape[:2]
        y, x = np.mgrid[:height, :width].astype(np.float32)
        return x, y, np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * radius**2))


@pytest.fixture(scope="session")
def made_up_face() -> CanonicalFace:
    """468 points that are their own mirror image, as the real canonical face's are, but no face."""
    random = np.random.default_rng(7)
    left = [i for group in GROUPS.values() for i in group]
    left += [i for i in range(MESH_POINTS) if i not in left][: MESH_POINTS // 2 - len(left)]
    right = [i for i in range(MESH_POINTS) if i not in left]
    points, weights = np.zeros((MESH_POINTS, 3)), np.zeros(MESH_POINTS)
    points[left] = random.uniform([0.3, -8, 0], [7, 8, 6], (len(left), 3))
    points[right] = points[left] * [-1, 1, 1]
    weights[left[100:116]] = weights[right[100:116]] = 1 / 32
    return CanonicalFace(points, weights)


@cache
def _stage(folder: Path) -> LandmarkStage:
    return LandmarkStage(folder, threads=1)


@pytest.fixture
def task_file(shared: Callable[[str], Path]) -> Path:
    return shared("models/face_landmarker.task")


@pytest.fixture
def stage(task_file: Path) -> LandmarkStage:
    return _stage(task_file.parent)


@cache
def _cascade() -> Cascade:
    return Cascade(FaceConfig(), threads=1)


@cache
def _portraits(path: Path, every: int) -> list[Portrait]:
    found = []
    with Decoder(path, VideoLimits(), side_px=640) as decoder:
        for frame in decoder:
            if frame.picture is None or frame.index % every:
                continue
            faces = _cascade().detect(frame.picture)
            if len(faces):
                found.append(Portrait(frame.picture.copy(), faces.points[int(faces.probs.argmax())]))
    return found


@pytest.fixture
def portraits(clip: Callable[[str], Path]) -> Callable[[str, int], list[Portrait]]:
    """portraits("short_smile.mp4", 30) -> the largest-probability face of every thirtieth frame."""
    return lambda name, every: _portraits(clip(name), every)


@pytest.fixture
def frontal(portraits: Callable[[str, int], list[Portrait]]) -> Portrait:
    return portraits("short_smile.mp4", 40)[0]


@pytest.fixture
def signals_of(stage: LandmarkStage) -> Callable[..., NDArray[np.float32]]:
    """Portraits -> (N, len(FACE_SIGNALS))."""
    return lambda *faces: stage.read([stage.view(face.picture, face.points) for face in faces])
