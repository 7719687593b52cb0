"""`expression_held`: one expression stays for unusually long, for this person."""

from __future__ import annotations

import numpy as np

from analysis.config import MomentConfig
from analysis.signals.baseline import Baseline, Baselines
from analysis.signals.running import MAX_STAND_MS
from analysis.signals.segments import expression_segments
from analysis.signals.series import Series
from analysis.types import EXPRESSIONS, NOT_SURE, Evidence, Moment, MomentKind, Segment

# Shorter stretches belong to the one before them, as on the timeline.
_MIN_SEGMENT_MS = 500
_MAD_TO_SD = 1.4826

SENTENCE = (
    "The face kept the expression {expression} for {duration_s} s, on average at {mean_percent} %; this person "
    "usually keeps one for {usual_s} s."
)
SENTENCE_FEW = (
    "The face kept the expression {expression} for {duration_s} s, on average at {mean_percent} %; there were too "
    "few others to say what is usual for this person."
)
SENTENCES = (SENTENCE, SENTENCE_FEW)


def rule(config: MomentConfig) -> str:
    return (
        f"One expression other than neutral stands out, with a smoothed probability of at least "
        f"{config.held_min_prob:.0%}, for at least {config.held_min_ms / 1000:g} s and longer than the median of all "
        f"such stretches of the recording by {config.held_robust_z:g} robust deviations; with fewer than "
        f"{config.held_few} stretches, for at least {config.held_few_min_ms / 1000:g} s. On the whole it is "
        f"{config.held_prob_robust_z:g} robust deviations above the person's own baseline."
    )


def find(series: Series, baselines: Baselines, config: MomentConfig) -> list[Moment]:
    """A face that reads as, say, sad when at rest holds nothing: its baseline is that high."""
    baseline = baselines.expression
    if baseline is None:
        return []
    shown = [
        segment
        for segment in expression_segments(series, _MIN_SEGMENT_MS, config.held_min_prob)
        if segment.value not in (NOT_SURE, "neutral")
    ]
    lengths_ms = np.array([segment.span.duration_ms for segment in shown])
    few = len(shown) < config.held_few
    usual_ms = float(np.median(lengths_ms)) if shown else 0.0
    bound_ms = config.held_few_min_ms if few else _bound_ms(lengths_ms, usual_ms, config)
    return [
        _moment(series, baseline, config, segment, few, usual_ms, bound_ms)
        for segment in shown
        if segment.span.duration_ms >= bound_ms and _is_raised(series, baseline, config, segment)
    ]


def _bound_ms(lengths_ms: np.ndarray, usual_ms: float, config: MomentConfig) -> float:
    spread_ms = _MAD_TO_SD * float(np.median(np.abs(lengths_ms - usual_ms)))
    return max(config.held_min_ms, usual_ms + config.held_robust_z * spread_ms)


def _frames(series: Series, segment: Segment) -> slice:
    first, after = np.searchsorted(series.pts_ms, (segment.span.start_ms, segment.span.end_ms))
    return slice(int(first), int(after))


def _is_raised(series: Series, baseline: Baseline, config: MomentConfig, segment: Segment) -> bool:
    """Whether it lies above this person's usual as a whole, and was looked at all the while."""
    frames = _frames(series, segment)
    usual, spread = baseline.of(segment.value)
    middle = float(np.median(series.smoothed[frames, EXPRESSIONS.index(segment.value)]))
    watched = int((series.end_ms[frames] - series.pts_ms[frames]).max()) <= MAX_STAND_MS
    return watched and middle >= usual + config.held_prob_robust_z * spread


def _moment(
    series: Series,
    baseline: Baseline,
    config: MomentConfig,
    segment: Segment,
    few: bool,
    usual_ms: float,
    bound_ms: float,
) -> Moment:
    frames, span = _frames(series, segment), segment.span
    values = series.smoothed[frames, EXPRESSIONS.index(segment.value)]
    usual, spread = baseline.of(segment.value)
    mean, length_s = float(values.mean()), round(span.duration_ms / 1000, 1)
    peak = frames.start + int(values.argmax())
    enough = usual + config.held_prob_robust_z * spread
    own = {} if few else {"usual_s": round(usual_ms / 1000, 1)}
    return Moment(
        kind=MomentKind.EXPRESSION_HELD,
        span=span,
        peak_ms=int(series.pts_ms[peak]),
        sentence=SENTENCE_FEW if few else SENTENCE,
        values={
            "expression": segment.value,
            "duration_s": length_s,
            "mean_percent": round(mean * 100),
            **own,
        },
        rule=rule(config),
        evidence=(
            Evidence("expression_held", span, length_s, round(usual_ms / 1000, 1), round(bound_ms / 1000, 1), "s"),
            Evidence(segment.value, span, round(mean, 3), round(usual, 3), round(enough, 3), "probability"),
        ),
        distance=round(span.duration_ms / bound_ms, 2),
        confidence=round(mean, 3),
        quality=round(float(np.nanmean(series.quality[frames])), 3),
    )
