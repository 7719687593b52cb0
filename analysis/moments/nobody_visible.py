"""`nobody_visible`: the candidate's face is not in the picture."""

from __future__ import annotations

from analysis.config import MomentConfig
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind, Visibility

# Being found again for a blink between two absences does not end the absence.
_CLOSE_GAP_MS = 300

SENTENCE = "The candidate's face was not in the picture for {duration_s} s."


def rule(config: MomentConfig) -> str:
    return f"No face of the candidate is found for at least {config.nobody_min_ms / 1000:g} s."


def find(series: Series, baselines: Baselines, config: MomentConfig) -> list[Moment]:
    away = series.is_shown(Visibility.NOBODY)
    spans = long_stretches(series, away, min_ms=config.nobody_min_ms, close_gap_ms=_CLOSE_GAP_MS)
    return [_moment(series, config, first, last) for first, last in spans]


def _moment(series: Series, config: MomentConfig, first: int, last: int) -> Moment:
    span = series.span(first, last)
    seconds, threshold_s = round(span.duration_ms / 1000, 1), config.nobody_min_ms / 1000
    return Moment(
        kind=MomentKind.NOBODY_VISIBLE,
        span=span,
        peak_ms=span.start_ms,
        sentence=SENTENCE,
        values={"duration_s": seconds},
        rule=rule(config),
        evidence=(Evidence("face_away", span, seconds, 0.0, threshold_s, "s"),),
        distance=round(span.duration_ms / config.nobody_min_ms, 2),
    )
