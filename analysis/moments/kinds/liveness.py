"""`liveness`: the face in front of the camera looks like a picture of one, on a screen or on paper. Experimental."""

from __future__ import annotations

import numpy as np

from analysis.catalogue.kind import MAIN
from analysis.catalogue.picture import LivenessConfig
from analysis.moments.reading import Reading
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind

# One answer on the other side does not end it.
_CLOSE_GAP_MS = 2200


def find(reading: Reading, config: LivenessConfig) -> list[Moment]:
    """Not compared with the person's baseline: a recording can show a screen from beginning to end."""
    series = reading.series
    with np.errstate(invalid="ignore"):  # where no face was checked compares as no
        flat = series.live <= config.max_live
    spans = long_stretches(series, flat, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS)
    usual = round(float(np.nanmedian(series.live)), 3) if spans else 0.0
    return [_moment(series, config, first, last, usual) for first, last in spans]


def _moment(series: Series, config: LivenessConfig, first: int, last: int, usual: float) -> Moment:
    span, live = series.span(first, last), series.live[first : last + 1]
    value = round(float(np.nanmedian(live)), 3)
    return Moment(
        kind=MomentKind.LIVENESS,
        span=span,
        peak_ms=int(series.pts_ms[first + int(np.nanargmin(live))]),
        sentence=MAIN,
        values={"duration_s": span.duration_s},
        evidence=(Evidence("live", span, value, usual, config.max_live),),
        distance=round((1 - value) / (1 - config.max_live), 2),
        quality=series.mean_quality(slice(first, last + 1)),
    )
