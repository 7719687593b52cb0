"""What is typical for this person in this recording: everything is compared with it, never with other people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.signals.robust import robust_spread
from analysis.signals.series import Series
from analysis.types import EXPRESSIONS, FACE_SIGNALS

# With less than this of a visible face, what is typical is not known.
_MIN_MS = 3000
# A face that hardly moves in its calm minute must not make every later flicker look far away. One bound for
# probabilities and the 0..1 of face signals, one for degrees.
_MIN_SPREAD, _MIN_SPREAD_DEG = 0.03, 2.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """median, spread: (K,) of the signals in `names`; spread is a robust standard deviation with a lower bound."""

    names: tuple[str, ...]
    median: NDArray[np.float64]
    spread: NDArray[np.float64]
    duration_ms: int

    def of(self, name: str) -> tuple[float, float]:
        """(median, spread) of one signal."""
        at = self.names.index(name)
        return float(self.median[at]), float(self.spread[at])

    def as_mapping(self) -> dict[str, float]:
        """{"happy": median, "happy_spread": spread, …, "duration_ms": …}"""
        values = {name: round(float(self.median[i]), 4) for i, name in enumerate(self.names)}
        values |= {f"{name}_spread": round(float(self.spread[i]), 4) for i, name in enumerate(self.names)}
        return values | {"duration_ms": float(self.duration_ms)}


@dataclass(frozen=True, slots=True)
class Baselines:
    """What is typical for expressions and for face signals; None if too little was read, or nothing computed."""

    expression: Baseline | None = None
    face: Baseline | None = None

    def as_mapping(self) -> dict[str, float]:
        """Both in one; duration_ms is that of the expressions where there are any."""
        found = [each.as_mapping() for each in (self.face, self.expression) if each is not None]
        return {name: value for mapping in found for name, value in mapping.items()}


def find_baselines(series: Series, baseline_ms: int) -> Baselines:
    """Over the calmer half of the first `baseline_ms` in which the face can be read.

    Calmer: where the values move least from frame to frame. None if the face can be read for under 3 s.
    """
    return Baselines(
        expression=_baseline(series, EXPRESSIONS, series.smoothed, _floors(EXPRESSIONS), baseline_ms),
        face=_baseline(series, FACE_SIGNALS, series.face_signals, _floors(FACE_SIGNALS), baseline_ms),
    )


def _floors(names: tuple[str, ...]) -> NDArray[np.float64]:
    return np.array([_MIN_SPREAD_DEG if name.endswith("_deg") else _MIN_SPREAD for name in names])


def _baseline(
    series: Series,
    names: tuple[str, ...],
    signals: NDArray[np.float32],
    floors: NDArray[np.float64],
    baseline_ms: int,
) -> Baseline | None:
    readable = np.flatnonzero(~np.isnan(signals[:, 0]))
    lasts_ms = series.end_ms[readable] - series.pts_ms[readable]
    early = readable[np.cumsum(lasts_ms) <= baseline_ms]
    duration_ms = int(np.sum(series.end_ms[early] - series.pts_ms[early]))
    if duration_ms < _MIN_MS:
        return None
    values = signals[early].astype(np.float64)
    # in units of each signal's lower bound, so that degrees and probabilities count alike
    moved = np.abs(np.diff(values / floors, axis=0, prepend=values[:1] / floors)).sum(axis=1)
    speed = moved / np.maximum(np.diff(series.pts_ms[early], prepend=series.pts_ms[early][0] - 40), 1)
    calm = values[speed <= np.median(speed)]
    median = np.median(calm, axis=0)
    spread = np.array([robust_spread(column, usual) for column, usual in zip(calm.T, median, strict=True)])
    return Baseline(names, median, np.maximum(spread, floors), duration_ms)
