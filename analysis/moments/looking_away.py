"""`looking_away`: head or eyes are turned away from where this person usually looks.

Published gaze estimators err by about 20 degrees from end to end, so the bound for the eyes is wider than that; the
head is measured better. The usual direction is the person's own: a camera beside the screen makes nobody look away.
People look away to think: where it is heard when they speak, only what goes on while they do is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.config import MomentConfig
from analysis.moments.crowding import farthest_of_each_minute
from analysis.signals.baseline import Baseline, Baselines
from analysis.signals.blinks import lid_levels
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.spans import share_covered, unbroken_stretches
from analysis.types import GAZE_SIGNALS, Evidence, Moment, MomentKind, Span

_HEAD_SIGNALS = ("head_yaw_deg", "head_pitch_deg")  # a head tilted sideways looks where it did before
# A glance back for less than this does not end it.
_CLOSE_GAP_MS = 500
_SPEAKING_SHARE = 0.5

SENTENCE = "The head was turned up to {angle_deg}° away from where it usually points, for {duration_s} s."
SENTENCE_GAZE = "The eyes looked up to {angle_deg}° away from where they usually look, for {duration_s} s."
SENTENCES = (SENTENCE, SENTENCE_GAZE)


def rule(config: MomentConfig) -> str:
    return (
        f"The head is turned by at least {config.away_head_deg:g}°, or the eyes by at least "
        f"{config.away_gaze_deg:g}°, from the person's own usual direction, sideways or up and down, for at least "
        f"{config.away_min_ms / 1000:g} s, after a running median of {config.face_smooth_ms} ms; closed eyes do not "
        f"count as turned. Where speech was listened for, it must fill {_SPEAKING_SHARE:.0%} of it. Of each minute "
        f"the {config.face_max_per_min} farthest are kept."
    )


@dataclass(frozen=True, slots=True)
class _Turned:
    """One signal: (N,) smoothed degrees, its usual value, and how far from that is away."""

    name: str
    values: NDArray[np.float32]
    usual: float
    bound_deg: float

    def share(self, part: slice) -> NDArray[np.float32]:
        """(N,) how far from usual, in bounds: 1 and more is away."""
        return np.asarray(np.abs(self.values[part] - self.usual) / self.bound_deg, np.float32)


def find(
    series: Series, baselines: Baselines, config: MomentConfig, speech: Sequence[Span] | None = None
) -> list[Moment]:
    """Nothing without a baseline: there is no usual direction. speech: None where nobody has listened for it."""
    if baselines.face is None or not len(series):
        return []
    runs = face_runs(series)
    turned = _turned(series, runs, baselines.face, config)
    with np.errstate(invalid="ignore"):  # a gap compares as "not away"
        away = np.any([signal.share(slice(None)) >= 1 for signal in turned], axis=0)
    spans = unbroken_stretches(series, away, runs, min_ms=config.away_min_ms, close_gap_ms=_CLOSE_GAP_MS)
    found = [_moment(series, config, turned, first, last) for first, last in spans]
    if speech is not None:
        found = [moment for moment in found if share_covered(moment.span, speech) >= _SPEAKING_SHARE]
    return farthest_of_each_minute(found, config.face_max_per_min)


def _turned(series: Series, runs: NDArray[np.int32], baseline: Baseline, config: MomentConfig) -> list[_Turned]:
    def smooth(name: str) -> NDArray[np.float32]:
        return running_median(series.pts_ms, runs, series.face_signal(name), config.face_smooth_ms)

    levels = lid_levels(series)
    shut = smooth("eyes_closed") >= (levels.shut if levels else np.inf)
    head = [_Turned(name, smooth(name), baseline.of(name)[0], config.away_head_deg) for name in _HEAD_SIGNALS]
    gaze = [
        _Turned(
            name,
            np.where(shut, np.float32(baseline.of(name)[0]), smooth(name)),
            baseline.of(name)[0],
            config.away_gaze_deg,
        )
        for name in GAZE_SIGNALS
    ]
    return head + gaze


def _moment(series: Series, config: MomentConfig, turned: list[_Turned], first: int, last: int) -> Moment:
    part, span = slice(first, last + 1), series.span(first, last)
    peaks = [float(signal.share(part).max()) for signal in turned]
    farthest = turned[int(np.argmax(peaks))]
    peak = first + int(farthest.share(part).argmax())
    return Moment(
        kind=MomentKind.LOOKING_AWAY,
        span=span,
        peak_ms=int(series.pts_ms[peak]),
        sentence=SENTENCE if farthest.name in _HEAD_SIGNALS else SENTENCE_GAZE,
        values={
            "duration_s": round(span.duration_ms / 1000, 1),
            "angle_deg": round(abs(float(farthest.values[peak]) - farthest.usual)),
        },
        rule=rule(config),
        evidence=tuple(
            _evidence(series, signal, part)
            for signal, peak_share in sorted(zip(turned, peaks, strict=True), key=lambda each: -each[1])
            if peak_share >= 1
        ),
        distance=round(max(peaks), 2),
        quality=round(float(np.nanmean(series.quality[part])), 3),
    )


def _evidence(series: Series, signal: _Turned, part: slice) -> Evidence:
    """The farthest value, and the bound on the side that it passed."""
    value = float(signal.values[part][signal.share(part).argmax()])
    bound = signal.usual + (signal.bound_deg if value > signal.usual else -signal.bound_deg)
    span = series.span(part.start, part.stop - 1)
    return Evidence(signal.name, span, round(value, 1), round(signal.usual, 1), round(bound, 1), "deg")
