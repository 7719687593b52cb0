"""`expression_held`: one expression lasts unusually long for this person."""

from __future__ import annotations

import numpy as np

from analysis.catalogue.face import HeldConfig
from analysis.catalogue.kind import MAIN
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.robust import robust_spread
from analysis.signals.running import MAX_STAND_MS
from analysis.signals.segments import expression_segments
from analysis.signals.series import Series
from analysis.types import EXPRESSIONS, NOT_SURE, Evidence, Moment, MomentKind, Segment

# Shorter stretches belong to the one before them, as on the timeline.
_MIN_SEGMENT_MS = 500


def find(reading: Reading, config: HeldConfig) -> list[Moment]:
    """A face that reads as sad, say, when at rest is not holding anything: its baseline is that high."""
    series = reading.series
    baseline = reading.baselines.expression
    if baseline is None:
        return []
    shown = [
        segment
        for segment in expression_segments(series, _MIN_SEGMENT_MS, config.min_prob)
        if segment.value not in (NOT_SURE, "neutral")
    ]
    lengths_ms = np.array([segment.span.duration_ms for segment in shown])
    few = len(shown) < config.few
    usual_ms = float(np.median(lengths_ms)) if shown else 0.0
    bound_ms = config.few_min_ms if few else _bound_ms(lengths_ms, usual_ms, config)
    return [
        _moment(series, baseline, config, segment, few, usual_ms, bound_ms)
        for segment in shown
        if segment.span.duration_ms >= bound_ms and _is_raised(series, baseline, config, segment)
    ]


def _bound_ms(lengths_ms: np.ndarray, usual_ms: float, config: HeldConfig) -> float:
    return max(config.min_ms, usual_ms + config.robust_z * robust_spread(lengths_ms, usual_ms))


def _frames(series: Series, segment: Segment) -> slice:
    first, after = np.searchsorted(series.pts_ms, (segment.span.start_ms, segment.span.end_ms))
    return slice(int(first), int(after))


def _is_raised(series: Series, baseline: Baseline, config: HeldConfig, segment: Segment) -> bool:
    """Whether it is above what is typical for this person as a whole, and was observed throughout."""
    frames = _frames(series, segment)
    usual, spread = baseline.of(segment.value)
    middle = float(np.median(series.smoothed[frames, EXPRESSIONS.index(segment.value)]))
    watched = int((series.end_ms[frames] - series.pts_ms[frames]).max()) <= MAX_STAND_MS
    return watched and middle >= usual + config.prob_robust_z * spread


def _moment(
    series: Series,
    baseline: Baseline,
    config: HeldConfig,
    segment: Segment,
    few: bool,
    usual_ms: float,
    bound_ms: float,
) -> Moment:
    frames, span = _frames(series, segment), segment.span
    values = series.smoothed[frames, EXPRESSIONS.index(segment.value)]
    usual, spread = baseline.of(segment.value)
    mean, length_s = float(values.mean()), span.duration_s
    peak = frames.start + int(values.argmax())
    enough = usual + config.prob_robust_z * spread
    own = {} if few else {"usual_s": round(usual_ms / 1000, 1)}
    return Moment(
        kind=MomentKind.EXPRESSION_HELD,
        span=span,
        peak_ms=int(series.pts_ms[peak]),
        sentence="few_others" if few else MAIN,
        values={
            "expression": segment.value,
            "duration_s": length_s,
            "mean_percent": round(mean * 100),
            **own,
        },
        evidence=(
            Evidence("expression_held", span, length_s, round(usual_ms / 1000, 1), round(bound_ms / 1000, 1)),
            Evidence(segment.value, span, round(mean, 3), round(usual, 3), round(enough, 3)),
        ),
        distance=round(span.duration_ms / bound_ms, 2),
        confidence=round(mean, 3),
        quality=series.mean_quality(frames),
    )
