"""`background_changed`: what is visible behind the person changed all at once and permanently."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.kind import MAIN
from analysis.catalogue.picture import BackgroundConfig
from analysis.moments.kinds.cut import cuts
from analysis.moments.reading import Reading
from analysis.signals.series import Series
from analysis.signals.spans import long_stretches
from analysis.types import Evidence, Moment, MomentKind, Span, Visibility
from analysis.video.background import LASTING_MS

# The share is judged every fifth of a second: a dip of two such steps does not end a change.
_CLOSE_GAP_MS = 500


def find(reading: Reading, config: BackgroundConfig) -> list[Moment]:
    series = reading.series
    change = np.nan_to_num(series.picture_signal("background_change"))
    spans = long_stretches(
        series,
        change >= config.min_share,
        min_ms=config.min_ms - LASTING_MS,  # the signal itself waits this long
        close_gap_ms=_CLOSE_GAP_MS,
    )
    cut_ms = series.pts_ms[cuts(series, reading.config.moments[MomentKind.CUT])] if spans else np.zeros(0, np.int64)
    return [
        _moment(series, config, first, last)
        for first, last in spans
        if _is_seen(series, first, last, config) and not _follows(cut_ms, int(series.pts_ms[first]))
    ]


def _is_seen(series: Series, first: int, last: int, config: BackgroundConfig) -> bool:
    """Whether a person hides it: anyone who leans out of the picture or stands up hides what is behind."""
    seen = ~series.is_shown(Visibility.NOBODY)[first : last + 1]
    lasts_ms = (series.end_ms - series.pts_ms)[first : last + 1]
    return bool(lasts_ms[seen].sum() >= config.min_ms - LASTING_MS)


def _follows(cut_ms: NDArray[np.int64], start_ms: int) -> bool:
    """Whether it began with a cut, which has a moment of its own."""
    since_ms = start_ms - cut_ms
    return bool(((since_ms >= 0) & (since_ms <= 2 * LASTING_MS)).any())


def _moment(series: Series, config: BackgroundConfig, first: int, last: int) -> Moment:
    start_ms = max(int(series.pts_ms[first]) - LASTING_MS, int(series.pts_ms[0]))
    span = Span(start_ms, int(series.end_ms[last]))
    change = series.picture_signal("background_change")
    value, usual = round(float(change[first : last + 1].max()), 3), round(float(np.nanmedian(change)), 3)
    bound = config.min_share
    return Moment(
        kind=MomentKind.BACKGROUND_CHANGED,
        span=span,
        peak_ms=start_ms,
        sentence=MAIN,
        values={"percent": round(100 * value), "duration_s": span.duration_s},
        evidence=(
            Evidence("background_change", span, value, usual, bound),
            Evidence("other_background", span, float(span.duration_ms), 0.0, float(config.min_ms)),
        ),
        distance=round(value / bound, 2),
    )
