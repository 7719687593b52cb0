"""`nobody_visible`: the candidate's face is not in the picture."""

from __future__ import annotations

from analysis.catalogue.kind import MAIN
from analysis.catalogue.picture import NobodyConfig
from analysis.moments.reading import Reading
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind, Visibility

# Being found again for an instant between two absences does not end the absence.
_CLOSE_GAP_MS = 300


def find(reading: Reading, config: NobodyConfig) -> list[Moment]:
    series = reading.series
    away = series.is_shown(Visibility.NOBODY)
    spans = long_stretches(series, away, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS)
    return [_moment(series, config, first, last) for first, last in spans]


def _moment(series: Series, config: NobodyConfig, first: int, last: int) -> Moment:
    span = series.span(first, last)
    seconds, threshold_s = span.duration_s, config.min_ms / 1000
    return Moment(
        kind=MomentKind.NOBODY_VISIBLE,
        span=span,
        peak_ms=span.start_ms,
        sentence=MAIN,
        values={"duration_s": seconds},
        evidence=(Evidence("face_away", span, seconds, 0.0, threshold_s),),
        distance=round(span.duration_ms / config.min_ms, 2),
    )
