"""Read a run's per-frame observations: only the minutes and columns a window needs, downsampled for display."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tsdownsample import MinMaxLTTBDownsampler

from analysis.types import EXPRESSIONS, SMOOTHED_COLUMNS, UNCERTAINTY_COLUMNS, Visibility
from hiring.recordings import keys, vault

log = logging.getLogger(__name__)
#: If two frames are further apart than this, frames are missing between them.
LONGEST_STEP_MS = 1000
FEWEST_POINTS, MOST_POINTS = 10, 5000
#: The face signals that a timeline draws; the file contains all of them.
SHOWN_SIGNALS = ("head_yaw_deg", "head_pitch_deg", "gaze_yaw_deg", "gaze_pitch_deg", "eyes_closed")


#: Why a frame shows nothing of the candidate; the first is for a frame that does, or that was not analyzed.
REASONS = ("", *(str(kind) for kind in Visibility if kind is not Visibility.SEEN))


@dataclass(frozen=True)
class Line:
    """The frames in which a line has a value, in chronological order.

    t_ms: (N,) int64. value: (N,) float32. spread: (N,) float32, NaN if there is none. stretch: (N,) number of the
    unbroken stretch that each frame belongs to.
    """

    t_ms: np.ndarray
    value: np.ndarray
    spread: np.ndarray
    stretch: np.ndarray


class Source(Protocol):
    """The source of a window's lines: every frame, or an overview of them."""

    @property
    def expressions(self) -> list[str]: ...

    @property
    def face_signals(self) -> list[str]: ...

    def expression(self, name: str) -> Line: ...

    def signal(self, name: str) -> Line: ...

    def unseen(self) -> list[tuple[int, int, str]]:
        """(start_ms, end_ms, reason) of each span without usable data; the last may end after the window."""


@dataclass(frozen=True)
class Frames:
    """Frames of one window, in chronological order.

    pts_ms: (N,) int64. reason: (N,) int8, an index into REASONS. value, spread: expression -> (N,) float32, NaN if
    there is none. signals: the same for face signals.
    """

    pts_ms: np.ndarray
    reason: np.ndarray
    value: dict[str, np.ndarray]
    spread: dict[str, np.ndarray]
    signals: dict[str, np.ndarray]

    @property
    def expressions(self) -> list[str]:
        return list(self.value)

    @property
    def face_signals(self) -> list[str]:
        return list(self.signals)

    def expression(self, name: str) -> Line:
        return _line(self.pts_ms, self.value[name], self.spread[name])

    def signal(self, name: str) -> Line:
        return _line(self.pts_ms, self.signals[name], np.full(len(self.pts_ms), np.nan, np.float32))

    def unseen(self) -> list[tuple[int, int, str]]:
        times = self.pts_ms
        if not len(times):
            return []
        starts = np.concatenate([[0], np.flatnonzero(self.reason[1:] != self.reason[:-1]) + 1])
        until = np.append(times[starts[1:]], times[-1] + LONGEST_STEP_MS)
        hidden = self.reason[starts] > 0
        spans = [
            (int(start), int(end), REASONS[code])
            for start, end, code in zip(
                times[starts[hidden]], until[hidden], self.reason[starts[hidden]], strict=True
            )
        ]
        lost = np.flatnonzero((np.diff(times) > LONGEST_STEP_MS) & (self.reason[:-1] == 0))
        return sorted(spans + [(int(times[at]), int(times[at + 1]), "no_picture") for at in lost])


def _line(pts_ms: np.ndarray, values: np.ndarray, spread: np.ndarray) -> Line:
    usable = ~np.isnan(values)
    stretch = _stretches(pts_ms, usable) if usable.any() else np.zeros(0, np.intp)
    return Line(np.ascontiguousarray(pts_ms[usable]), np.ascontiguousarray(values[usable]), spread[usable], stretch)


def minutes(file: pq.ParquetFile, times: str, start_ms: int, end_ms: int) -> list[int]:
    """Indices of the row groups that overlap the window. times: the column of milliseconds."""
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
    values: np.ndarray = column.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
    return values


def _reasons(table: pa.Table) -> np.ndarray:
    """Codes instead of strings: an hour has a hundred thousand of them."""
    codes = pc.index_in(table.column("visibility"), value_set=pa.array(REASONS))
    places: np.ndarray = pc.fill_null(codes, 0).to_numpy().astype(np.int8)
    return places


