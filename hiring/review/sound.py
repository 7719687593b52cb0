"""Reading what a voice is like: loudness, pitch, rate and movement of a window, thinned for a screen."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow.parquet as pq

from analysis.types import SOUND_COLUMNS
from hiring.recordings import keys, vault
from hiring.review.observations import floats, minutes, thinned

log = logging.getLogger(__name__)
_TIMES, _, *_LINES = SOUND_COLUMNS
_UNITS = {"loudness": "LUFS", "pitch_hz": "Hz", "speech_rate": "1/s", "pitch_movement": "%"}


def lines(
    interview_id: UUID, name: str, start_ms: int, end_ms: int, points: int, baseline: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Each line with at most `points` values, peaks kept; none where the file is gone or holds none.

    usual: the quartiles of the whole recording from its `baseline`, None where it has none. All but loudness have a
    value only where somebody speaks: draw them as points, not as a line.
    """
    if not name:
        return []
    try:
        with vault.open_file(interview_id, name) as source:
            file = pq.ParquetFile(source)
            groups = minutes(file, _TIMES, start_ms, end_ms)
            there = [line for line in _LINES if line in file.schema_arrow.names]  # older files have fewer
            table = file.read_row_groups(groups, columns=[_TIMES, *there], use_threads=False)
    except (FileNotFoundError, keys.KeyGone):
        log.warning("The sound of interview %s is gone.", interview_id)
        return []
    t_ms = table.column(_TIMES).to_numpy().astype(np.int64, copy=False)
    inside = (t_ms >= start_ms) & (t_ms <= end_ms)
    found = [_line(line, t_ms[inside], floats(table, line)[inside], points) for line in there]
    return [line | {"usual": _usual(line["name"], baseline)} for line in found if line["t_ms"]]


def _usual(line: str, baseline: Mapping[str, float]) -> list[float] | None:
    quartiles = [baseline.get(f"{line}_{part}") for part in ("low", "middle", "high")]
    return None if None in quartiles else [float(value) for value in quartiles if value is not None]


def _line(name: str, t_ms: np.ndarray, values: np.ndarray, points: int) -> dict[str, Any]:
    there = ~np.isnan(values)
    t_ms, values = np.ascontiguousarray(t_ms[there]), np.ascontiguousarray(values[there])
    chosen = thinned(t_ms, values, np.zeros(len(t_ms), np.intp), points)[0] if len(t_ms) else np.zeros(0, np.intp)
    shown = [round(float(value), 1) for value in values[chosen]]
    return {"name": name, "unit": _UNITS[name], "t_ms": t_ms[chosen].tolist(), "value": shown}
