"""`cut`: from one frame to the next the picture changes to another one."""

from __future__ import annotations

import numpy as np

from analysis.catalogue.kind import MAIN
from analysis.catalogue.picture import CutConfig
from analysis.moments.kinds.frozen import stands
from analysis.moments.reading import Reading
from analysis.signals.series import Series
from analysis.types import Evidence, Moment, MomentKind, Span

# Typical motion is that of the livelier frames: a slow camera in a file of 30 frames a second yields mostly repeats.
_MOTION_PERCENTILE = 75


def find(reading: Reading, config: CutConfig) -> list[Moment]:
    series = reading.series
    frozen = stands(series, reading.config.moments[MomentKind.FROZEN])
    resumed = {last + 1 for _, last in frozen}  # the jump at the end of a freeze belongs to it
    return [_moment(series, config, at) for at in cuts(series, config) if at not in resumed]


def cuts(series: Series, config: CutConfig) -> list[int]:
    """The first frame after each cut.

    A flash of light, a damaged frame or a hand that waves past the lens changes the picture twice: there and back. A
    head that moves fast right in front of the camera changes it in many frames in a row, and much in all of them.
    """
    change = np.nan_to_num(series.picture_signal("scene_change"))
    return [int(at) for at in np.flatnonzero(change >= config.min_share) if _is_alone(series, int(at), config)]


def _is_alone(series: Series, at: int, config: CutConfig) -> bool:
    """Whether the picture was stable before and after, with no frames missing in between."""
    change, motion = series.picture_signal("scene_change"), series.picture_signal("motion")
    others = [np.nan_to_num(change[beside]).max(initial=0) for beside in _beside(series, at, config)]
    return bool(
        at > 0
        and series.pts_ms[at] - series.pts_ms[at - 1] <= config.max_step_ms
        and 2 * max(others) < change[at]
        and config.motion_ratio * _motion_beside(series, at, config) <= motion[at]
    )


def _beside(series: Series, at: int, config: CutConfig) -> tuple[slice, slice]:
    """The frames before and after this one."""
    times = series.pts_ms
    first, after = np.searchsorted(times, [times[at] - config.alone_ms, times[at] + config.alone_ms + 1])
    return slice(int(first), at), slice(at + 1, int(after))


def _motion_beside(series: Series, at: int, config: CutConfig) -> float:
    """Gray levels, on the calmer side: one scene may be lively, but a head that moves fast is so before and after."""
    motion = series.picture_signal("motion")
    sides = [motion[beside][~np.isnan(motion[beside])] for beside in _beside(series, at, config)]
    return min((float(np.percentile(side, _MOTION_PERCENTILE)) for side in sides if len(side)), default=0.0)


def _moment(series: Series, config: CutConfig, at: int) -> Moment:
    span, at_ms = series.span(at - 1, at), int(series.pts_ms[at])
    change, motion = series.picture_signal("scene_change"), series.picture_signal("motion")
    value, usual = round(float(change[at]), 3), round(float(np.nanmedian(change)), 3)
    moves = round(_motion_beside(series, at, config), 2)
    of_frame, least = Span(at_ms, span.end_ms), round(config.motion_ratio * moves, 2)
    return Moment(
        kind=MomentKind.CUT,
        span=span,
        peak_ms=at_ms,
        sentence=MAIN,
        values={"at_ms": at_ms, "percent": round(100 * value)},
        evidence=(
            Evidence("scene_change", of_frame, value, usual, config.min_share),
            Evidence("motion", of_frame, round(float(motion[at]), 2), moves, least),
        ),
        distance=round(value / config.min_share, 2),
    )
