"""`liveness`: the face before the camera looks like a picture of one, on a screen or on paper. Experimental."""

from __future__ import annotations

import numpy as np

from analysis.config import MomentConfig
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind

# One answer on the other side does not end it.
_CLOSE_GAP_MS = 2200

SENTENCE = (
    "Experimental: for {duration_s} s the picture around the face looked more like a screen or a print than like a "
    "person before the camera. Light, blur and virtual backgrounds can look like this too."
)


def rule(config: MomentConfig) -> str:
    return (
        f"The mean of two networks (MiniFASNet), which look every other second, is at most {config.live_max:g} for "
        f"at least {config.live_min_ms / 1000:g} s."
    )


def find(series: Series, baselines: Baselines, config: MomentConfig) -> list[Moment]:
    """Not compared with the person's own usual: a recording can show a screen from its beginning to its end."""
    with np.errstate(invalid="ignore"):  # where no face was looked at compares as no
        flat = series.live <= config.live_max
    spans = long_stretches(series, flat, min_ms=config.live_min_ms, close_gap_ms=_CLOSE_GAP_MS)
    usual = round(float(np.nanmedian(series.live)), 3) if spans else 0.0
    return [_moment(series, config, first, last, usual) for first, last in spans]


def _moment(series: Series, config: MomentConfig, first: int, last: int, usual: float) -> Moment:
    span, live = series.span(first, last), series.live[first : last + 1]
    value = round(float(np.nanmedian(live)), 3)
    return Moment(
        kind=MomentKind.LIVENESS,
        span=span,
        peak_ms=int(series.pts_ms[first + int(np.nanargmin(live))]),
        sentence=SENTENCE,
        values={"duration_s": round(span.duration_ms / 1000, 1)},
        rule=rule(config),
        evidence=(Evidence("live", span, value, usual, config.live_max, "0..1"),),
        distance=round((1 - value) / (1 - config.live_max), 2),
        quality=round(float(np.nanmean(series.quality[first : last + 1])), 3),
    )
