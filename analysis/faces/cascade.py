"""MTCNN's cascade in numpy, equal to facenet_pytorch's within a pixel: pyramid, P-net, R-net, O-net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.config import FaceConfig
from analysis.faces.engine import Engine
from analysis.faces.pooling import AreaPicture, QuickPicture

Boxes = NDArray[np.float32]

_PYRAMID_FACTOR = 0.709
_STRIDE, _CELL = 2, 12


@dataclass(frozen=True, slots=True)
class Detections:
    """boxes: (N, 4) x1, y1, x2, y2. probs: (N,). points: (N, 5, 2) eyes, nose, mouth corners. In pixels."""

    boxes: Boxes
    probs: NDArray[np.float32]
    points: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.boxes)

    def pick(self, chosen: NDArray[Any]) -> Detections:
        return Detections(self.boxes[chosen], self.probs[chosen], self.points[chosen])


def no_detections() -> Detections:
    return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), np.zeros((0, 5, 2), np.float32))


class Cascade:
    """Finds faces in a whole picture, or checks windows in which a face is expected."""

    def __init__(self, config: FaceConfig, threads: int = 2) -> None:
        cv2.setNumThreads(threads)
        self._config = config
        self._pnet = Engine("pnet", (1, 3, -1, -1), threads)
        self._rnet = Engine("rnet", (-1, 3, 24, 24), threads)
        self._onet = Engine("onet", (-1, 3, 48, 48), threads)

    def detect(self, picture: NDArray[np.uint8]) -> Detections:
        """All faces of an RGB picture (height, width, 3), the most probable first."""
        area = AreaPicture(picture)
        boxes = self._proposals(area)
        boxes = self._refined(area, boxes)
        return self.check(area, boxes, self._config.onet_threshold)

    def check(self, picture: AreaPicture | QuickPicture, windows: Boxes, threshold: float) -> Detections:
        """O-net on square `windows` (N, 4) of a picture: those with a face, its box and landmarks."""
        windows, crops = picture.crops(windows, 48)  # (N, 3, 48, 48)
        if not len(windows):
            return no_detections()
        offsets, landmarks, probs = self._onet(crops)  # (N, 4), (N, 10), (N, 2)
        passed = probs[:, 1] > threshold
        windows, offsets, landmarks = windows[passed], offsets[passed], landmarks[passed]
        sides = windows[:, 2:] - windows[:, :2] + 1  # (N, 2)
        points = landmarks.reshape(-1, 2, 5).transpose(0, 2, 1) * sides[:, None] + windows[:, None, :2] - 1
        found = Detections(_moved(windows, offsets), probs[passed, 1], points.astype(np.float32))
        return found.pick(nms(found.boxes, found.probs, 0.7, of_smaller=True))

    def _proposals(self, area: AreaPicture) -> Boxes:
        """P-net over the pyramid: (N, 4) square windows."""
        found: list[Boxes] = []
        for scale in self._scales(area.height, area.width):
            level = area.resized(int(area.height * scale + 1), int(area.width * scale + 1))
            offsets, probs = self._pnet(level[None])  # (1, 4, h, w), (1, 2, h, w)
            found_here = _cells(offsets[0], probs[0, 1], scale, self._config.pnet_threshold)
            found.append(found_here[nms(found_here[:, :4], found_here[:, 4], 0.5)])
        cells = np.concatenate([np.zeros((0, 9), np.float32), *found])
        cells = cells[nms(cells[:, :4], cells[:, 4], 0.7)]
        sides = np.tile(cells[:, 2:4] - cells[:, :2], 2)
        return squared(cells[:, :4] + cells[:, 5:] * sides)

    def _refined(self, area: AreaPicture, windows: Boxes) -> Boxes:
        """R-net: (N, 4) square windows -> fewer and better ones."""
        windows, crops = area.crops(windows, 24)
        if not len(windows):
            return windows
        offsets, probs = self._rnet(crops)  # (N, 4), (N, 2)
        passed = probs[:, 1] > self._config.rnet_threshold
        windows, offsets, scores = windows[passed], offsets[passed], probs[passed, 1]
        kept = nms(windows, scores, 0.7)
        return squared(_moved(windows[kept], offsets[kept]))

    def _scales(self, height: int, width: int) -> list[float]:
        scales, scale = [], 12.0 / self._config.min_face_px
        while min(height, width) * scale >= 12:
            scales.append(scale)
            scale *= _PYRAMID_FACTOR
        return scales


def _cells(
    offsets: NDArray[np.float32], probs: NDArray[np.float32], scale: float, threshold: float
) -> NDArray[np.float32]:
    """P-net's cells above the threshold: (N, 9) box in the picture, probability, four offsets."""
    rows, columns = np.nonzero(probs >= threshold)
    corner = np.stack([columns, rows], axis=1).astype(np.float32) * _STRIDE
    first = np.floor((corner + 1) / np.float32(scale))
    last = np.floor((corner + _CELL) / np.float32(scale))
    at = offsets[:, rows, columns].T
    return np.concatenate([first, last, probs[rows, columns][:, None], at], axis=1).astype(np.float32)


def _moved(windows: Boxes, offsets: NDArray[np.float32]) -> Boxes:
    sides = windows[:, 2:] - windows[:, :2] + 1
    return (windows + offsets * np.tile(sides, 2)).astype(np.float32)


def squared(boxes: Boxes) -> Boxes:
    """(N, 4) boxes grown about their centers until both sides are as long as the longer one."""
    sides = boxes[:, 2:] - boxes[:, :2]
    long = sides.max(axis=1, keepdims=True, initial=0)
    first = boxes[:, :2] + sides * 0.5 - long * 0.5
    return np.concatenate([first, first + long], axis=1).astype(np.float32)


def nms(boxes: Boxes, scores: NDArray[np.float32], threshold: float, *, of_smaller: bool = False) -> NDArray[np.intp]:
    """Indices of the boxes that no better box overlaps by more than `threshold`, best first.

    scores: above 0. Overlap is of the union, or with `of_smaller` of the smaller box, counting pixels inclusively as
    MTCNN does there.
    """
    if len(boxes) < 2:
        return np.arange(len(boxes))
    if not of_smaller:
        rectangles = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        return np.array(cv2.dnn.NMSBoxes(rectangles.tolist(), scores.tolist(), 0.0, threshold), np.intp).reshape(-1)
    areas = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
    first = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    last = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    common = np.maximum(last - first + 1, 0).prod(axis=2)  # (N, N)
    allowed = common <= threshold * np.minimum(areas[:, None], areas[None])
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size:
        kept.append(int(order[0]))
        order = order[1:][allowed[order[0], order[1:]]]
    return np.array(kept, np.intp)
