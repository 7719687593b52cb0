"""`expression_burst`: an expression comes and goes within half a second. Experimental.

What has been called a micro-expression: at most 500 ms from onset to offset (Yan, Wu, Liang, Chen and Fu 2013, How
fast are the leaked facial expressions, Journal of Nonverbal Behavior 37). Such a short change is a handful of frames
at common frame rates, and the model is not sure of any single frame: the kind is marked as experimental in its
sentence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.face import BurstConfig
from analysis.catalogue.kind import MAIN
from analysis.moments.kinds import expression_shift
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.running import local_step_ms, longest_step_ms
from analysis.signals.series import Series
from analysis.signals.spans import stretches
from analysis.types import EXPRESSIONS, Evidence, Moment, MomentKind

_REFERENCE = EXPRESSIONS.index("neutral")
# Near its baseline again: a quarter of the way up to the apex, or two robust deviations if that is farther.
_FOOT_SHARE, _FOOT_SPREADS = 0.25, 2.0


def find(reading: Reading, config: BurstConfig) -> list[Moment]:
    """A burst of 400 ms or more can also be a shift: then only the shift, which is not experimental, is reported."""
    series = reading.series
    baseline = reading.baselines.expression
    if baseline is None:
        return []
    steps = local_step_ms(series)
    found = [
        moment
        for expression in range(len(EXPRESSIONS))
        if expression != _REFERENCE
        for moment in _bursts(series, baseline, config, steps, expression)
    ]
    of_shifts = reading.config.moments[MomentKind.EXPRESSION_SHIFT]
    shifts = expression_shift.find(reading, of_shifts) if found else []
    alone = [moment for moment in found if not any(_same_change(moment, shift) for shift in shifts)]
    return farthest_of_each_minute(_farthest_of_overlapping(alone), config.max_per_min)


def _bursts(
    series: Series, baseline: Baseline, config: BurstConfig, steps: NDArray[np.float32], expression: int
) -> list[Moment]:
    values = series.smoothed[:, expression]
    usual, spread = baseline.of(EXPRESSIONS[expression])
    threshold = max(config.min_prob, usual + config.robust_z * spread)
    with np.errstate(invalid="ignore"):  # a gap compares as "not above"
        above = values >= threshold
    found: dict[int, Moment] = {}
    for first, last in stretches(above):
        apex = first + int(np.argmax(values[first : last + 1]))
        foot = usual + max(_FOOT_SHARE * (float(values[apex]) - usual), _FOOT_SPREADS * spread)
        onset, offset = (
            _foot(series, apex, -1, foot, config, expression),
            _foot(series, apex, 1, foot, config, expression),
        )
        if steps[apex] > longest_step_ms(config.min_fps) or onset is None or offset is None:
            continue
        if config.min_ms <= series.span(onset, offset).duration_ms <= config.max_ms:
            # two peaks that share one base are one burst: the higher one
            moment = _moment(series, baseline, config, expression, threshold, onset, apex, offset)
            found[onset] = max(found.get(onset, moment), moment, key=lambda m: m.distance)
    return list(found.values())


def _foot(series: Series, apex: int, way: int, foot: float, config: BurstConfig, expression: int) -> int | None:
    """The last frame above `foot` when going from the apex in one direction (-1 back, 1 on).

    None if the foot is not seen: too far away, or behind a gap, another track or dropped frames.
    """
    at, values = apex, series.smoothed[:, expression]
    while 0 <= at + way < len(series) and abs(series.pts_ms[at] - series.pts_ms[apex]) <= config.max_ms:
        following = at + way
        step_ms = abs(int(series.pts_ms[following] - series.pts_ms[at]))
        if np.isnan(values[following]) or series.track[following] != series.track[apex]:
            return None
        if step_ms > 2 * longest_step_ms(config.min_fps):
            return None
        if values[following] <= foot:
            return at
        at = following
    return None


def _moment(
    series: Series,
    baseline: Baseline,
    config: BurstConfig,
    expression: int,
    threshold: float,
    onset: int,
    apex: int,
    offset: int,
) -> Moment:
    name, span = EXPRESSIONS[expression], series.span(onset, offset)
    usual, spread = baseline.of(name)
    value = float(series.smoothed[apex, expression])
    return Moment(
        kind=MomentKind.EXPRESSION_BURST,
        span=span,
        peak_ms=int(series.pts_ms[apex]),
        sentence=MAIN,
        values={
            "expression": name,
            "peak_percent": round(value * 100),
            "baseline_percent": round(usual * 100),
            "duration_ms": span.duration_ms,
            "onset_ms": span.start_ms,
            "apex_ms": int(series.pts_ms[apex]),
            "offset_ms": span.end_ms,
        },
        evidence=(Evidence(name, span, round(value, 3), round(usual, 3), round(threshold, 3)),),
        distance=round((value - usual) / spread, 2),
        confidence=round(max(0.0, value - float(series.uncertainty[apex, expression])), 3),
        quality=series.mean_quality(slice(onset, offset + 1)),
    )


def _same_change(burst: Moment, shift: Moment) -> bool:
    return (
        burst.values["expression"] == shift.values["expression"]
        and burst.span.start_ms < shift.span.end_ms
        and shift.span.start_ms < burst.span.end_ms
    )


def _farthest_of_overlapping(moments: list[Moment]) -> list[Moment]:
    """One per time: bundling would merge two into a span longer than any burst."""
    kept: list[Moment] = []
    for moment in sorted(moments, key=lambda m: (-m.distance, m.span.start_ms)):
        if all(moment.span.end_ms <= m.span.start_ms or m.span.end_ms <= moment.span.start_ms for m in kept):
            kept.append(moment)
    return kept
