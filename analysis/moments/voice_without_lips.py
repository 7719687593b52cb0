"""`voice_without_lips`: speech is heard while the mouth that can be seen hardly moves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.config import MomentConfig
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.spans import stretches
from analysis.speech.said import Said
from analysis.types import Evidence, Moment, MomentKind, Span

#: What lips and jaw do in speech.
MOUTH_SIGNALS = ("jaw_drop", "lower_lip_depress", "upper_lip_raise", "lip_pucker", "lip_funnel", "lip_stretch")
# The movement of a moment is what the mouth does around it.
_WINDOW_MS = 500
_SEEN_SHARE = 0.9
# Less than this of speech and of silence with a visible mouth says nothing of what is usual.
_LEAST_MS = 3000

SENTENCE = (
    "For {duration_s} s speech was heard while the mouth in the picture hardly moved. Another person, a loudspeaker, "
    "sound that lags behind the picture and a hand before the mouth are alike here."
)


def rule(config: MomentConfig) -> str:
    return (
        f"For at least {config.lips_min_ms / 1000:g} s there is speech while lips and jaw (the sum of how fast "
        f"{len(MOUTH_SIGNALS)} signals move, over {_WINDOW_MS / 1000:g} s) move less than {config.lips_share:.0%} of "
        "what is usual for this person while speech is heard, and the face is seen throughout. Nothing is said where "
        f"that usual is not at least {config.lips_clear:g} times the usual of silence."
    )


def find(series: Series, said: Said, config: MomentConfig) -> list[Moment]:
    if not len(series) or not said.spans:
        return []
    moved = mouth_movement(series)
    speaking = _speaking(series, said.spans)
    lasts_ms = (series.end_ms - series.pts_ms).astype(np.float64)
    seen = ~np.isnan(moved)
    aloud, quiet = seen & speaking, seen & ~speaking
    if lasts_ms[aloud].sum() < _LEAST_MS or lasts_ms[quiet].sum() < _LEAST_MS:
        return []
    usual, at_rest = float(np.median(moved[aloud])), float(np.median(moved[quiet]))
    if usual < config.lips_clear * at_rest:
        return []
    bound = config.lips_share * usual
    with np.errstate(invalid="ignore"):
        still = speaking & seen & (moved < bound)
    found = []
    for first, last in stretches(still):
        span = series.span(first, last)
        if span.duration_ms >= config.lips_min_ms and lasts_ms[first : last + 1].max() <= _WINDOW_MS:
            found.append(_moment(series, moved, span, slice(first, last + 1), usual, bound, config))
    return found


def mouth_movement(series: Series) -> NDArray[np.float32]:
    """(N,) how far lips and jaw move in a second; NaN where they are not seen.

    The median of the half second around: one twitch is not speech, and one still frame is not rest.
    """
    runs = face_runs(series)
    seconds = np.maximum(np.diff(series.pts_ms, prepend=series.pts_ms[:1] - 40), 1).astype(np.float32) / 1000
    total = np.zeros(len(series), np.float32)
    for name in MOUTH_SIGNALS:
        values = series.face_signal(name)
        step = np.abs(np.diff(values, prepend=values[:1]))
        step[np.diff(runs, prepend=runs[:1]) != 0] = 0
        total += np.where(np.isnan(values), np.nan, np.nan_to_num(step) / seconds)
    return np.asarray(running_median(series.pts_ms, runs, total, _WINDOW_MS))


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
    config: MomentConfig,
) -> Moment:
    value = float(np.nanmedian(moved[part]))
    return Moment(
        kind=MomentKind.VOICE_WITHOUT_LIPS,
        span=span,
        peak_ms=span.start_ms,
        sentence=SENTENCE,
        values={"duration_s": round(span.duration_ms / 1000, 1)},
        rule=rule(config),
        evidence=(Evidence("mouth_movement", span, round(value, 4), round(usual, 4), round(bound, 4), "a second"),),
        distance=round(usual / max(value, 1e-4), 2),
        quality=round(float(np.nanmean(series.quality[part])), 3),
    )
