"""`expression_shift`: an expression rises quickly and far above what is usual for this person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.config import MomentConfig
from analysis.moments.crowding import farthest_of_each_minute
from analysis.signals.baseline import Baseline, Baselines
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import EXPRESSIONS, Evidence, Moment, MomentKind

# A calm face is what others are compared with, so its return is no event of its own.
_REFERENCE = EXPRESSIONS.index("neutral")
# How soon before it the expression must have been near its baseline to count as sudden.
_ONSET_MS = 1500
# Where the rise begins: half of the way to the threshold.
_HALF_WAY = 0.5

SENTENCE = (
    "The face showed more of the expression {expression} than is usual for this person: up to {peak_percent} % "
    "against {baseline_percent} %, for {duration_s} s."
)


def rule(config: MomentConfig) -> str:
    return (
        f"The smoothed probability of one expression rises within {_ONSET_MS / 1000:g} s to at least "
        f"{config.shift_min_prob:.0%} and {config.shift_robust_z:g} robust deviations above the person's own "
        f"baseline, and stays there for at least {config.shift_min_ms} ms. Rises less than {config.bundle_gap_ms} ms "
        f"apart are one moment; of each minute the {config.shift_max_per_min} farthest from the baseline are kept."
    )


def find(series: Series, baselines: Baselines, config: MomentConfig) -> list[Moment]:
    """Nothing without a baseline: there is no "usual" to compare with."""
    baseline = baselines.expression
    if baseline is None:
        return []
    found = [
        moment
        for expression in range(len(EXPRESSIONS))
        if expression != _REFERENCE
        for moment in _rises(series, baseline, config, expression)
    ]
    return farthest_of_each_minute(found, config.shift_max_per_min)


def _rises(series: Series, baseline: Baseline, config: MomentConfig, expression: int) -> list[Moment]:
    values = series.smoothed[:, expression]
    usual, spread = float(baseline.median[expression]), float(baseline.spread[expression])
    threshold = max(config.shift_min_prob, usual + config.shift_robust_z * spread)
    with np.errstate(invalid="ignore"):  # a gap compares as "not above"
        above = values >= threshold
    spans = long_stretches(series, above, min_ms=config.shift_min_ms, close_gap_ms=config.bundle_gap_ms)
    half_way = usual + _HALF_WAY * (threshold - usual)
    return [
        _moment(series, baseline, config, expression, threshold, first, last)
        for first, last in spans
        if _is_sudden(series, values, first, half_way)
    ]


def _is_sudden(series: Series, values: NDArray[np.float32], first: int, half_way: float) -> bool:
    """Whether the same face was seen below `half_way` shortly before. A change during a gap was not seen."""
    at = first - 1
    while at >= 0 and series.pts_ms[first] - series.pts_ms[at] <= _ONSET_MS:
        if np.isnan(values[at]) or series.track[at] != series.track[first]:
            return False
        if values[at] <= half_way:
            return True
        at -= 1
    return False


def _moment(
    series: Series, baseline: Baseline, config: MomentConfig, expression: int, threshold: float, first: int, last: int
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
        sentence=SENTENCE,
        values={
            "expression": EXPRESSIONS[expression],
            "peak_percent": round(value * 100),
            "baseline_percent": round(usual * 100),
            "duration_s": round(span.duration_ms / 1000, 1),
        },
        rule=rule(config),
        evidence=(
            Evidence(
                EXPRESSIONS[expression], span, round(value, 3), round(usual, 3), round(threshold, 3), "probability"
            ),
        ),
        distance=round((value - usual) / spread, 2),
        confidence=round(max(0.0, value - float(series.uncertainty[peak, expression])), 3),
        quality=round(float(np.nanmean(series.quality[first : last + 1])), 3),
    )
