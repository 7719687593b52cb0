"""`frozen`: the same picture was repeated again and again, after it had moved."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.kind import MAIN
from analysis.catalogue.picture import FrozenConfig
from analysis.moments.reading import Reading
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind

# A codec refines a still picture, and encodes it again every few seconds: for a few frames it looks a little
# different.
_REFRESH_MS = 300
# What lies between must be still for this long: a slow camera in a file of 30 frames a second yields mostly repeats.
_PIECE_MS = 500
# In this much time before, this share of the frames must move: refining a still picture takes seconds at low bit
# rates.
_BEFORE_MS, _MOVED = 5000, 0.25


def find(reading: Reading, config: FrozenConfig) -> list[Moment]:
    series = reading.series
    return [_moment(series, config, first, last) for first, last in stands(series, config)]


def stands(series: Series, config: FrozenConfig) -> list[tuple[int, int]]:
    """(first, last) of the frames that repeat the one before, both inclusive."""
    motion = series.picture_signal("motion")
    still = motion < config.max_motion  # false where it is NaN
    still[1:] &= np.diff(series.pts_ms) <= config.max_step_ms
    lasting = np.zeros_like(still)
    for first, last in long_stretches(series, still, min_ms=_PIECE_MS):
        lasting[first : last + 1] = True
    spans = long_stretches(series, lasting, min_ms=config.min_ms, close_gap_ms=_REFRESH_MS)
    return [(first, last) for first, last in spans if _moved(series, motion, first, config)]


def _moved(series: Series, motion: NDArray[np.float32], first: int, config: FrozenConfig) -> bool:
    """Whether it moved before: a picture that is still from the start is a still picture."""
    since = int(np.searchsorted(series.pts_ms, series.pts_ms[first] - _BEFORE_MS))
    before = motion[since:first][~np.isnan(motion[since:first])]
    return bool(len(before) and np.mean(before >= config.max_motion) >= _MOVED)


def _moment(series: Series, config: FrozenConfig, first: int, last: int) -> Moment:
    span = series.span(first - 1, last)  # the first of them repeats the one before
    motion = series.picture_signal("motion")
    value, usual = round(float(np.nanmedian(motion[first : last + 1])), 3), round(float(np.nanmedian(motion)), 3)
    return Moment(
        kind=MomentKind.FROZEN,
        span=span,
        peak_ms=span.start_ms,
        sentence=MAIN,
        values={"duration_s": span.duration_s},
        evidence=(
            Evidence("motion", span, value, usual, config.max_motion),
            Evidence("still_picture", span, float(span.duration_ms), 0.0, float(config.min_ms)),
        ),
        distance=round(span.duration_ms / config.min_ms, 2),
    )
