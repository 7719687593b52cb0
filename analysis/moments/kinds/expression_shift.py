"""`expression_shift`: an expression rises quickly and far above what is typical for this person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.face import ShiftConfig
from analysis.catalogue.kind import MAIN
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import EXPRESSIONS, Evidence, Moment, MomentKind

# A calm face is what others are compared with, so its return is not an event of its own.
_REFERENCE = EXPRESSIONS.index("neutral")
# Where the rise begins: halfway to the threshold.
_HALF_WAY = 0.5


def find(reading: Reading, config: ShiftConfig) -> list[Moment]:
    """Nothing without a baseline: there is no typical value to compare with."""
    series = reading.series
    baseline = reading.baselines.expression
    if baseline is None:
        return []
    found = [
        moment
        for expression in range(len(EXPRESSIONS))
        if expression != _REFERENCE
        for moment in _rises(series, baseline, config, expression)
    ]
    return farthest_of_each_minute(found, config.max_per_min)


def _rises(series: Series, baseline: Baseline, config: ShiftConfig, expression: int) -> list[Moment]:
    values = series.smoothed[:, expression]
    usual, spread = float(baseline.median[expression]), float(baseline.spread[expression])
    threshold = max(config.min_prob, usual + config.robust_z * spread)
    with np.errstate(invalid="ignore"):  # a gap compares as "not above"
        above = values >= threshold
    spans = long_stretches(series, above, min_ms=config.min_ms, close_gap_ms=config.join_gap_ms)
    half_way = usual + _HALF_WAY * (threshold - usual)
    return [
        _moment(series, baseline, config, expression, threshold, first, last)
        for first, last in spans
        if _is_sudden(series, values, first, half_way, config.onset_ms)
    ]


def _is_sudden(series: Series, values: NDArray[np.float32], first: int, half_way: float, onset_ms: int) -> bool:
    """Whether the same face was seen below `half_way` shortly before. A change during a gap was not seen."""
    at = first - 1
    while at >= 0 and series.pts_ms[first] - series.pts_ms[at] <= onset_ms:
        if np.isnan(values[at]) or series.track[at] != series.track[first]:
            return False
        if values[at] <= half_way:
            return True
        at -= 1
    return False


def _moment(
    series: Series, baseline: Baseline, config: ShiftConfig, expression: int, threshold: float, first: int, last: int
) -> Moment:
    values = series.smoothed[first : last + 1, expression]
    usual, spread = float(baseline.median[expression]), float(baseline.spread[expression])
    peak = first + int(np.nanargmax(values))
    value = float(series.smoothed[peak, expression])
    span = series.span(first, last)
    return Moment(
        kind=MomentKind.EXPRESSION_SHIFT,
        span=span,
        peak_ms=int(series.pts_ms[peak]),
        sentence=MAIN,
        values={
            "expression": EXPRESSIONS[expression],
            "peak_percent": round(value * 100),
            "baseline_percent": round(usual * 100),
            "duration_s": span.duration_s,
        },
        evidence=(Evidence(EXPRESSIONS[expression], span, round(value, 3), round(usual, 3), round(threshold, 3)),),
        distance=round((value - usual) / spread, 2),
        confidence=round(max(0.0, value - float(series.uncertainty[peak, expression])), 3),
        quality=series.mean_quality(slice(first, last + 1)),
    )
