"""`voice_without_lips`: speech is heard while the visible mouth hardly moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.kind import MAIN
from analysis.catalogue.sound import VoiceWithoutLipsConfig
from analysis.moments.reading import Reading
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.spans import stretches
from analysis.types import Evidence, Moment, MomentKind, Span

#: What lips and jaw do in speech.
MOUTH_SIGNALS = ("jaw_drop", "lower_lip_depress", "upper_lip_raise", "lip_pucker", "lip_funnel", "lip_stretch")
_SEEN_SHARE = 0.9
# With less than this of speech and of silence with a visible mouth, what is typical is not known.
_LEAST_MS = 3000


def find(reading: Reading, config: VoiceWithoutLipsConfig) -> list[Moment]:
    series, said = reading.series, reading.heard
    if not len(series) or not said.spans:
        return []
    moved = mouth_movement(series, config.window_ms)
    speaking = _speaking(series, said.spans)
    lasts_ms = (series.end_ms - series.pts_ms).astype(np.float64)
    seen = ~np.isnan(moved)
    aloud, quiet = seen & speaking, seen & ~speaking
    if lasts_ms[aloud].sum() < _LEAST_MS or lasts_ms[quiet].sum() < _LEAST_MS:
        return []
    usual, at_rest = float(np.median(moved[aloud])), float(np.median(moved[quiet]))
    if usual < config.clear_ratio * at_rest:
        return []
    bound = config.max_share * usual
    with np.errstate(invalid="ignore"):
        still = speaking & seen & (moved < bound)
    found = []
    for first, last in stretches(still):
        span = series.span(first, last)
        if span.duration_ms >= config.min_ms and lasts_ms[first : last + 1].max() <= config.window_ms:
            found.append(_moment(series, moved, span, slice(first, last + 1), usual, bound))
    return found


def mouth_movement(series: Series, window_ms: float) -> NDArray[np.float32]:
    """(N,) how far lips and jaw move in a second; NaN where they are not visible.

    The median of `window_ms` around: one twitch is not speech, and one still frame is not rest.
    """
    runs = face_runs(series)
    seconds = np.maximum(np.diff(series.pts_ms, prepend=series.pts_ms[:1] - 40), 1).astype(np.float32) / 1000
    total = np.zeros(len(series), np.float32)
    for name in MOUTH_SIGNALS:
        values = series.face_signal(name)
        step = np.abs(np.diff(values, prepend=values[:1]))
        step[np.diff(runs, prepend=runs[:1]) != 0] = 0
        total += np.where(np.isnan(values), np.nan, np.nan_to_num(step) / seconds)
    return np.asarray(running_median(series.pts_ms, runs, total, window_ms))


def _speaking(series: Series, spans: list[Span]) -> NDArray[np.bool_]:
    """(N,) whether speech is heard."""
    inside = np.zeros(len(series), np.bool_)
    for span in spans:
        first, after = np.searchsorted(series.pts_ms, (span.start_ms, span.end_ms))
        inside[first:after] = True
    return inside


def _moment(
    series: Series,
    moved: NDArray[np.float32],
    span: Span,
    part: slice,
    usual: float,
    bound: float,
) -> Moment:
    value = float(np.nanmedian(moved[part]))
    return Moment(
        kind=MomentKind.VOICE_WITHOUT_LIPS,
        span=span,
        peak_ms=span.start_ms,
        sentence=MAIN,
        values={"duration_s": span.duration_s},
        evidence=(Evidence("mouth_movement", span, round(value, 4), round(usual, 4), round(bound, 4)),),
        distance=round(usual / max(value, 1e-4), 2),
        quality=series.mean_quality(part),
    )
