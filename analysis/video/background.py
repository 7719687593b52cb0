"""How much of what is behind a person differs permanently from what was there before."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from analysis.video.likeness import STEP, WINDOW, Grey, likeness, shift_between, windows

#: A window counts once it has differed, and stayed still, for this long: a passer-by does not count.
LASTING_MS = 1000
#: After this long the new background becomes the one to compare with.
SETTLED_MS = 10_000
# The picture is judged this often; a change that lasts needs no more.
_EVERY_MS = 200
# Before this a window is still being learned: a camera adjusts its exposure when it starts.
_LEARNED_MS = 2000
_LEARNING_MS, _DRIFT_MS = 500, 20_000  # time constants of learning, then of following the daylight
_BUSY_MS, _BUSY = 10_000, 0.3  # a window that moves for so much of its time says nothing: a television, hands
# A window differs if it shows this contrast, in gray levels, and correlates less than this with what was there.
_CONTRAST, _UNLIKE = 6.0, 0.5
# A window moves if it correlates less than this with itself a fifth of a second before.
_STILL = 0.7
# A change of this much of the background may be due to camera motion, which is searched for this far, in small
# pixels.
_WIDE, _NUDGE_PX = 0.1, 6
# A window that differs from the reference, but not from this many judgments before, changed gradually: because of a
# slow pan, a hand-held camera, the daylight. That is learned at once.
_GRADUAL = 2
# This share of all windows must show background for the changed share to count.
_FEWEST = 0.1
# From the face's box to the person: head and hair extend this many of its widths to the side, and heights above; the
# shoulders this many widths to the side, from this many heights above the chin down to the bottom of the picture.
_HAIR, _ABOVE, _SHOULDERS, _NECK = 0.5, 0.6, 1.2, 0.2

Mask = NDArray[np.bool_]
Part = tuple[float, float, float, float]  # left, top, right and bottom in small pixels


class Background:
    """Feed it every frame as a small gray picture (h, w), with the face's box (4,) in its pixels or None.

    Windows of 8x8 pixels, every 4, are compared with a reference by correlation, so that the light does not matter.
    Without a face the last box is used. A judged frame costs about 0.4 ms; five are judged per second.
    """

    def __init__(self) -> None:
        self._judged_ms: int | None = None
        self._share = 0.0
        self._person: tuple[Part, ...] = ()

    def look(self, small: Grey, box: NDArray[np.float32] | None, pts_ms: int) -> float:
        """0..1: the share of the background's windows that have differed from the reference for a second or more."""
        if box is not None:
            self._person = _person(box)
        if self._judged_ms is None:
            self._begin(small)
        elif pts_ms - self._judged_ms < _EVERY_MS:
            return self._share
        since_ms = 0 if self._judged_ms is None else min(pts_ms - self._judged_ms, LASTING_MS)
        self._share, self._judged_ms = self._judge(small, since_ms), pts_ms
        self._before.append(small)
        return self._share

    def _begin(self, small: Grey) -> None:
        self._reference = small.copy()
        self._before = deque([small], maxlen=_GRADUAL)
        self._shape = (windows(small.shape[0] - 2), windows(small.shape[1] - 2))
        self._known_ms = np.zeros(self._shape)  # for how long each window has been learned
        self._differs_ms = np.zeros(self._shape)
        self._moving = np.zeros(self._shape)  # for what share of the last seconds it moved
        self._visible = np.zeros(self._shape, np.int64)  # for how many judgments in a row it was not hidden

    def _judge(self, small: Grey, since_ms: int) -> float:
        moves = _differing(self._before[-1][1:-1, 1:-1], small, _STILL)
        self._moving += (moves - self._moving) * min(1.0, since_ms / _BUSY_MS)
        background = ~self._hidden() & (self._moving < _BUSY)
        self._visible = np.where(background, self._visible + 1, 0)
        learned = background & (self._known_ms >= _LEARNED_MS)
        differs = learned & _differing(self._reference, small, _UNLIKE)
        if differs.sum() > _WIDE * learned.sum() and self._follow_camera(small, learned, differs):
            differs = learned & _differing(self._reference, small, _UNLIKE)
        gradual = differs & (self._differs_ms == 0) & (self._visible > _GRADUAL)
        if gradual.any():
            gradual &= ~_differing(self._before[0], small, _UNLIKE)
            differs &= ~gradual
        self._differs_ms += np.where(differs & ~moves, since_ms, 0)
        self._differs_ms[learned & ~differs] = 0  # what is hidden stays as it was last seen
        learned_anew = gradual | (self._differs_ms >= SETTLED_MS)
        self._learn(small, background, differs, learned_anew, since_ms)
        if learned.sum() < _FEWEST * learned.size:
            return 0.0
        return float((learned & (self._differs_ms >= LASTING_MS)).sum() / learned.sum())

    def _hidden(self) -> Mask:
        """Which windows the person may hide."""
        y, x = (1 + STEP * np.arange(count) for count in self._shape)  # the first pixel of each window
        hidden = np.zeros(self._shape, np.bool_)
        for left, top, right, bottom in self._person:
            rows, columns = (y + WINDOW > top) & (y < bottom), (x + WINDOW > left) & (x < right)
            hidden |= rows[:, None] & columns[None, :]
        return hidden

    def _follow_camera(self, small: Grey, learned: Mask, differs: Mask) -> bool:
        """Move the reference along if that explains most of the change: the camera was nudged, or the screen."""
        dy, dx = shift_between(self._without_person(self._reference), self._without_person(small), _NUDGE_PX)
        if dy == dx == 0:
            return False
        moved = np.roll(self._reference, (dy, dx), (0, 1))
        _fill_edge(moved, small, dy, dx)
        if 2 * (learned & _differing(moved, small, _UNLIKE)).sum() > differs.sum():
            return False
        self._reference = moved
        return True

    def _without_person(self, picture: Grey) -> Grey:
        """The mean of the picture where the person may be: someone sitting still would hide that the camera moves."""
        mean, picture = picture.mean(), picture.copy()
        for part in self._person:
            left, top, right, bottom = np.clip(part, 0, max(picture.shape)).astype(int)
            picture[top:bottom, left:right] = mean
        return picture

    def _learn(self, small: Grey, background: Mask, differs: Mask, anew: Mask, since_ms: int) -> None:
        young = self._known_ms < _LEARNED_MS
        rate = np.where(young, 1 - np.exp(-since_ms / _LEARNING_MS), 1 - np.exp(-since_ms / _DRIFT_MS))
        rate = np.where(differs, 0.0, rate)
        rate = np.where(anew | (self._known_ms == 0), 1.0, rate) * background
        # each window learns the pixels around its center, those at the edge the rest
        start = 1 + WINDOW // 2 - STEP // 2
        inner = np.repeat(np.repeat(rate, STEP, 0), STEP, 1)
        height, width = small.shape
        after = (height - start - inner.shape[0], width - start - inner.shape[1])
        of_pixels = np.pad(inner, ((start, after[0]), (start, after[1])), mode="edge").astype(np.float32)
        self._reference += (small - self._reference) * of_pixels
        self._known_ms[background] += max(since_ms, 1)
        self._differs_ms[anew] = 0


