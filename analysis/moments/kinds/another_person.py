"""`another_person`: more than one face is in the picture."""

from __future__ import annotations

from analysis.catalogue.kind import MAIN
from analysis.catalogue.picture import AnotherPersonConfig
from analysis.moments.reading import Reading
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind

# A second face at the limit of detection comes and goes: that is one visit, not ten.
_CLOSE_GAP_MS = 1000


def find(reading: Reading, config: AnotherPersonConfig) -> list[Moment]:
    series = reading.series
    together = series.faces >= 2
    spans = long_stretches(series, together, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS)
    return [_moment(series, config, first, last) for first, last in spans]


def _moment(series: Series, config: AnotherPersonConfig, first: int, last: int) -> Moment:
    span = series.span(first, last)
    counts = series.faces[first : last + 1]
    most = int(counts.max())
    return Moment(
        kind=MomentKind.ANOTHER_PERSON,
        span=span,
        peak_ms=int(series.pts_ms[first + int(counts.argmax())]),
        sentence=MAIN,
        values={"faces": most, "duration_s": span.duration_s},
        evidence=(Evidence("faces", span, float(most), 1.0, 2.0),),
        distance=round(span.duration_ms / config.min_ms, 2),
    )
