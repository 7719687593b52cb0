"""Reading a run's per-frame observations: only the minutes and columns that a window needs, thinned for a screen."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from tsdownsample import MinMaxLTTBDownsampler

from analysis.types import EXPRESSIONS, SMOOTHED_COLUMNS, UNCERTAINTY_COLUMNS, Visibility
from hiring.recordings import keys, vault

log = logging.getLogger(__name__)
#: Two frames further apart than this have something missing between them.
LONGEST_STEP_MS = 1000
FEWEST_POINTS, MOST_POINTS = 10, 5000
#: The face signals that a timeline draws; all of them are in the file.
SHOWN_SIGNALS = ("head_yaw_deg", "head_pitch_deg", "gaze_yaw_deg", "gaze_pitch_deg", "eyes_closed")


@dataclass(frozen=True)
class Frames:
    """Frames of one window, in order of time.

    pts_ms: (N,) int64. reason: (N,) why a frame shows nothing, empty where it does or where nobody looked.
    value, spread: expression -> (N,) float32, NaN where there is none. signals: the same for face signals.
    """

    pts_ms: np.ndarray
    reason: np.ndarray
    value: dict[str, np.ndarray]
    spread: dict[str, np.ndarray]
    signals: dict[str, np.ndarray]


def minutes(file: pq.ParquetFile, times: str, start_ms: int, end_ms: int) -> list[int]:
    """Numbers of the row groups that reach into the window. times: the column of milliseconds."""
    column = file.schema_arrow.get_field_index(times)
    chosen = []
    for number in range(file.num_row_groups):
        statistics = file.metadata.row_group(number).column(column).statistics
        if statistics is None or (statistics.max >= start_ms and statistics.min <= end_ms):
            chosen.append(number)
    return chosen


def floats(table: pa.Table, name: str) -> np.ndarray:
    if name not in table.column_names:
        return np.full(table.num_rows, np.nan, np.float32)
    column = table.column(name).cast(pa.float32())
    return column.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)


def _reasons(table: pa.Table) -> np.ndarray:
    seen = (None, Visibility.SEEN.value)
    return np.array(["" if v in seen else v for v in table.column("visibility").to_pylist()], dtype=object)


def frames(
    interview_id: UUID, name: str, start_ms: int, end_ms: int, signals: Iterable[str] = SHOWN_SIGNALS
) -> Frames | None:
    """Read the frames of a window, both ends included. None where there is no file (any more)."""
    if not name:
        return None
    try:
        with vault.open_file(interview_id, name) as source:
            file = pq.ParquetFile(source)
            of_signal = {name: f"f_{name}" for name in signals}
            wanted = {"pts_ms", "visibility", *SMOOTHED_COLUMNS, *UNCERTAINTY_COLUMNS, *of_signal.values()}
            columns = [column for column in file.schema_arrow.names if column in wanted]
            table = file.read_row_groups(
                minutes(file, "pts_ms", start_ms, end_ms), columns=columns, use_threads=False
            )
    except (FileNotFoundError, keys.KeyGone):
        log.warning("The observations of interview %s are gone.", interview_id)
        return None
    pts_ms = table.column("pts_ms").to_numpy().astype(np.int64, copy=False)
    first, last = np.searchsorted(pts_ms, start_ms, "left"), np.searchsorted(pts_ms, end_ms, "right")
    table = table.slice(first, last - first)
    computed = [name for name in EXPRESSIONS if f"s_{name}" in table.column_names]
    return Frames(
        pts_ms=pts_ms[first:last],
        reason=_reasons(table),
        value={name: floats(table, f"s_{name}") for name in computed},
        spread={name: floats(table, f"u_{name}") for name in computed},
        signals={name: floats(table, column) for name, column in of_signal.items() if column in table.column_names},
    )


def thinned(times: np.ndarray, values: np.ndarray, breaks: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """Choose at most `points` of a line, gaps included, keeping its peaks.

    times, values: (N,) without NaN. breaks: (N,) number of the unbroken stretch that each belongs to.
    Returns (chosen, gap_before): indices in order, and whether a gap lies before each.
    """
    room = points - (len(np.unique(breaks)) - 1)
    wanted = max(room, (points + 1) // 2)
    if len(times) <= wanted:
        chosen = np.arange(len(times))
    else:
        # Two of the places are kept for the highest and the lowest value: those are never lost.
        peaks = [int(values.argmax()), int(values.argmin())]
        thin = MinMaxLTTBDownsampler().downsample(times, values, n_out=max(3, wanted - len(peaks)))
        chosen = np.union1d(thin.astype(np.intp), peaks)
    return chosen, np.diff(breaks[chosen], prepend=breaks[chosen[:1]]) > 0


def _stretches(times: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Number the unbroken stretches of the usable frames: a frame without a value, or missing frames, end one."""
    index = np.flatnonzero(usable)
    broken = (np.diff(index) > 1) | (np.diff(times[index]) > LONGEST_STEP_MS)
    return np.concatenate([[0], np.cumsum(broken)])


