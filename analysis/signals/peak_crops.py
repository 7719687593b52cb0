"""The few faces worth keeping until the moments are known.

Keeping every crop would cost memory that grows with the recording. For each second the strongest frame of every
expression is kept, and at a coarser step once there are too many: so a moment's peak is nearly always among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.types import EXPRESSIONS, Span

#: At most this many crops of 2.3 kB are kept.
MOST = 6000

# No moment peaks below this, whatever the configuration (`ShiftConfig.min_prob` is well above).
_WEAKEST = 0.2
_FIRST_STEP_MS = 1000
_NEUTRAL = EXPRESSIONS.index("neutral")


@dataclass(frozen=True, slots=True)
class PeakCrop:
    """A (48, 48) gray crop of the frame at `at_ms`, and the smoothed probability for which it was kept."""

    at_ms: int
    prob: float
    crop: NDArray[np.uint8]


class PeakCrops:
    """Feed it every frame in order of time, then ask."""

    def __init__(self, most: int = MOST) -> None:
        if most < len(EXPRESSIONS):
            raise ValueError(f"at least {len(EXPRESSIONS)} crops must be kept, not {most}")  # or thinning never ends
        self._most, self._step_ms = most, _FIRST_STEP_MS
        self._kept: dict[tuple[int, int], PeakCrop] = {}  # by expression and step

    def __len__(self) -> int:
        return len(self._kept)

    def offer(
        self,
        pts_ms: NDArray[np.integer],
        smoothed: NDArray[np.floating],
        crops: Sequence[NDArray[np.uint8] | None],
    ) -> None:
        """(N,) times, (N, 7) smoothed probabilities with NaN for gaps, and N crops or None."""
        with np.errstate(invalid="ignore"):  # a gap compares as "not above"
            strong = smoothed >= _WEAKEST
        strong[:, _NEUTRAL] = False
        for frame, expression in np.argwhere(strong).tolist():
            crop = crops[frame]
            if crop is not None:
                self._offer(expression, PeakCrop(int(pts_ms[frame]), float(smoothed[frame, expression]), crop))
        while len(self._kept) > self._most:
            self._thin()

    def _offer(self, expression: int, offered: PeakCrop) -> None:
        key = (expression, offered.at_ms // self._step_ms)
        best = self._kept.get(key)
        if best is None or offered.prob > best.prob:
            self._kept[key] = offered

    def _thin(self) -> None:
        """Keep the strongest of twice as long: spread over the recording, as before."""
        kept, self._kept, self._step_ms = self._kept, {}, self._step_ms * 2
        for (expression, _), crop in kept.items():
            self._offer(expression, crop)

    def nearest(self, expression: str, peak_ms: int, span: Span) -> PeakCrop | None:
        """The kept crop of this expression that is nearest to `peak_ms` within `span`, if there is one."""
        number = EXPRESSIONS.index(expression)
        inside = [
            crop
            for (other, _), crop in self._kept.items()
            if other == number and span.start_ms <= crop.at_ms < span.end_ms
        ]
        return min(inside, key=lambda crop: (abs(crop.at_ms - peak_ms), crop.at_ms), default=None)
