"""Face signals as rules need them: which frames can be read together, a running median, the local frame rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.signals.series import Series
from analysis.signals.smoothing import GAP

#: A frame that lasts longer says nothing about what moved meanwhile, so nothing is measured across it.
MAX_STAND_MS = 500

# How far around a frame its frame rate is judged: half of this on either side.
_RATE_WINDOW_MS = 1000
# Cells of one block of windows: bounds memory at some tens of MB, however dense the frames are.
_BLOCK_CELLS = 2_000_000


def runs_of(series: Series, readable: NDArray[np.bool_]) -> NDArray[np.int32]:
    """(N,) -> (N,) the number of the unbroken run that each frame belongs to, GAP where it cannot be read.

    A run ends where a frame is not readable, belongs to another track, or lasts longer than MAX_STAND_MS.
    """
    inside = readable & (series.end_ms - series.pts_ms <= MAX_STAND_MS)
    starts = inside & ~np.append(False, inside[:-1])
    starts[1:] |= inside[1:] & (series.track[1:] != series.track[:-1])
    return np.where(inside, np.cumsum(starts) - 1, GAP).astype(np.int32)


def face_runs(series: Series) -> NDArray[np.int32]:
    """(N,) the runs in which the face signals can be read."""
    return runs_of(series, np.asarray(~np.isnan(series.face_signals).any(axis=1)))


def running_median(
    pts_ms: NDArray[np.int64], runs: NDArray[np.int32], values: NDArray[np.float32], window_ms: float
) -> NDArray[np.float32]:
    """(N,) values -> (N,) the median of those within `window_ms` / 2, NaN where `runs` is GAP.

    Only frames of the same run count, so a gap is never bridged; at its edges the window is cut. By time and not by
    number of frames, because frame rates vary. An outlier or a blink shorter than half of the window leaves no trace.
    """
    result = np.full(len(values), np.nan, np.float32)
    if not len(values):
        return result
    at = np.arange(len(pts_ms))
    first = np.searchsorted(pts_ms, pts_ms - window_ms / 2, "left")
    last = np.searchsorted(pts_ms, pts_ms + window_ms / 2, "right") - 1
    reach = int(max((at - first).max(), (last - at).max()))
    step = max(1, _BLOCK_CELLS // (2 * reach + 1))
    for begin in range(0, len(values), step):
        rows = at[begin : begin + step]
        near = rows[:, None] + np.arange(-reach, reach + 1)  # (n, 2 * reach + 1) numbers of frames, some outside
        counts = (near >= first[rows, None]) & (near <= last[rows, None])
        near = np.clip(near, 0, len(values) - 1)
        counts &= runs[near] == runs[rows, None]
        result[rows] = _row_medians(np.where(counts, values[near], np.nan))
    result[runs == GAP] = np.nan
    return result


def local_step_ms(series: Series) -> NDArray[np.float32]:
    """(N,) the median time from one frame to the next within half a second of each: 1000 / the local frame rate."""
    steps = (series.end_ms - series.pts_ms).astype(np.float32)
    return running_median(series.pts_ms, np.zeros(len(series), np.int32), steps, _RATE_WINDOW_MS)


def longest_step_ms(frames_per_s: float) -> float:
    """The longest step of a recording that has this frame rate. Times are whole milliseconds, hence the half."""
    return 1000 / frames_per_s + 0.5


def _row_medians(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, k) -> (n,) medians without NaN; several times as fast as numpy.nanmedian, which is called per row."""
    ordered = np.sort(rows, axis=1)  # NaN last
    count = (~np.isnan(ordered)).sum(axis=1, keepdims=True)
    low = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=1)
    high = np.take_along_axis(ordered, np.minimum(count // 2, np.maximum(count - 1, 0)), axis=1)
    return np.asarray(((low + high) / 2)[:, 0], np.float32)
