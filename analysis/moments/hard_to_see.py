"""`hard_to_see`: a face is there, but shows too badly to be read, so the analysis abstains."""

from __future__ import annotations

import numpy as np

from analysis.config import MomentConfig
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind, Visibility

_CLOSE_GAP_MS = 500

SENTENCE = (
    "For {duration_s} s the face was too small, blurred, dark, bright or turned away to be read; nothing was "
    "concluded from it."
)


def rule(config: MomentConfig) -> str:
    return f"The quality of the face stays below its bound for at least {config.hard_to_see_min_ms / 1000:g} s."


def find(series: Series, baselines: Baselines, config: MomentConfig, *, bound: float) -> list[Moment]:
    """bound: the quality, 0..1, below which the face stage does not read a face."""
    hard = series.is_shown(Visibility.HARD_TO_SEE)
    spans = long_stretches(series, hard, min_ms=config.hard_to_see_min_ms, close_gap_ms=_CLOSE_GAP_MS)
    seen = series.quality[series.is_shown(Visibility.SEEN)]
    usual = round(float(np.median(seen)), 3) if len(seen) else 0.0
    return [_moment(series, config, first, last, usual, bound) for first, last in spans]


def _moment(series: Series, config: MomentConfig, first: int, last: int, usual: float, bound: float) -> Moment:
    span = series.span(first, last)
    quality = series.quality[first : last + 1]
    worst = first + int(np.nanargmin(quality))
    value = round(float(np.nanmedian(quality)), 3)
    return Moment(
        kind=MomentKind.HARD_TO_SEE,
        span=span,
        peak_ms=int(series.pts_ms[worst]),
        sentence=SENTENCE,
        values={"duration_s": round(span.duration_ms / 1000, 1)},
        rule=rule(config),
        evidence=(Evidence("quality", span, value, usual, bound, "0..1"),),
        distance=round(span.duration_ms / config.hard_to_see_min_ms, 2),
        quality=value,
    )