def _rounded(values: np.ndarray) -> list[object]:
    return [round(float(v), 4) for v in values]


def series(found: Frames, name: str, points: int) -> dict[str, object]:
    """One expression's line and band as plain lists; None marks a gap."""
    chosen, gap_before = _chosen(found.pts_ms, found.value[name], points)
    middle, band = found.value[name][chosen], np.nan_to_num(found.spread[name][chosen])
    value, low, high = (np.clip(line, 0, 1) for line in (middle, middle - band, middle + band))
    return {"name": name, **_lists(found.pts_ms[chosen], gap_before, value=value, low=low, high=high)}


def signal(found: Frames, name: str, points: int) -> dict[str, object]:
    """One face signal's line as plain lists; None marks a gap."""
    chosen, gap_before = _chosen(found.pts_ms, found.signals[name], points)
    unit = "deg" if name.endswith("_deg") else "0..1"
    return {"name": name, "unit": unit, **_lists(found.pts_ms[chosen], gap_before, value=found.signals[name][chosen])}


def _chosen(pts_ms: np.ndarray, line: np.ndarray, points: int) -> tuple[np.ndarray, np.ndarray]:
    """(indices of the frames to draw, whether a gap lies before each), without those that have no value."""
    usable = ~np.isnan(line)
    if not usable.any():
        return np.zeros(0, np.intp), np.zeros(0, bool)
    times, values = np.ascontiguousarray(pts_ms[usable]), np.ascontiguousarray(line[usable])
    chosen, gap_before = thinned(times, values, _stretches(pts_ms, usable), points)
    return np.flatnonzero(usable)[chosen], gap_before


def _lists(t_ms: np.ndarray, gap_before: np.ndarray, **lines: np.ndarray) -> dict[str, list[object]]:
    lists: dict[str, list[object]] = {"t_ms": t_ms.tolist(), **{name: _rounded(line) for name, line in lines.items()}}
    for place in np.flatnonzero(gap_before)[::-1]:
        lists["t_ms"].insert(place, int(t_ms[place - 1] + t_ms[place]) // 2)
        for name in lines:
            lists[name].insert(place, None)
    return lists


def gaps(found: Frames, end_ms: int, shortest_ms: int) -> list[dict[str, object]]:
    """Spans in which nothing can be said, with the reason; those too short to be seen on a screen are left out."""
    spans: list[dict[str, object]] = []
    times = found.pts_ms
    if not len(times):
        return spans
    changes = np.flatnonzero(found.reason[1:] != found.reason[:-1]) + 1
    starts = [0, *changes.tolist()]
    for first, after in zip(starts, [*starts[1:], len(times)], strict=True):
        until = int(times[after]) if after < len(times) else min(end_ms, int(times[-1]) + LONGEST_STEP_MS)
        if found.reason[first]:
            spans.append({"start_ms": int(times[first]), "end_ms": until, "reason": str(found.reason[first])})
    for place in np.flatnonzero(np.diff(times) > LONGEST_STEP_MS):
        if not found.reason[place]:
            spans.append({"start_ms": int(times[place]), "end_ms": int(times[place + 1]), "reason": "no_picture"})
    long = [span for span in spans if span["end_ms"] - span["start_ms"] >= shortest_ms]  # type: ignore[operator]
    return sorted(long, key=lambda span: span["start_ms"])  # type: ignore[arg-type,return-value]
