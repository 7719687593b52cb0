"""Smoothing in time that keeps short bursts, never bridges a gap, and reports how much the readings scatter."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

#: No reading: the `run` of a frame without a face, or one too hard to see.
GAP = -1

# Neighbors this close form the guide: long enough to outvote one odd frame, shorter than any expression.
_GUIDE_MS = 50
# How different two readings must be, in probability, for one not to count for the other.
_SIMILAR = 0.35
# The assumed scatter of one reading before there is evidence: it weighs as much as one further reading.
_PRIOR_SPREAD = 0.15
_Z_80 = 1.2816


def smooth(
    pts_ms: NDArray[np.int64], runs: NDArray[np.int32], probs: NDArray[np.float32], window_ms: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(N, 7) probabilities -> (smoothed, half the width of the 80 % band), NaN where `runs` is GAP.

    pts_ms: (N,) rising. runs: (N,) the track that each reading belongs to; only neighbors with the same run and no
    other between them are mixed. A bilateral filter (Tomasi and Manduchi 1998) in time: weights fall with distance in
    time and with the difference from the mean of the nearest neighbors, so an edge stays an edge and a burst of a few
    frames keeps its height, while a single odd frame is outvoted. Every value is a weighted mean of probabilities: it
    stays in 0..1 and the seven still sum to one. The band is that of single readings around the smoothed value, not
    of the value itself: neighboring frames are not independent measurements.
    """
    smoothed = np.full_like(probs, np.nan)
    band = np.full_like(probs, np.nan)
    edges = np.flatnonzero(np.diff(runs, prepend=runs[:1] - 1, append=runs[-1:] - 1))
    for first, last in itertools.pairwise(edges):
        if runs[first] != GAP:
            part = slice(first, last)
            smoothed[part], band[part] = _smooth_run(pts_ms[part], probs[part].astype(np.float64), window_ms)
    return smoothed, band


def _smooth_run(
    pts_ms: NDArray[np.int64], probs: NDArray[np.float64], window_ms: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    guide = _guide(pts_ms, probs)
    weight = _similarity(guide, probs)
    total, mean, square = weight.copy(), weight * probs, weight * probs**2
    sigma_ms = window_ms / 4
    for step in range(1, len(pts_ms)):
        apart_ms = (pts_ms[step:] - pts_ms[:-step])[:, None]
        if apart_ms.min() > window_ms / 2:
            break
        near = np.where(apart_ms <= window_ms / 2, np.exp(-0.5 * (apart_ms / sigma_ms) ** 2), 0.0)
        for at, of in ((slice(None, -step), slice(step, None)), (slice(step, None), slice(None, -step))):
            weight = near * _similarity(guide[at], probs[of])
            total[at] += weight
            mean[at] += weight * probs[of]
            square[at] += weight * probs[of] ** 2
    mean /= total
    scatter = np.maximum(square - total * mean**2, 0)
    return mean, np.minimum(_Z_80 * np.sqrt((scatter + _PRIOR_SPREAD**2) / (total + 1)), 1)


def _guide(pts_ms: NDArray[np.int64], probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 7) mean of each reading and those within _GUIDE_MS."""
    sums, counts = probs.copy(), np.ones((len(probs), 1))
    for step in range(1, len(pts_ms)):
        near = (pts_ms[step:] - pts_ms[:-step] <= _GUIDE_MS)[:, None]
        if not near.any():
            break
        sums[:-step] += near * probs[step:]
        sums[step:] += near * probs[:-step]
        counts[:-step] += near
        counts[step:] += near
    return sums / counts


def _similarity(guide: NDArray[np.float64], probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 1) weights of 0..1."""
    squared = np.sum((guide - probs) ** 2, axis=1, keepdims=True)
    # Never quite 0, or the weights of a lone reading could all vanish.
    return np.asarray(np.maximum(np.exp(-0.5 * squared / _SIMILAR**2), 1e-6))


class StreamSmoother:
    """`smooth` for a stream: the same values, each returned as soon as no later reading can change it."""

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        # A reading depends on half a window around it, and its neighbors' guides reach no further than that.
        self._reach_ms = max(window_ms // 2, _GUIDE_MS) + 1
        self._pts_ms = np.zeros(0, np.int64)
        self._runs = np.zeros(0, np.int32)
        self._probs = np.zeros((0, 7), np.float32)
        self._given = 0  # this many of the kept readings were returned and stay as neighbors

    def push(
        self, pts_ms: NDArray[np.int64], runs: NDArray[np.int32], probs: NDArray[np.float32], *, last: bool = False
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Add readings; get (smoothed, band) of the next ones that are settled, which may be none or earlier ones.

        Counted from the first reading ever pushed, results come in order and without gaps. `last` settles all.
        """
        self._pts_ms = np.concatenate([self._pts_ms, pts_ms])
        self._runs = np.concatenate([self._runs, runs])
        self._probs = np.concatenate([self._probs, probs])
        if not len(self._pts_ms):
            return self._probs, self._probs
        settled_ms = self._pts_ms[-1] - self._reach_ms
        settled = len(self._pts_ms) if last else int(np.searchsorted(self._pts_ms, settled_ms))
        settled = max(settled, self._given)
        smoothed, band = smooth(self._pts_ms, self._runs, self._probs, self._window_ms)
        result = smoothed[self._given : settled], band[self._given : settled]
        self._forget(settled)
        return result

    def _forget(self, settled: int) -> None:
        """Keep what later readings may still depend on: their neighbors, and those neighbors' own."""
        if settled == 0:
            return
        oldest_ms = self._pts_ms[settled - 1] - 2 * self._reach_ms
        keep = int(np.searchsorted(self._pts_ms, oldest_ms))
        self._pts_ms, self._runs, self._probs = self._pts_ms[keep:], self._runs[keep:], self._probs[keep:]
        self._given = settled - keep