def _differing(before: Grey, small: Grey, bound: float) -> Mask:
    """(rows, columns) of the windows of all but the outermost pixels, which only the first picture may lack."""
    like, contrast_before, contrast = likeness(before, small[1:-1, 1:-1])
    return np.asarray((np.maximum(contrast_before, contrast) > _CONTRAST) & (like < bound))


def _person(box: NDArray[np.float32]) -> tuple[Part, Part]:
    """Where the person may be: head with hair, and shoulders with all below them."""
    x1, y1, x2, y2 = (float(side) for side in box)
    width, height = x2 - x1, y2 - y1
    head = (x1 - _HAIR * width, y1 - _ABOVE * height, x2 + _HAIR * width, y2)
    return head, (x1 - _SHOULDERS * width, y2 - _NECK * height, x2 + _SHOULDERS * width, float("inf"))


def _fill_edge(moved: Grey, small: Grey, dy: int, dx: int) -> None:
    """What the move brought into the picture was never seen: it is taken as it is now."""
    rows = slice(0, dy) if dy > 0 else slice(moved.shape[0] + dy, None)
    columns = slice(0, dx) if dx > 0 else slice(moved.shape[1] + dx, None)
    if dy:
        moved[rows] = small[rows]
    if dx:
        moved[:, columns] = small[:, columns]
