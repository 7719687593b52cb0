"""How similar two small gray pictures are, regardless of the light and of how the camera was moved."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

#: Windows that are compared, in pixels of the small picture, and the step from one to the next.
WINDOW, STEP = 8, 4
# Gray levels squared: what noise and rounding leave in a plain window, so that it does not correlate by chance.
_NOISE = 4.0
# From this contrast (standard deviation in gray levels) a window counts in full.
_FULL_CONTRAST = 12.0
# Below this it is plain. Where hardly any structure is left to compare, the denominator is at least this share of
# all.
_PLAIN, _FEWEST = 4.0, 0.1

Grey = NDArray[np.float32]


def windows(side: int) -> int:
    """How many windows fit along a side of this many pixels."""
    return (side - WINDOW) // STEP + 1


def likeness(before: Grey, now: Grey) -> tuple[Grey, Grey, Grey]:
    """Two pictures (h, w), the first with `near` more pixels on every side -> three arrays, (rows, columns).

    The first is each window's normalized cross-correlation, 0..1, at the best place within `near` pixels: gain and
    offset of the light do not matter. The others are its contrast in the first and in the second, in gray levels.
    """
    shape = now.shape
    near = (before.shape[0] - shape[0]) // 2
    mean_now, spread_now = _moments(_mean(now), _mean(now * now), shape)
    means, squares = _mean(before), _mean(before * before)
    best, spread_before = np.zeros_like(mean_now), spread_now
    for y in range(2 * near + 1):
        for x in range(2 * near + 1):
            mean, spread = _moments(means[y:, x:], squares[y:, x:], shape)
            product = _of_windows(_mean(before[y : y + shape[0], x : x + shape[1]] * now), shape) - mean * mean_now
            best = np.maximum(best, product / np.sqrt((spread + _NOISE) * (spread_now + _NOISE)))
            if x == y == near:
                spread_before = spread
    return best, np.sqrt(spread_before), np.sqrt(spread_now)


def detail(picture: Grey) -> float:
    """0..1: the share of windows that are not plain."""
    _, spread = _moments(_mean(picture), _mean(picture * picture), picture.shape)
    return float((spread >= _PLAIN**2).mean())


def shift_between(before: Grey, now: Grey, reach: int) -> tuple[int, int]:
    """(dy, dx) in pixels, each -reach..reach, by which `now` is shifted against `before`, by the best correlation."""
    inner = np.ascontiguousarray(now[reach:-reach, reach:-reach])
    found = cv2.matchTemplate(before, inner, cv2.TM_CCOEFF_NORMED)  # (2 * reach + 1, 2 * reach + 1)
    _, _, _, (x, y) = cv2.minMaxLoc(found)
    return reach - y, reach - x


def unlike(before: Grey, now: Grey, reach: int) -> float:
    """0..1: the share of each picture's structure that the other one lacks; the lesser of both shares.

    As the pictures are or after the best shift of the whole, whichever is less. An object that moves in front of the
    lens hides structure and adds none but its edge. reach: the greatest shift, in pixels. Costs about 0.3 ms.
    """
    return min(_unlike(before, now, shift, reach + 1) for shift in {(0, 0), shift_between(before, now, reach)})


def _unlike(before: Grey, now: Grey, shift: tuple[int, int], edge: int) -> float:
    (dy, dx), (height, width) = shift, now.shape
    old = before[edge - dy - 1 : height - edge - dy + 1, edge - dx - 1 : width - edge - dx + 1]
    like, contrast_before, contrast = likeness(old, now[edge:-edge, edge:-edge])
    lost, won = contrast_before >= _PLAIN, contrast >= _PLAIN
    return min(_share(contrast_before, like, beside=won & ~lost), _share(contrast, like, beside=lost & ~won))


def _share(contrast: Grey, like: Grey, beside: NDArray[np.bool_]) -> float:
    """The share of structure that differs, without the area next to those windows: the edge of what came or went.

    Windows are weighted by their contrast: a plain wall says nothing.
    """
    weight = np.minimum(contrast, _FULL_CONTRAST)
    away = weight * (cv2.dilate(beside.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    least = max(_FEWEST * float(weight.sum()), 1e-3)
    return float((away * (1 - like)).sum()) / max(float(away.sum()), least)


def _mean(picture: Grey) -> Grey:
    """(h, w): for the window that begins at each pixel."""
    return np.asarray(cv2.boxFilter(picture, -1, (WINDOW, WINDOW), anchor=(0, 0)))


def _of_windows(values: Grey, shape: tuple[int, ...]) -> Grey:
    return values[: shape[0] - WINDOW + 1 : STEP, : shape[1] - WINDOW + 1 : STEP]


def _moments(means: Grey, squares: Grey, shape: tuple[int, ...]) -> tuple[Grey, Grey]:
    """Mean and variance of every window."""
    mean = _of_windows(means, shape)
    return mean, np.maximum(_of_windows(squares, shape) - mean * mean, 0)