def frames(
    interview_id: UUID, name: str, start_ms: int, end_ms: int, signals: Iterable[str] = SHOWN_SIGNALS
) -> Frames | None:
    """Read the frames of a window, both ends included. None if there is no file (anymore)."""
    if not name:
        return None
    try:
        with vault.open_file(interview_id, name) as source:
            return frames_of(source, start_ms, end_ms, signals)
    except (FileNotFoundError, keys.KeyGone):
        log.warning("The observations of interview %s are gone.", interview_id)
        return None


def frames_of(source: BinaryIO | Path, start_ms: int, end_ms: int, signals: Iterable[str] = SHOWN_SIGNALS) -> Frames:
    """Same as `frames`, for a file that is not, or no longer, in the vault."""
    file = pq.ParquetFile(source)
    of_signal = {name: f"f_{name}" for name in signals}
    wanted = {"pts_ms", "visibility", *SMOOTHED_COLUMNS, *UNCERTAINTY_COLUMNS, *of_signal.values()}
    columns = [column for column in file.schema_arrow.names if column in wanted]
    table = file.read_row_groups(minutes(file, "pts_ms", start_ms, end_ms), columns=columns, use_threads=False)
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
    """Choose at most `points` points of a line, gaps included, preserving its peaks.

    times, values: (N,) without NaN. breaks: (N,) number of the unbroken stretch that each value belongs to.
    Returns (chosen, gap_before): indices in order, and whether a gap lies before each.
    """
    room = points - int(np.count_nonzero(np.diff(breaks)))
    wanted = max(room, (points + 1) // 2)
    if len(times) <= wanted:
        chosen = np.arange(len(times))
    else:
        # Two slots are reserved for the highest and the lowest value, so these are never lost.
        peaks = [int(values.argmax()), int(values.argmin())]
        thin = MinMaxLTTBDownsampler().downsample(times, values, n_out=max(3, wanted - len(peaks)))
        chosen = np.union1d(thin.astype(np.intp), peaks)
    return chosen, np.diff(breaks[chosen], prepend=breaks[chosen[:1]]) > 0


def _stretches(times: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Number the unbroken stretches of usable frames; a frame without a value, or missing frames, ends a stretch."""
    index = np.flatnonzero(usable)
    broken = (np.diff(index) > 1) | (np.diff(times[index]) > LONGEST_STEP_MS)
    return np.concatenate([[0], np.cumsum(broken)])


def _rounded(values: np.ndarray) -> list[object]:
    return list(np.round(values.astype(np.float64), 4).tolist())


def series(found: Source, name: str, points: int) -> dict[str, object]:
    """One expression's line and band as plain lists; None marks a gap."""
    line = found.expression(name)
    chosen, gap_before = _chosen(line, points)
    middle, band = line.value[chosen], np.nan_to_num(line.spread[chosen])
    value, low, high = (np.clip(edge, 0, 1) for edge in (middle, middle - band, middle + band))
    return {"name": name, **_lists(line.t_ms[chosen], gap_before, value=value, low=low, high=high)}


def signal(found: Source, name: str, points: int) -> dict[str, object]:
    """One face signal's line as plain lists; None marks a gap."""
    line = found.signal(name)
    chosen, gap_before = _chosen(line, points)
    unit = "deg" if name.endswith("_deg") else "0..1"
    return {"name": name, "unit": unit, **_lists(line.t_ms[chosen], gap_before, value=line.value[chosen])}


def _chosen(line: Line, points: int) -> tuple[np.ndarray, np.ndarray]:
    """(indices of the points to draw, whether a gap precedes each)."""
    if not len(line.t_ms):
        return np.zeros(0, np.intp), np.zeros(0, bool)
    return thinned(line.t_ms, line.value, line.stretch, points)


def _lists(t_ms: np.ndarray, gap_before: np.ndarray, **lines: np.ndarray) -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = {"t_ms": t_ms.tolist(), **{name: _rounded(line) for name, line in lines.items()}}
    for place in np.flatnonzero(gap_before)[::-1]:
        lists["t_ms"].insert(place, int(t_ms[place - 1] + t_ms[place]) // 2)
        for name in lines:
            lists[name].insert(place, None)
    return lists


def gaps(found: Source, start_ms: int, end_ms: int, shortest_ms: int) -> list[dict[str, Any]]:
    """Spans of a window without usable data, with the reason; spans too short to see are left out."""
    inside: list[dict[str, Any]] = [
        {"start_ms": max(start, start_ms), "end_ms": min(until, end_ms), "reason": reason}
        for start, until, reason in found.unseen()
        if start < end_ms and until > start_ms
    ]
    return [span for span in inside if span["end_ms"] - span["start_ms"] >= shortest_ms]
