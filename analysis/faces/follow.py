"""Follows faces from frame to frame: the whole cascade now and then, O-net alone in between."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.config import FaceConfig
from analysis.faces.cascade import Cascade, Detections, nms, squared
from analysis.faces.pooling import QuickPicture

# A new face must have a higher probability than one that is only followed: posters and folds of cloth often reach
# MTCNN's 0.7 for a frame.
_NEW_FACE_PROB = 0.95
_SAME_FACE_IOU = 0.3
# What makes a face steady. The mean decays with a time constant of _MEAN_MS.
_STEADY_MS = 400
_STEADY_MEAN = 0.95
_MEAN_MS = 500
# For how long a lost face may come back at the same place under its old number.
_REMEMBER_MS = 1500
# While no one is visible, faces are searched for this much more often than on key frames.
_SEARCH_FACTOR = 4


@dataclass(frozen=True, slots=True)
class Face:
    """A face in one frame. box: (4,) x1, y1, x2, y2. points: (5, 2). In pixels of the picture it was found in.

    steady: it has been there for a while with a high enough probability, so it counts as a face. Hands and folds of
    cloth pass MTCNN for moments; in test recordings they reach 0.97 for a frame, but not on average.
    """

    track: int
    box: NDArray[np.float32]
    points: NDArray[np.float32]
    prob: float
    steady: bool = False


@dataclass(slots=True)
class _Memory:
    face: Face
    seen_ms: int


@dataclass(slots=True)
class _Record:
    """What is remembered of a track besides its last face."""

    born_ms: int
    mean_prob: float


class Tracker:
    """Numbers the faces of a video. Feed it every frame in order of time."""

    def __init__(self, cascade: Cascade, config: FaceConfig) -> None:
        self._cascade, self._config = cascade, config
        self._visible: list[Face] = []
        self._lost: list[_Memory] = []
        self._records: dict[int, _Record] = {}
        self._last_ms = 0
        self._next_track = 1
        self._detected_ms = -(10**9)

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the networks: what a savepoint keeps."""
        return {name: value for name, value in self.__dict__.items() if name != "_cascade"}

    def attach(self, cascade: Cascade) -> None:
        """Give the networks to a tracker that comes from a savepoint."""
        self._cascade = cascade

    def update(self, picture: NDArray[np.uint8], pts_ms: int) -> list[Face]:
        """The faces of an RGB picture (height, width, 3), in the order in which their tracks began."""
        before = self._visible
        followed = self._followed(picture, before)
        self._lost = [memory for memory in self._lost if pts_ms - memory.seen_ms <= _REMEMBER_MS]
        self._lost += [_Memory(face, pts_ms) for face in before if face.track not in {f.track for f in followed}]
        if self._should_detect(pts_ms, lost_one=len(followed) < len(before)):
            self._detected_ms = pts_ms
            followed = self._with_detected(followed, self._cascade.detect(picture))
        self._visible = [self._judged(face, pts_ms) for face in sorted(followed, key=lambda face: face.track)]
        self._last_ms = pts_ms
        return self._visible

    def _judged(self, face: Face, pts_ms: int) -> Face:
        """The face with its `steady` updated for this frame."""
        record = self._records.setdefault(face.track, _Record(pts_ms, face.prob))
        fresh = min((pts_ms - self._last_ms) / _MEAN_MS, 1.0)
        record.mean_prob += fresh * (face.prob - record.mean_prob)
        old_enough = pts_ms - record.born_ms >= _STEADY_MS
        return replace(face, steady=face.steady or (old_enough and record.mean_prob >= _STEADY_MEAN))

    def _should_detect(self, pts_ms: int, *, lost_one: bool) -> bool:
        every = self._config.detect_every_ms
        since = pts_ms - self._detected_ms
        searching = not self._visible and since >= every // _SEARCH_FACTOR
        return lost_one or since >= every or searching

    def _followed(self, picture: NDArray[np.uint8], faces: list[Face]) -> list[Face]:
        """The faces that O-net still finds where they were, each at most once."""
        if not faces:
            return []
        windows = squared(np.stack([face.box for face in faces]))
        found = self._cascade.check(QuickPicture(picture), windows, self._config.onet_threshold)
        return self._assigned(found, faces)[0]

    def _with_detected(self, followed: list[Face], found: Detections) -> list[Face]:
        """`followed`, corrected by what the cascade found, plus faces that are new or came back."""
        matched, rest = self._assigned(found, followed)
        known = {face.track: face for face in [*followed, *matched]}
        rest = rest.pick(rest.probs >= _NEW_FACE_PROB)
        back, new = self._assigned(rest, [memory.face for memory in self._lost])
        returned = {face.track for face in back}
        self._lost = [memory for memory in self._lost if memory.face.track not in returned]
        known |= {face.track: face for face in back}
        for i in range(len(new)):
            face = Face(self._next_track, new.boxes[i], new.points[i], float(new.probs[i]))
            known[face.track] = face
            self._next_track += 1
        return _without_doubles(list(known.values()))

    @staticmethod
    def _assigned(found: Detections, faces: list[Face]) -> tuple[list[Face], Detections]:
        """Pair detections with faces by overlap, the best pair first: (faces moved, detections left over)."""
        if not len(found) or not faces:
            return [], found
        overlap = iou(found.boxes, np.stack([face.box for face in faces]))  # (detections, faces)
        moved: list[Face] = []
        free = np.ones(len(found), bool)
        while overlap.max() >= _SAME_FACE_IOU:
            i, j = np.unravel_index(int(overlap.argmax()), overlap.shape)
            prob = float(found.probs[i])
            moved.append(replace(faces[j], box=found.boxes[i], points=found.points[i], prob=prob))
            free[i] = False
            overlap[i, :] = overlap[:, j] = -1
        return moved, found.pick(free)


def iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Overlap of every box of (N, 4) with every box of (M, 4): (N, M), 0..1."""
    first = np.maximum(a[:, None, :2], b[None, :, :2])
    last = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.prod(np.maximum(last - first, 0), axis=2)
    area_a, area_b = (np.prod(x[:, 2:] - x[:, :2], axis=1) for x in (a, b))
    return np.asarray(common / np.maximum(area_a[:, None] + area_b[None] - common, 1e-6), np.float32)


def _without_doubles(faces: list[Face]) -> list[Face]:
    """Two tracks on one face become the older one."""
    ordered = sorted(faces, key=lambda face: face.track)
    boxes = np.stack([face.box for face in ordered]) if ordered else np.zeros((0, 4), np.float32)
    ages = np.arange(len(ordered), 0, -1, dtype=np.float32)
    return [ordered[i] for i in nms(boxes, ages, 0.5)]
