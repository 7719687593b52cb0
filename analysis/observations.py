"""Observations as a Parquet file: one row for one frame, one row group for one minute of media time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.types import (
    BOX_COLUMNS,
    FACE_SIGNAL_COLUMNS,
    OBSERVATION_COLUMNS,
    PICTURE_COLUMNS,
    RAW_COLUMNS,
    SMOOTHED_COLUMNS,
    UNCERTAINTY_COLUMNS,
    Observation,
    Visibility,
)

ROW_GROUP_MS = 60_000

_TYPES: dict[str, pa.DataType] = {
    "index": pa.int32(),
    "pts_ms": pa.int64(),
    "faces": pa.int16(),
    "visibility": pa.dictionary(pa.int8(), pa.string()),
    "track": pa.int32(),
}
SCHEMA = pa.schema(
    [
        pa.field(name, _TYPES.get(name, pa.float32()), nullable=name not in ("index", "pts_ms"))
        for name in OBSERVATION_COLUMNS
    ]
)


class ObservationWriter:
    """Writes observations as they come; a context manager. Holds one minute of them.

    sink: a path, or a binary file open for writing, which stays open. The same observations give the same bytes.
    """

    def __init__(self, sink: Path | BinaryIO) -> None:
        where = str(sink) if isinstance(sink, Path) else sink
        self._writer = pq.ParquetWriter(where, SCHEMA, compression="zstd", version="2.6")
        self._rows: list[Observation] = []

    def __enter__(self) -> ObservationWriter:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def write(self, observations: Iterable[Observation]) -> None:
        """Add observations, in order of time."""
        for row in observations:
            if self._rows and row.pts_ms // ROW_GROUP_MS != self._rows[0].pts_ms // ROW_GROUP_MS:
                self._flush()
            self._rows.append(row)

    def close(self) -> None:
        if self._rows:
            self._flush()
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write_table(table(self._rows), row_group_size=len(self._rows))
        self._rows = []


def table(rows: list[Observation]) -> pa.Table:
    """Observations as an Arrow table of SCHEMA."""
    columns: dict[str, list[Any]] = {
        name: [getattr(row, name) for row in rows]
        for name in ("index", "pts_ms", "faces", "track", "face_prob", "quality", "live")
    }
    columns["visibility"] = [None if row.visibility is None else str(row.visibility) for row in rows]
    for names, attribute in (
        (BOX_COLUMNS, "box"),
        (RAW_COLUMNS, "expression"),
        (SMOOTHED_COLUMNS, "smoothed"),
        (UNCERTAINTY_COLUMNS, "uncertainty"),
        (FACE_SIGNAL_COLUMNS, "face_signals"),
        (PICTURE_COLUMNS, "picture"),
    ):
        tuples = [getattr(row, attribute) or (None,) * len(names) for row in rows]
        columns |= {name: [values[i] for values in tuples] for i, name in enumerate(names)}
    return pa.Table.from_pydict({name: columns[name] for name in SCHEMA.names}, schema=SCHEMA)


def read_table(
    source: Path | BinaryIO, *, start_ms: int = 0, end_ms: int | None = None, columns: list[str] | None = None
) -> pa.Table:
    """The rows with start_ms <= pts_ms < end_ms; only their minutes are read. `columns`: all if None."""
    filters: list[tuple[str, str, int]] = [("pts_ms", ">=", start_ms)]
    if end_ms is not None:
        filters.append(("pts_ms", "<", end_ms))
    where = str(source) if isinstance(source, Path) else source
    return pq.read_table(where, columns=columns, filters=filters)


def read(source: Path | BinaryIO) -> Iterator[Observation]:
    """Every observation of a file, a minute at a time."""
    where = str(source) if isinstance(source, Path) else source
    with pq.ParquetFile(where) as file:
        for group in range(file.num_row_groups):
            yield from map(_observation, file.read_row_group(group).to_pylist())


def _observation(row: dict[str, Any]) -> Observation:
    def values(names: tuple[str, ...]) -> Any:
        return None if row[names[0]] is None else tuple(row[name] for name in names)

    return Observation(
        index=row["index"],
        pts_ms=row["pts_ms"],
        faces=row["faces"],
        visibility=None if row["visibility"] is None else Visibility(row["visibility"]),
        track=row["track"],
        box=values(BOX_COLUMNS),
        face_prob=row["face_prob"],
        quality=row["quality"],
        live=row["live"],
        expression=values(RAW_COLUMNS),
        smoothed=values(SMOOTHED_COLUMNS),
        uncertainty=values(UNCERTAINTY_COLUMNS),
        face_signals=values(FACE_SIGNAL_COLUMNS),
        picture=values(PICTURE_COLUMNS),
    )
