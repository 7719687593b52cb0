"""`another_person`: more than one face is in the picture."""

from __future__ import annotations

from analysis.config import MomentConfig
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind

# A second face at the edge of what can be detected comes and goes: that is one visit, not ten.
_CLOSE_GAP_MS = 1000

SENTENCE = "Up to {faces} faces were in the picture at once, for {duration_s} s."


def rule(config: MomentConfig) -> str:
    return f"Two or more faces are found at once for at least {config.another_min_ms} ms."


def find(series: Series, baselines: Baselines, config: MomentConfig) -> list[Moment]:
    together = series.faces >= 2
    spans = long_stretches(series, together, min_ms=config.another_min_ms, close_gap_ms=_CLOSE_GAP_MS)
    return [_moment(series, config, first, last) for first, last in spans]


def _moment(series: Series, config: MomentConfig, first: int, last: int) -> Moment:
    span = series.span(first, last)
    counts = series.faces[first : last + 1]
    most = int(counts.max())
    return Moment(
        kind=MomentKind.ANOTHER_PERSON,
        span=span,
        peak_ms=int(series.pts_ms[first + int(counts.argmax())]),
        sentence=SENTENCE,
        values={"faces": most, "duration_s": round(span.duration_ms / 1000, 1)},
        rule=rule(config),
        evidence=(Evidence("faces", span, float(most), 1.0, 2.0, "faces"),),
        distance=round(span.duration_ms / config.another_min_ms, 2),
    )
