"""Blinks and closed eyes, from how far the lids cover the eyes in each frame.

A blink takes 100 to 400 ms (Schiffman 2000, Sensation and Perception), and people blink about 17 times a minute at
rest and 26 in conversation, with wide differences (Bentivoglio et al. 1997, Movement Disorders 12(6)): so a rate is
only compared with the same person's rate. Under 15 frames a second a blink can fall between two frames, so nothing is
counted. One limitation: a short look downward also lowers the lids and cannot be distinguished.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.face import MIN_BLINK_FPS
from analysis.signals.robust import robust_spread
from analysis.signals.running import face_runs, local_step_ms, longest_step_ms
from analysis.signals.series import Series
from analysis.signals.smoothing import GAP
from analysis.signals.spans import unbroken_stretches
from analysis.types import Span

MIN_BLINK_MS, MAX_BLINK_MS = 50, 500

# The most closed frames of a recording: nearly always the middle of its blinks.
_CLOSED_PERCENTILE = 99.5
# Shares of the way from open to closed, and the least rises in 0..1 for when there are no blinks and only noise.
_BLINK_SHARE, _BLINK_RISE = 0.4, 0.2
_SHUT_SHARE, _SHUT_RISE = 0.7, 0.35
# A blink begins and ends halfway up to what makes it one: crossing twice is not blinking twice.
_EDGE_SHARE = 0.5
# The same in robust standard deviations of the open eye's own noise.
_EDGE_SPREADS, _BLINK_SPREADS = 3.0, 6.0
# Windows in which less than this was watched at a sufficient frame rate have no rate.
_MIN_WATCHED_SHARE = 2 / 3
_RATE_STEP_MS = 1000


@dataclass(frozen=True, slots=True)
class LidLevels:
    """Values of the signal `eyes_closed`, 0..1, for this recording: open (its median), the edge of a blink, what a
    blink must reach, and what counts as shut."""

    open: float
    edge: float
    blink: float
    shut: float


@dataclass(frozen=True, slots=True)
class BlinkRates:
    """start_ms: (W,) of windows of `window_ms`. per_min: (W,) NaN if too little of a window was watched."""

    window_ms: int
    start_ms: NDArray[np.int64]
    per_min: NDArray[np.float64]


def lid_levels(series: Series) -> LidLevels | None:
    """None if the eyes were never read."""
    closed = series.face_signal("eyes_closed")
    closed = closed[~np.isnan(closed)]
    if not len(closed):
        return None
    usual = float(np.median(closed))
    spread = robust_spread(closed, usual)
    reach = float(np.percentile(closed, _CLOSED_PERCENTILE)) - usual
    rise = max(_BLINK_RISE, _BLINK_SHARE * reach, _BLINK_SPREADS * spread)
    edge = max(_EDGE_SHARE * rise, _EDGE_SPREADS * spread)
    return LidLevels(usual, usual + edge, usual + rise, usual + max(_SHUT_RISE, _SHUT_SHARE * reach, rise))


def blinks(series: Series) -> list[Span]:
    """Every blink: from the first frame above its edge to the last, with no frame missing just before or after.

    The signal is used as it is: any smoothing would remove the short ones.
    """
    levels = lid_levels(series)
    if levels is None:
        return []
    closed, runs = series.face_signal("eyes_closed"), _watched_runs(series)
    with np.errstate(invalid="ignore"):  # a gap compares as "open"
        above = closed >= levels.edge
    return [
        series.span(first, last)
        for first, last in unbroken_stretches(series, above, runs, min_ms=MIN_BLINK_MS)
        if series.span(first, last).duration_ms <= MAX_BLINK_MS
        and float(closed[first : last + 1].max()) >= levels.blink
        and _was_seen_whole(runs, first, last)
    ]


def watched_ms(series: Series) -> int:
    """The time in which a blink would have been counted."""
    return int((series.end_ms - series.pts_ms)[_watched_runs(series) != GAP].sum())


def blink_rate_per_min(series: Series) -> float | None:
    """Over the whole recording; None if the eyes were watched for less than a second."""
    watched = watched_ms(series)
    return len(blinks(series)) * 60_000 / watched if watched >= 1000 else None


def closed_share(series: Series) -> float | None:
    """The share of the time in which the eyes could be read that they were shut; None if they never could."""
    levels, closed = lid_levels(series), series.face_signal("eyes_closed")
    if levels is None:
        return None
    stands = (series.end_ms - series.pts_ms).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return float(stands[closed >= levels.shut].sum() / stands[~np.isnan(closed)].sum())


def blink_rates(series: Series, window_ms: int) -> BlinkRates:
    """The rate in windows that slide over the recording by one second. A blink counts where it starts."""
    length_ms = int(series.end_ms[-1] - series.pts_ms[0]) if len(series) else 0
    steps = max(0, (length_ms - window_ms) // _RATE_STEP_MS + 1)
    start_ms = (series.pts_ms[0] if len(series) else 0) + np.arange(steps, dtype=np.int64) * _RATE_STEP_MS
    begins = np.array([span.start_ms for span in blinks(series)], np.int64)
    counts = np.searchsorted(begins, start_ms + window_ms) - np.searchsorted(begins, start_ms)
    stands = np.where(_watched_runs(series) != GAP, series.end_ms - series.pts_ms, 0)
    total = np.append(0, np.cumsum(stands))
    watched = (
        total[np.searchsorted(series.pts_ms, start_ms + window_ms)] - total[np.searchsorted(series.pts_ms, start_ms)]
    )
    enough = watched >= _MIN_WATCHED_SHARE * window_ms
    per_min = np.where(enough, counts * 60_000 / np.maximum(watched, 1), np.nan)
    return BlinkRates(window_ms, start_ms, per_min)


def _watched_runs(series: Series) -> NDArray[np.int32]:
    """(N,) the runs of face signals, GAP where the frame rate is too low to be sure of seeing a blink.

    One frame that lasts up to twice as long as it may does not mean a low rate: recorders drop frames.
    """
    longest = longest_step_ms(MIN_BLINK_FPS)
    slow = (local_step_ms(series) > longest) | (series.end_ms - series.pts_ms > 2 * longest)
    return np.where(slow, GAP, face_runs(series)).astype(np.int32)


def _was_seen_whole(runs: NDArray[np.int32], first: int, last: int) -> bool:
    """Whether the frames before and after were seen too. What a gap cuts off has no known length."""
    return first > 0 and last + 1 < len(runs) and bool(runs[first - 1] == runs[first] == runs[last + 1])
