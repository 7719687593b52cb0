"""Turns a face upright into the 48 x 48 gray crop that the expression model was trained on."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

CROP_PX = 48

# Where eyes, nose and mouth corners are in FER-2013: medians over the 509 of 600 random Training images (numpy seed
# 0) in which `Cascade` finds a face above 0.95 (images enlarged four times, cubic, edges repeated for 48 pixels), in
# the coordinates of the 48 x 48 image, mirrored and averaged because training mirrors images.
TEMPLATE = np.array([[14.85, 18.27], [32.91, 18.27], [23.88, 28.80], [16.43, 37.37], [31.33, 37.37]])

# A larger enlargement than this would cost more than the model itself.
_MAX_OVERSAMPLING = 6


def similarity(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """The (2, 3) rotation, scale and shift that brings five points (5, 2) closest to TEMPLATE.

    Least squares, in closed form (Umeyama 1991 without reflection): in the plane a rotation with scale is one
    complex factor.
    """
    source = points[:, 0] + 1j * points[:, 1].astype(float)
    target = TEMPLATE[:, 0] + 1j * TEMPLATE[:, 1]
    source_mean, target_mean = source.mean(), target.mean()
    spread = np.sum(np.abs(source - source_mean) ** 2)
    factor = np.sum(np.conj(source - source_mean) * (target - target_mean)) / max(float(spread), 1e-9)
    shift = target_mean - factor * source_mean
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def aligned_crop(picture: NDArray[np.uint8], points: NDArray[np.float32]) -> NDArray[np.uint8]:
    """An RGB picture (height, width, 3) and five landmarks (5, 2) -> (48, 48) gray.

    A face larger than the crop is first cut out at a multiple of its size and then averaged: sampling it at once
    would skip pixels and turn noise into texture.
    """
    matrix = similarity(points)
    shrink = 1 / max(math.hypot(matrix[0, 0], matrix[1, 0]), 1e-6)
    times = int(min(max(math.ceil(shrink), 1), _MAX_OVERSAMPLING))
    # Pixel centers, not corners, must stay where they are when the crop is enlarged.
    enlarged = matrix * times
    enlarged[:, 2] += (times - 1) / 2
    side = CROP_PX * times
    left, top, part = _part_around(picture, enlarged, side)
    enlarged[:, 2] += enlarged[:, :2] @ (left, top)
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    grey = cv2.warpAffine(grey, enlarged, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if times > 1:
        grey = cv2.resize(grey, (CROP_PX, CROP_PX), interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def _part_around(
    picture: NDArray[np.uint8], matrix: NDArray[np.float64], side: int
) -> tuple[int, int, NDArray[np.uint8]]:
    """(left, top, pixels) of the part of a picture that a crop of `side` pixels through `matrix` covers."""
    corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]], np.float64)
    seen = corners @ cv2.invertAffineTransform(matrix).T  # (4, 2)
    size = np.array(picture.shape[1::-1])
    left, top = np.clip(np.floor(seen.min(axis=0)) - 2, 0, size - 1).astype(int).tolist()
    right, bottom = np.clip(np.ceil(seen.max(axis=0)) + 2, 1, size).astype(int).tolist()
    return left, top, picture[top : max(bottom, top + 1), left : max(right, left + 1)]
