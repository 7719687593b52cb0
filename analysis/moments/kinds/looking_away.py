"""`looking_away`: head or eyes are turned away from where this person typically looks.

Published gaze estimators err by about 20 degrees end to end, so the bound for the eyes is wider than that; the head
is measured better. The typical direction is the person's own: a camera next to the screen does not count as looking
away. People look away to think: where speech was analyzed, only looking away while they speak is reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.face import AwayConfig
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.blinks import lid_levels
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.spans import share_covered, unbroken_stretches
from analysis.types import GAZE_SIGNALS, Evidence, Moment, MomentKind, Span, Stage

_HEAD_SIGNALS = ("head_yaw_deg", "head_pitch_deg")  # a head tilted sideways looks where it did before
# A glance back for less than this does not end it.
_CLOSE_GAP_MS = 500
# With less speech than this in a recording, silence means nothing: a microphone may have been off.
_HEARD_MS = 10_000


@dataclass(frozen=True, slots=True)
class _Turned:
    """One signal: (N,) smoothed degrees, its typical value, and how far from that counts as away."""

    name: str
    values: NDArray[np.float32]
    usual: float
    bound_deg: float

    def share(self, part: slice) -> NDArray[np.float32]:
        """(N,) distance from typical, in bounds: 1 or more is away."""
        return np.asarray(np.abs(self.values[part] - self.usual) / self.bound_deg, np.float32)


def find(reading: Reading, config: AwayConfig) -> list[Moment]:
    """Nothing without a baseline: there is no typical direction."""
    series, baselines = reading.series, reading.baselines
    if baselines.face is None or not len(series):
        return []
    runs = face_runs(series)
    turned = _turned(series, runs, baselines.face, config)
    with np.errstate(invalid="ignore"):  # a gap compares as "not away"
        away = np.any([signal.share(slice(None)) >= 1 for signal in turned], axis=0)
    spans = unbroken_stretches(series, away, runs, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS)
    found = [_moment(series, config, turned, first, last) for first, last in spans]
    speech = _speech(reading)
    if speech is not None:
        found = [moment for moment in found if share_covered(moment.span, speech) >= config.speaking_share]
    return farthest_of_each_minute(found, config.max_per_min)


def _speech(reading: Reading) -> list[Span] | None:
    """Stretches of speech; None if speech was not analyzed, or too little was heard to trust silence."""
    if reading.said is None or Stage.SPEECH not in reading.config.plan:
        return None
    spans = reading.said.spans
    return spans if sum(span.duration_ms for span in spans) >= _HEARD_MS else None


def _turned(series: Series, runs: NDArray[np.int32], baseline: Baseline, config: AwayConfig) -> list[_Turned]:
    def smooth(name: str) -> NDArray[np.float32]:
        return running_median(series.pts_ms, runs, series.face_signal(name), config.smooth_ms)

    levels = lid_levels(series)
    shut = smooth("eyes_closed") >= (levels.shut if levels else np.inf)
    head = [_Turned(name, smooth(name), baseline.of(name)[0], config.head_deg) for name in _HEAD_SIGNALS]
    gaze = [
        _Turned(
            name,
            np.where(shut, np.float32(baseline.of(name)[0]), smooth(name)),
            baseline.of(name)[0],
            config.gaze_deg,
        )
        for name in GAZE_SIGNALS
    ]
    return head + gaze


def _moment(series: Series, config: AwayConfig, turned: list[_Turned], first: int, last: int) -> Moment:
    part, span = slice(first, last + 1), series.span(first, last)
    peaks = [float(signal.share(part).max()) for signal in turned]
    farthest = turned[int(np.argmax(peaks))]
    peak = first + int(farthest.share(part).argmax())
    return Moment(
        kind=MomentKind.LOOKING_AWAY,
        span=span,
        peak_ms=int(series.pts_ms[peak]),
        sentence="head" if farthest.name in _HEAD_SIGNALS else "gaze",
        values={
            "duration_s": span.duration_s,
            "angle_deg": round(abs(float(farthest.values[peak]) - farthest.usual)),
        },
        evidence=tuple(
            _evidence(series, signal, part)
            for signal, peak_share in sorted(zip(turned, peaks, strict=True), key=lambda each: -each[1])
            if peak_share >= 1
        ),
        distance=round(max(peaks), 2),
        quality=series.mean_quality(part),
    )


def _evidence(series: Series, signal: _Turned, part: slice) -> Evidence:
    """The farthest value, and the bound on the side where it passed."""
    value = float(signal.values[part][signal.share(part).argmax()])
    bound = signal.usual + (signal.bound_deg if value > signal.usual else -signal.bound_deg)
    span = series.span(part.start, part.stop - 1)
    return Evidence(signal.name, span, round(value, 1), round(signal.usual, 1), round(bound, 1))
