"""Read how a voice sounds: loudness, pitch, rate and movement in a window, downsampled for display."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, BinaryIO
from uuid import UUID

import numpy as np
import pyarrow.parquet as pq

from analysis.types import SOUND_COLUMNS
from hiring.recordings import keys, vault
from hiring.review.observations import Line, floats, minutes, thinned

log = logging.getLogger(__name__)
_TIMES, _, *_LINES = SOUND_COLUMNS
_UNITS = {"loudness": "LUFS", "pitch_hz": "Hz", "speech_rate": "1/s", "pitch_movement": "%"}


def lines(
    interview_id: UUID, name: str, start_ms: int, end_ms: int, points: int, baseline: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Each line with at most `points` values, peaks preserved; no lines if the file is gone or contains none.

    usual: the quartiles of the whole recording from its `baseline`, None if it has none. All lines except loudness
    have a value only where someone speaks: draw them as points, not as a line.
    """
    if not name:
        return []
    try:
        with vault.open_file(interview_id, name) as source:
            found = whole_lines(source, start_ms, end_ms)
    except (FileNotFoundError, keys.KeyGone):
        log.warning("The sound of interview %s is gone.", interview_id)
        return []
    return thinned_lines(found, points, baseline)


def whole_lines(source: BinaryIO, start_ms: int = 0, end_ms: int = 2**62) -> dict[str, Line]:
    """Every value of each line in a window of a file, by line name."""
    file = pq.ParquetFile(source)
    groups = minutes(file, _TIMES, start_ms, end_ms)
    there = [line for line in _LINES if line in file.schema_arrow.names]  # older files have fewer
    table = file.read_row_groups(groups, columns=[_TIMES, *there], use_threads=False)
    t_ms = table.column(_TIMES).to_numpy().astype(np.int64, copy=False)
    inside = (t_ms >= start_ms) & (t_ms <= end_ms)
    return {name: _line(t_ms[inside], floats(table, name)[inside]) for name in there}


def thinned_lines(found: Mapping[str, Line], points: int, baseline: Mapping[str, float]) -> list[dict[str, Any]]:
    """Same as `lines`, as plain lists, only for lines that have any values."""
    there = {name: found[name] for name in _LINES if name in found and len(found[name].t_ms)}
    return [
        {"name": name, "unit": _UNITS[name], **_thinned(line, points), "usual": _usual(name, baseline)}
        for name, line in there.items()
    ]


def _usual(line: str, baseline: Mapping[str, float]) -> list[float] | None:
    quartiles = [baseline.get(f"{line}_{part}") for part in ("low", "middle", "high")]
    return None if None in quartiles else [float(value) for value in quartiles if value is not None]


def _line(t_ms: np.ndarray, values: np.ndarray) -> Line:
    """All as one stretch: sound lines are drawn without gaps."""
    there = ~np.isnan(values)
    count = int(there.sum())
    times, values = np.ascontiguousarray(t_ms[there]), np.ascontiguousarray(values[there])
    return Line(times, values, np.full(count, np.nan, np.float32), np.zeros(count, np.intp))


def _thinned(line: Line, points: int) -> dict[str, list[Any]]:
    chosen = thinned(line.t_ms, line.value, line.stretch, points)[0]
    shown = np.round(line.value[chosen].astype(np.float64), 1)
    return {"t_ms": line.t_ms[chosen].tolist(), "value": shown.tolist()}
