"""`asymmetry`: the left and right halves of the face differ for long, and not because the head is turned.

A turned head makes the two halves look different to a camera, and no face is symmetric: so the bound is what this
person shows at the same turn of the head, and nothing is reported beyond a moderate turn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.face import AsymmetryConfig
from analysis.catalogue.kind import MAIN
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.smoothing import GAP
from analysis.signals.spans import unbroken_stretches
from analysis.types import Evidence, Moment, MomentKind

_CLOSE_GAP_MS = 300


def find(reading: Reading, config: AsymmetryConfig) -> list[Moment]:
    """Nothing without a baseline: there is no typical value to compare with."""
    series = reading.series
    baseline = reading.baselines.face
    if baseline is None:
        return []
    runs = face_runs(series)
    values = running_median(series.pts_ms, runs, series.face_signal("asymmetry"), config.smooth_ms)
    yaw_deg = running_median(series.pts_ms, runs, series.face_signal("head_yaw_deg"), config.smooth_ms)
    rise = max(config.min_rise, config.robust_z * baseline.of("asymmetry")[1])
    usual = _usual_at_this_turn(runs, values, yaw_deg, baseline, config.turn_bin_deg)
    with np.errstate(invalid="ignore"):  # a gap compares as "not above"
        above = (values >= usual + rise) & (np.abs(yaw_deg) < config.max_yaw_deg)
    spans = unbroken_stretches(series, above, runs, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS)
    found = [_moment(series, baseline, config, values, yaw_deg, usual + rise, first, last) for first, last in spans]
    return farthest_of_each_minute(found, config.max_per_min)


def _usual_at_this_turn(
    runs: NDArray[np.int32],
    values: NDArray[np.float32],
    yaw_deg: NDArray[np.float32],
    baseline: Baseline,
    bin_deg: float,
) -> NDArray[np.float64]:
    """(N,) the median of all frames with nearly the same turn, or the baseline where that is higher.

    A turn that is seen only here explains itself: in doubt the turn was the cause.
    """
    usual = np.full(len(values), baseline.of("asymmetry")[0])
    bins = np.round((yaw_deg - baseline.of("head_yaw_deg")[0]) / bin_deg)
    for turn in np.unique(bins[runs != GAP]):
        same = bins == turn
        usual[same] = max(usual[0], float(np.median(values[same])))
    return usual


def _moment(
    series: Series,
    baseline: Baseline,
    config: AsymmetryConfig,
    values: NDArray[np.float32],
    yaw_deg: NDArray[np.float32],
    bound: NDArray[np.float64],
    first: int,
    last: int,
) -> Moment:
    part, span = slice(first, last + 1), series.span(first, last)
    usual, spread = baseline.of("asymmetry")
    peak = first + int(values[part].argmax())
    value, turned_deg = float(np.median(values[part])), float(np.median(yaw_deg[part]))
    return Moment(
        kind=MomentKind.ASYMMETRY,
        span=span,
        peak_ms=int(series.pts_ms[peak]),
        sentence=MAIN,
        values={"duration_s": span.duration_s},
        evidence=(
            Evidence("asymmetry", span, round(value, 3), round(usual, 3), round(float(np.median(bound[part])), 3)),
            Evidence(
                "head_yaw_deg",
                span,
                round(turned_deg, 1),
                round(baseline.of("head_yaw_deg")[0], 1),
                config.max_yaw_deg,
            ),
        ),
        distance=round((float(values[peak]) - usual) / spread, 2),
        quality=series.mean_quality(part),
    )
