"""`hard_to_see`: a face is there, but is not clear enough to be read, so the analysis abstains."""

from __future__ import annotations

import numpy as np

from analysis.catalogue.kind import MAIN
from analysis.catalogue.picture import HardToSeeConfig
from analysis.moments.reading import Reading
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind, Visibility

_CLOSE_GAP_MS = 500


def find(reading: Reading, config: HardToSeeConfig) -> list[Moment]:
    series, bound = reading.series, reading.config.faces.min_quality
    hard = series.is_shown(Visibility.HARD_TO_SEE)
    spans = long_stretches(series, hard, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS)
    seen = series.quality[series.is_shown(Visibility.SEEN)]
    usual = round(float(np.median(seen)), 3) if len(seen) else 0.0
    return [_moment(series, config, first, last, usual, bound) for first, last in spans]


def _moment(series: Series, config: HardToSeeConfig, first: int, last: int, usual: float, bound: float) -> Moment:
    span = series.span(first, last)
    quality = series.quality[first : last + 1]
    worst = first + int(np.nanargmin(quality))
    value = round(float(np.nanmedian(quality)), 3)
    return Moment(
        kind=MomentKind.HARD_TO_SEE,
        span=span,
        peak_ms=int(series.pts_ms[worst]),
        sentence=MAIN,
        values={"duration_s": span.duration_s},
        evidence=(Evidence("quality", span, value, usual, bound),),
        distance=round(span.duration_ms / config.min_ms, 2),
        quality=value,
    )
