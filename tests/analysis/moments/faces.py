"""Faces made by hand at any frame rate, and what they do at a time in milliseconds."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from analysis.signals.baseline import Baselines
from analysis.signals.series import VISIBILITIES, Series
from analysis.types import EXPRESSIONS, FACE_SIGNALS, PICTURE_SIGNALS, Moment, Visibility

from ..rules import found

#: Frame rates of cameras, and None for one that varies.
RATES: tuple[float | None, ...] = (25, 30, 60, None)


def frame_times_ms(seconds: float, fps: float | None) -> NDArray[np.int64]:
    """Whole milliseconds, as containers give them. None: 24 to 40 frames/s, with a frame dropped now and then."""
    if fps is not None:
        return np.round(np.arange(int(seconds * fps)) * 1000 / fps).astype(np.int64)
    rng = np.random.default_rng(11)
    steps = rng.integers(25, 42, int(seconds * 40))
    steps[rng.random(len(steps)) < 0.02] *= 2
    times = np.concatenate([[0], np.cumsum(steps)])
    return times[times < seconds * 1000].astype(np.int64)


def face(seconds: float, fps: float | None = 25) -> Series:
    """Seen throughout, neutral, looking ahead with open eyes, but for a little noise."""
    pts_ms = frame_times_ms(seconds, fps)
    count, rng = len(pts_ms), np.random.default_rng(5)
    probs = np.abs(np.tile([0.02] * 6 + [0.88], (count, 1)) + rng.normal(0, 0.01, (count, len(EXPRESSIONS))))
    degrees = np.array([name.endswith("_deg") for name in FACE_SIGNALS])
    signals = np.where(
        degrees, rng.normal(0, 1.0, (count, len(degrees))), rng.normal(0.1, 0.01, (count, len(degrees)))
    )
    return Series(
        pts_ms=pts_ms,
        end_ms=np.append(pts_ms[1:], pts_ms[-1:] + 40),
        faces=np.ones(count, np.int16),
        visibility=np.full(count, VISIBILITIES.index(Visibility.SEEN), np.int8),
        track=np.ones(count, np.int32),
        quality=np.full(count, 0.9, np.float32),
        live=np.full(count, 0.98, np.float32),
        smoothed=(probs / probs.sum(axis=1, keepdims=True)).astype(np.float32),
        uncertainty=np.full((count, len(EXPRESSIONS)), 0.05, np.float32),
        face_signals=signals.astype(np.float32),
        picture=np.tile(np.array([2.0, 0.0, 0.0], np.float32), (count, len(PICTURE_SIGNALS) // 3)),
    )


def during(series: Series, start_ms: float, end_ms: float) -> slice:
    first, after = np.searchsorted(series.pts_ms, (start_ms, end_ms))
    return slice(int(first), int(after))


def show(series: Series, start_ms: float, end_ms: float, expression: str, prob: float = 0.8) -> None:
    row = np.full(len(EXPRESSIONS), (1 - prob) / 6, np.float32)
    row[EXPRESSIONS.index(expression)] = prob
    series.smoothed[during(series, start_ms, end_ms)] = row


def move(series: Series, start_ms: float, end_ms: float, **values: float) -> None:
    """Let face signals take these values, with a little noise."""
    rng, where = np.random.default_rng(int(start_ms)), during(series, start_ms, end_ms)
    for name, value in values.items():
        noise = rng.normal(0, 1.0 if name.endswith("_deg") else 0.01, where.stop - where.start)
        series.face_signal(name)[where] = value + noise


def blink(series: Series, at_ms: float, long_ms: float = 200, closed: float = 0.8) -> None:
    """Closing takes a third of the time, opening the rest, as lids do."""
    column, t_ms = series.face_signal("eyes_closed"), series.pts_ms.astype(np.float64)
    apex_ms = at_ms + long_ms / 3
    share = np.clip(
        np.minimum((t_ms - at_ms) / (apex_ms - at_ms), (at_ms + long_ms - t_ms) / (long_ms * 2 / 3)), 0, 1
    )
    column[:] = np.maximum(column, (column + share * (closed - 0.1)).astype(np.float32))


def lose(series: Series, start_ms: float, end_ms: float) -> None:
    """Take the face away."""
    where = during(series, start_ms, end_ms)
    series.visibility[where] = VISIBILITIES.index(Visibility.NOBODY)
    series.smoothed[where] = series.uncertainty[where] = np.nan
    series.face_signals[where] = np.nan
    series.faces[where], series.track[where] = 0, -1
    series.quality[where] = series.live[where] = np.nan


def later(series: Series, by_ms: int) -> Series:
    return replace(series, pts_ms=series.pts_ms + by_ms, end_ms=series.end_ms + by_ms)


def assert_near(moment: Moment, start_ms: float, end_ms: float, within_ms: float = 120) -> None:
    assert abs(moment.span.start_ms - start_ms) <= within_ms, moment.span
    assert abs(moment.span.end_ms - end_ms) <= within_ms, moment.span


def assert_moves_with_time(rule: ModuleType, series: Series) -> None:
    """The same recording, a minute and a bit later, has the same moments, as much later."""
    by_ms = 61_237

    def told(moments: list[Moment], back_ms: int) -> list[tuple[object, ...]]:
        return [
            (m.span.start_ms - back_ms, m.span.end_ms - back_ms, m.peak_ms - back_ms, m.distance, m.sentence)
            for m in moments
        ]

    first, moved = found(rule, series), found(rule, later(series, by_ms))
    assert first and told(first, 0) == told(moved, by_ms)


def assert_needs_a_baseline(rule: ModuleType, series: Series) -> None:
    assert found(rule, series) and found(rule, series, baselines=Baselines()) == []
