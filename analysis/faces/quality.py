"""How well a face shows, 0..1: the weakest of size, sharpness, light, pose and openness.

The weakest rather than the mean, because one fault is enough to make an expression unreadable. The bounds of each
part were set by eye on FER-2013 images and on frames of recordings.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.faces.align import TEMPLATE

_TEMPLATE_EYES_PX = float(TEMPLATE[1, 0] - TEMPLATE[0, 0])


class Quality(NamedTuple):
    """Five grades of 0..1."""

    size: float
    sharpness: float
    light: float
    pose: float
    openness: float

    @property
    def overall(self) -> float:
        return min(self)


def quality(crop: NDArray[np.uint8], points: NDArray[np.float32], prob: float) -> Quality:
    """Grades of a (48, 48) gray crop and the five landmarks (5, 2) in the picture that it was cut from.

    prob: O-net's. Openness comes from it: a hand in front of the face takes it from above 0.97 to 0.70..0.87.
    """
    return Quality(_size(points), _sharpness(crop), _light(crop), _pose(points), _ramp(prob, 0.65, 0.95))


def _size(points: NDArray[np.float32]) -> float:
    """1 if the eyes are as far apart as in the crop, so nothing is invented by enlarging; 0 at a quarter of that."""
    return _ramp(float(np.linalg.norm(points[1] - points[0])) / _TEMPLATE_EYES_PX, 0.25, 1.0)


def _sharpness(crop: NDArray[np.uint8]) -> float:
    """Fine detail relative to all contrast: variance of the Laplacian over variance of the picture."""
    contrast = _mean_and_spread(crop)[1] ** 2
    detail = _mean_and_spread(cv2.Laplacian(crop, cv2.CV_32F))[1] ** 2
    return _ramp(detail / max(contrast, 1.0), 0.01, 0.10)


def _light(crop: NDArray[np.uint8]) -> float:
    """Neither nearly black nor overexposed, and with some contrast (standard deviation in gray levels)."""
    mean, spread = _mean_and_spread(crop)
    return min(_ramp(mean, 12, 50), 1 - _ramp(mean, 215, 250), _ramp(spread, 4, 18))


def _mean_and_spread(values: cv2.typing.MatLike) -> tuple[float, float]:
    mean, spread = cv2.meanStdDev(values)  # faster than numpy on so small a crop
    return float(mean[0, 0]), float(spread[0, 0])


def _pose(points: NDArray[np.float32]) -> float:
    """Whether the face is turned away: the nose far from the middle of the eyes, or not between eyes and mouth.

    Both are measured along the face's own axes, so a head that is merely tilted is not marked down.
    """
    eyes, mouth = points[:2].mean(axis=0), points[3:].mean(axis=0)
    across, down = points[1] - points[0], mouth - eyes
    width, height = float(np.linalg.norm(across)), float(np.linalg.norm(down))
    if width < 1e-3 or height < 1e-3:
        return 0.0
    sideways = abs(float(np.dot(points[2] - (eyes + mouth) / 2, across))) / width**2
    along = float(np.dot(points[2] - eyes, down)) / height**2  # 0.55 when looking straight ahead
    narrow = width / height  # 0.95 when looking straight ahead; a turned head is narrow
    return min(1 - _ramp(sideways, 0.20, 0.55), 1 - _ramp(abs(along - 0.55), 0.15, 0.40), _ramp(narrow, 0.3, 0.6))


def _ramp(value: float, zero_at: float, one_at: float) -> float:
    return min(max((value - zero_at) / (one_at - zero_at), 0.0), 1.0)
