"""`facial_tension`: brow, lids, lips or chin stay above this person's baseline together. Says only what moved.

The muscle groups are those of FACS (Ekman and Friesen 1978): brow lowered AU4, lids tightened AU7, lips pressed AU24,
chin raised AU17. None of them has one meaning: people lower the brow in bright light and press the lips to think.
No blendshape shows that a jaw is clenched, so this version does not report it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.face import TensionConfig
from analysis.catalogue.kind import MAIN
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.spans import unbroken_stretches
from analysis.types import Evidence, Moment, MomentKind

MOVEMENTS = ("brow_lower", "lid_tighten", "lip_press", "chin_raise")
# Alone, however far, it is a squint: that belongs to the `eyes` rule.
_NEVER_ALONE = "lid_tighten"
_CLOSE_GAP_MS = 300
# What moved in at least this share of a moment is named.
_NAMED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Raised:
    """(N, K) values of MOVEMENTS, smoothed, and how far they lie above the baseline in robust deviations; (K,) the
    baseline and what a value must reach; (N, K) where it does."""

    values: NDArray[np.float32]
    far: NDArray[np.float64]
    usual: NDArray[np.float64]
    bound: NDArray[np.float64]
    above: NDArray[np.bool_]


def find(reading: Reading, config: TensionConfig) -> list[Moment]:
    """Nothing without a baseline: there is no typical value to compare with."""
    series = reading.series
    if reading.baselines.face is None:
        return []
    runs = face_runs(series)
    raised = _raised(series, runs, reading.baselines.face, config)
    can_be_alone = np.array([name != _NEVER_ALONE for name in MOVEMENTS])
    with np.errstate(invalid="ignore"):
        very_far = (raised.far >= config.far_robust_z) & (raised.values >= raised.usual + config.far_rise)
    together = (raised.above.sum(axis=1) >= 2) | (very_far & can_be_alone).any(axis=1)
    spans = unbroken_stretches(series, together, runs, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS)
    found = [_moment(series, config, raised, first, last) for first, last in spans]
    return farthest_of_each_minute(found, config.max_per_min)


def _raised(series: Series, runs: NDArray[np.int32], baseline: Baseline, config: TensionConfig) -> _Raised:
    usual, spread = np.array([baseline.of(name) for name in MOVEMENTS]).T
    columns = [running_median(series.pts_ms, runs, series.face_signal(name), config.smooth_ms) for name in MOVEMENTS]
    values = np.stack(columns, axis=1)
    bound = usual + np.maximum(config.min_rise, config.robust_z * spread)
    with np.errstate(invalid="ignore"):  # a gap compares as "not above"
        return _Raised(values, (values - usual) / spread, usual, bound, values >= bound)


def _moment(series: Series, config: TensionConfig, raised: _Raised, first: int, last: int) -> Moment:
    part, span = slice(first, last + 1), series.span(first, last)
    shares = raised.above[part].mean(axis=0)
    named = [at for at in range(len(MOVEMENTS)) if shares[at] >= min(_NAMED_SHARE, shares.max())]
    far = raised.far[part][:, named].mean(axis=1)
    values = [float(np.median(raised.values[part, at][raised.above[part, at]])) for at in named]
    return Moment(
        kind=MomentKind.FACIAL_TENSION,
        span=span,
        peak_ms=int(series.pts_ms[first + int(far.argmax())]),
        sentence=MAIN,
        values={
            "duration_s": span.duration_s,
            "movements": [MOVEMENTS[at] for at in named],
        },
        evidence=tuple(
            Evidence(
                MOVEMENTS[at],
                span,
                round(value, 3),
                round(float(raised.usual[at]), 3),
                round(float(raised.bound[at]), 3),
            )
            for at, value in zip(named, values, strict=True)
        ),
        distance=round(float(far.max()), 2),
        quality=series.mean_quality(part),
    )
