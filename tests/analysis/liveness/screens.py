"""Pictures as a second camera would see them on a screen or on paper: drawn, for want of such recordings."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

#: How much of the second camera's picture the shown one fills.
_SHARE = 0.62


def on_screen(picture: Picture) -> Picture:
    """Inside a dark frame, with the pattern of a display's pixels, a little bluer and brighter."""
    small = _smaller(picture)
    y, x = np.mgrid[: small.shape[0], : small.shape[1]]
    grid = 1 + 0.08 * np.sin(2 * np.pi * (0.31 * x + 0.02 * y)) + 0.06 * np.sin(2 * np.pi * 0.43 * y)
    lit = 255 * (small / 255) ** 0.85 * grid[..., None] * np.array([0.95, 1, 1.08])
    return _held_up(lit, picture.shape, border=(12, 12, 14))


def on_paper(picture: Picture) -> Picture:
    """With a white margin and the contrast of a print."""
    return _held_up(60 + 0.62 * _smaller(picture), picture.shape, border=(235, 235, 235))


def _smaller(picture: Picture) -> NDArray[np.float64]:
    size = int(picture.shape[1] * _SHARE), int(picture.shape[0] * _SHARE)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float64)


def _held_up(shown: NDArray[np.float64], shape: tuple[int, ...], border: tuple[int, int, int]) -> Picture:
    height, width = shape[:2]
    room = np.full((height, width, 3), (120, 105, 90), np.float64) + np.linspace(-40, 40, width)[None, :, None]
    room += np.random.default_rng(1).normal(0, 4, (height, width, 1))
    top, left, thick = (height - shown.shape[0]) // 2, (width - shown.shape[1]) // 2, max(6, width // 60)
    bottom, right = top + shown.shape[0], left + shown.shape[1]
    room[max(top - thick, 0) : bottom + thick, max(left - thick, 0) : right + thick] = border
    room[top:bottom, left:right] = shown
    return np.asarray(cv2.GaussianBlur(room.clip(0, 255).astype(np.uint8), (3, 3), 0))
