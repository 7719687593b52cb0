"""Shrinking by averaging whole pixels, as torch's "area" interpolation does, through a table of sums."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


class AreaPicture:
    """An RGB picture (height, width, 3) that can be resized piece by piece: each pixel is four look-ups.

    around: (N, 4) windows. If given, only the part of the picture that holds them all is summed: following one
    face does not pay for the whole frame.
    """

    def __init__(self, picture: NDArray[np.uint8], around: NDArray[np.float32] | None = None) -> None:
        self.height, self.width = picture.shape[:2]
        self._left, self._top = 0, 0
        if around is not None and len(around):
            size = (self.width, self.height)
            self._left, self._top = np.clip(around[:, :2].min(axis=0) - 1, 0, size).astype(int).tolist()
            right, bottom = np.clip(around[:, 2:].max(axis=0) + 1, 0, size).astype(int).tolist()
            picture = picture[self._top : max(bottom, self._top + 1), self._left : max(right, self._left + 1)]
        # (rows + 1, columns + 1, 3) int32
        self._sums = cv2.integral(np.ascontiguousarray(picture)) if picture.size else np.zeros((1, 1, 3), np.int32)

    def resized(self, height: int, width: int) -> NDArray[np.float32]:
        """The whole picture as (3, height, width), scaled to about -1..1 as MTCNN wants it."""
        return self._mean(0, 0, self.width, self.height, height, width)

    def crops(self, windows: NDArray[np.float32], side: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The windows that are in the picture (N, 4), unchanged, and their pixels (N, 3, side, side)."""
        # MTCNN counts pixels from 1 and drops fractions.
        first = np.maximum(np.trunc(windows[:, :2]).astype(int), 1) - 1
        last = np.minimum(np.trunc(windows[:, 2:]).astype(int), (self.width, self.height))
        inside = (last > first).all(axis=1)
        found = [
            self._mean(x1, y1, x2, y2, side, side)
            for (x1, y1), (x2, y2) in zip(first[inside].tolist(), last[inside].tolist(), strict=True)
        ]
        pixels = np.stack(found) if found else np.zeros((0, 3, side, side), np.float32)
        return windows[inside], pixels

    def _mean(self, x1: int, y1: int, x2: int, y2: int, height: int, width: int) -> NDArray[np.float32]:
        tops, bottoms = _bins(y1 - self._top, y2 - self._top, height)
        lefts, rights = _bins(x1 - self._left, x2 - self._left, width)
        lower, upper = self._sums[bottoms], self._sums[tops]
        sums = lower[:, rights] - lower[:, lefts] - upper[:, rights] + upper[:, lefts]  # (height, width, 3)
        counts = (bottoms - tops)[:, None, None] * (rights - lefts)[None, :, None]
        mean = (sums / counts).astype(np.float32).transpose(2, 0, 1)
        return np.ascontiguousarray((mean - np.float32(127.5)) * np.float32(0.0078125))


def _bins(first: int, last: int, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """`count` bins over first..last, the starts rounded down and the ends up, as adaptive pooling has it."""
    steps = np.arange(count + 1) * (last - first)
    return first + steps[:-1] // count, first - (-steps[1:] // count)
