"""Series made by hand for the rules' tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.signals.series import VISIBILITIES, Series
from analysis.types import EXPRESSIONS, FACE_SIGNALS, Visibility

STEP_MS = 40


def calm_series(seconds: float) -> Series:
    """A face that is seen throughout and stays neutral but for a little noise, at 25 frames a second."""
    count = int(seconds * 1000) // STEP_MS
    noise = np.random.default_rng(5).normal(0, 0.01, (count, len(EXPRESSIONS)))
    probs = np.abs(np.tile([0.02] * 6 + [0.88], (count, 1)) + noise)
    pts_ms = np.arange(count, dtype=np.int64) * STEP_MS
    return Series(
        pts_ms=pts_ms,
        end_ms=pts_ms + STEP_MS,
        faces=np.ones(count, np.int16),
        visibility=np.full(count, VISIBILITIES.index(Visibility.SEEN), np.int8),
        track=np.ones(count, np.int32),
        quality=np.full(count, 0.9, np.float32),
        live=np.full(count, 0.98, np.float32),
        smoothed=(probs / probs.sum(axis=1, keepdims=True)).astype(np.float32),
        uncertainty=np.full((count, len(EXPRESSIONS)), 0.05, np.float32),
        face_signals=np.abs(np.random.default_rng(6).normal(0.1, 0.01, (count, len(FACE_SIGNALS)))).astype(
            np.float32
        ),
        picture=np.tile(np.array([2.0, 0.0, 0.0], np.float32), (count, 1)),
    )


def between(start_ms: int, end_ms: int) -> slice:
    return slice(start_ms // STEP_MS, end_ms // STEP_MS)


def show(series: Series, where: slice, expression: str, prob: float = 0.8) -> None:
    """Let the face show an expression there."""
    row = np.full(len(EXPRESSIONS), (1 - prob) / 6, np.float32)
    row[EXPRESSIONS.index(expression)] = prob
    series.smoothed[where] = row


def move(series: Series, where: slice, **signals: float) -> None:
    """Let face signals take these values there."""
    for name, value in signals.items():
        series.face_signal(name)[where] = value


def hide(series: Series, where: slice, visibility: Visibility = Visibility.NOBODY) -> None:
    """Take the face, or its legibility, away there."""
    series.visibility[where] = VISIBILITIES.index(visibility)
    nothing: NDArray[np.float32] = np.full(len(EXPRESSIONS), np.nan, np.float32)
    series.smoothed[where] = series.uncertainty[where] = nothing
    series.face_signals[where] = np.nan
    if visibility == Visibility.NOBODY:
        series.faces[where], series.track[where], series.quality[where] = 0, -1, np.nan
        series.live[where] = np.nan
    else:
        series.quality[where] = 0.2
