"""What is usual for this person in this recording: everything is compared with it, never with other people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.signals.series import Series
from analysis.types import EXPRESSIONS

# Less than this of a visible face says nothing about what is usual.
_MIN_MS = 3000
# Turns a median absolute deviation into a standard deviation of a normal distribution.
_MAD_TO_SD = 1.4826
# A face that hardly moves in its calm minute must not make every later flicker look far away.
_MIN_SPREAD = 0.03


@dataclass(frozen=True, slots=True)
class Baseline:
    """median, spread: (7,) of the smoothed probabilities; spread is a robust standard deviation, at least 0.03."""

    median: NDArray[np.float64]
    spread: NDArray[np.float64]
    duration_ms: int

    def as_mapping(self) -> dict[str, float]:
        """{"happy": median, "happy_spread": spread, …, "duration_ms": …}"""
        values = {name: round(float(self.median[i]), 4) for i, name in enumerate(EXPRESSIONS)}
        values |= {f"{name}_spread": round(float(self.spread[i]), 4) for i, name in enumerate(EXPRESSIONS)}
        return values | {"duration_ms": float(self.duration_ms)}


def find_baseline(series: Series, baseline_ms: int) -> Baseline | None:
    """Median and spread over the calmer half of the first `baseline_ms` in which the face can be read.

    Calmer: where the probabilities move least from frame to frame. None if the face can be read for under 3 s.
    """
    readable = np.flatnonzero(~np.isnan(series.smoothed[:, 0]))
    lasts_ms = series.end_ms[readable] - series.pts_ms[readable]
    early = readable[np.cumsum(lasts_ms) <= baseline_ms]
    duration_ms = int(np.sum(series.end_ms[early] - series.pts_ms[early]))
    if duration_ms < _MIN_MS:
        return None
    values = series.smoothed[early].astype(np.float64)
    moved = np.abs(np.diff(values, axis=0, prepend=values[:1])).sum(axis=1)
    speed = moved / np.maximum(np.diff(series.pts_ms[early], prepend=series.pts_ms[early][0] - 40), 1)
    calm = values[speed <= np.median(speed)]
    median = np.median(calm, axis=0)
    spread = _MAD_TO_SD * np.median(np.abs(calm - median), axis=0)
    return Baseline(median, np.maximum(spread, _MIN_SPREAD), duration_ms)
