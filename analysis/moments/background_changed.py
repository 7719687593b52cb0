"""`background_changed`: what is seen behind the person became something else, all at once and for good."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.config import MomentConfig
from analysis.moments.cut import cuts
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind, Span, Visibility
from analysis.video.background import LASTING_MS

# The share is judged every fifth of a second: a dip of two such steps does not end a change.
_CLOSE_GAP_MS = 500

SENTENCE = (
    "Behind the person, about {percent} % was different from before, for at least {duration_s} s. Another place, a "
    "virtual background and a camera that was turned look alike here."
)


def rule(config: MomentConfig) -> str:
    return (
        f"{100 * config.background_min_change:g} % of the background or more differ from before for at least "
        f"{config.background_min_ms / 1000:g} s, and not from a cut on. What changes gradually does not count."
    )


def find(series: Series, baselines: Baselines, config: MomentConfig) -> list[Moment]:
    change = np.nan_to_num(series.picture_signal("background_change"))
    spans = long_stretches(
        series,
        change >= config.background_min_change,
        min_ms=config.background_min_ms - LASTING_MS,  # the signal waits for so long itself
        close_gap_ms=_CLOSE_GAP_MS,
    )
    cut_ms = series.pts_ms[cuts(series, config)] if spans else np.zeros(0, np.int64)
    return [
        _moment(series, config, first, last)
        for first, last in spans
        if _is_seen(series, first, last, config) and not _follows(cut_ms, int(series.pts_ms[first]))
    ]


def _is_seen(series: Series, first: int, last: int, config: MomentConfig) -> bool:
    """Whether a person is before it: who leans out of the picture or stands up hides what is behind."""
    seen = ~series.is_shown(Visibility.NOBODY)[first : last + 1]
    lasts_ms = (series.end_ms - series.pts_ms)[first : last + 1]
    return bool(lasts_ms[seen].sum() >= config.background_min_ms - LASTING_MS)


def _follows(cut_ms: NDArray[np.int64], start_ms: int) -> bool:
    """Whether a cut began it, which a moment of its own tells."""
    since_ms = start_ms - cut_ms
    return bool(((since_ms >= 0) & (since_ms <= 2 * LASTING_MS)).any())


def _moment(series: Series, config: MomentConfig, first: int, last: int) -> Moment:
    start_ms = max(int(series.pts_ms[first]) - LASTING_MS, int(series.pts_ms[0]))
    span = Span(start_ms, int(series.end_ms[last]))
    change = series.picture_signal("background_change")
    value, usual = round(float(change[first : last + 1].max()), 3), round(float(np.nanmedian(change)), 3)
    bound = config.background_min_change
    return Moment(
        kind=MomentKind.BACKGROUND_CHANGED,
        span=span,
        peak_ms=start_ms,
        sentence=SENTENCE,
        values={"percent": round(100 * value), "duration_s": round(span.duration_ms / 1000, 1)},
        rule=rule(config),
        evidence=(
            Evidence("background_change", span, value, usual, bound, "0..1"),
            Evidence("other_background", span, float(span.duration_ms), 0.0, float(config.background_min_ms), "ms"),
        ),
        distance=round(value / bound, 2),
    )
