"""A long recording at screen resolution: built once by the worker, so that no request reads every frame.

For each line, each level keeps the lowest and the highest value of each time bucket, which is what downsampling to a
screen's points looks for first (Donckt et al. 2023, MinMaxLTTB). It is one Parquet file in the vault with a row group
for each level; the metadata lists the spans without usable data.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from hiring.recordings import keys, vault
from hiring.review import observations, sound
from hiring.review.observations import Line

log = logging.getLogger(__name__)
#: Bucket widths. A window is drawn from the widest level that has a bucket for each point.
LEVELS_MS = (500, 2000, 8000)
#: A shorter recording needs none: reading all of its frames is just as fast.
SHORTEST_MS = 500_000
_LATEST_MS = 2**62
_SCHEMA = pa.schema(
    [("line", pa.dictionary(pa.int8(), pa.string())), ("t_ms", pa.int64()), ("value", pa.float32()),
     ("spread", pa.float32()), ("stretch", pa.int32())]
)  # fmt: skip


@dataclass(frozen=True)
class Overview:
    """The lines of a window at one level, by column name, and its gaps."""

    lines: Mapping[str, Line]
    spans: list[tuple[int, int, str]]

    @property
    def expressions(self) -> list[str]:
        return [name.removeprefix("s_") for name in self.lines if name.startswith("s_")]

    @property
    def face_signals(self) -> list[str]:
        return [name.removeprefix("f_") for name in self.lines if name.startswith("f_")]

    def expression(self, name: str) -> Line:
        return self.lines[f"s_{name}"]

    def signal(self, name: str) -> Line:
        return self.lines[f"f_{name}"]

    def unseen(self) -> list[tuple[int, int, str]]:
        return self.spans


def build(frames_file: Path | BinaryIO, sound_file: bytes, duration_ms: int) -> bytes:
    """Return the overview of a run's observations and sound; empty for a recording that does not need one."""
    if duration_ms < SHORTEST_MS:
        return b""
    found = observations.frames_of(frames_file, 0, _LATEST_MS)
    lines = {f"s_{name}": found.expression(name) for name in found.value}
    lines |= {f"f_{name}": found.signal(name) for name in found.signals}
    lines |= sound.whole_lines(io.BytesIO(sound_file)) if sound_file else {}
    out = io.BytesIO()
    schema = _SCHEMA.with_metadata({"unseen": json.dumps(found.unseen())})
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for level_ms in LEVELS_MS:
            lines = {name: _coarse(line, level_ms) for name, line in lines.items()}
            writer.write_table(_table(lines, schema), row_group_size=max(1, sum(len(x.t_ms) for x in lines.values())))
    return out.getvalue()


def _coarse(line: Line, level_ms: int) -> Line:
    """The lowest and the highest value of each bucket, in chronological order."""
    if not len(line.t_ms):
        return line
    bucket = line.t_ms // level_ms
    order = np.lexsort((line.value, bucket))
    changes = np.flatnonzero(np.diff(bucket[order])) + 1
    kept = np.union1d(order[np.append(0, changes)], order[np.append(changes, len(order)) - 1])
    return Line(line.t_ms[kept], line.value[kept], line.spread[kept], line.stretch[kept])


def _table(lines: Mapping[str, Line], schema: pa.Schema) -> pa.Table:
    sizes = [len(line.t_ms) for line in lines.values()]
    names = pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(np.arange(len(lines), dtype=np.int8), sizes)), pa.array(list(lines), pa.string())
    )
    columns = [
        np.concatenate([getattr(line, column) for line in lines.values()] or [np.zeros(0)])
        for column in ("t_ms", "value", "spread", "stretch")
    ]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, list(schema)[1:], strict=True)]
    return pa.Table.from_arrays([names, *arrays], schema=schema)


def read(interview_id: UUID, name: str, start_ms: int, end_ms: int, points: int) -> Overview | None:
    """The window at the widest level with a bucket per point; None if none is wide enough, or there is no file."""
    fitting = [place for place, level_ms in enumerate(LEVELS_MS) if level_ms * points <= end_ms - start_ms]
    if not name or not fitting:
        return None
    try:
        with vault.open_file(interview_id, name) as source:
            file = pq.ParquetFile(source)
            table = file.read_row_group(fitting[-1], use_threads=False)
            spans = json.loads(file.schema_arrow.metadata[b"unseen"])
    except (FileNotFoundError, keys.KeyGone):
        log.warning("The overview of interview %s is gone.", interview_id)
        return None
    return Overview(dict(_lines(table, start_ms, end_ms)), [tuple(span) for span in spans])


def _lines(table: pa.Table, start_ms: int, end_ms: int) -> Iterator[tuple[str, Line]]:
    line = table.column("line").combine_chunks()
    numbers, names = line.indices.to_numpy(), line.dictionary.to_pylist()
    columns = [table.column(name).to_numpy() for name in ("t_ms", "value", "spread", "stretch")]
    edges = np.searchsorted(numbers, np.arange(len(names) + 1))
    for number, name in enumerate(names):
        first, last = edges[number], edges[number + 1]
        inside = slice(
            first + np.searchsorted(columns[0][first:last], start_ms, "left"),
            first + np.searchsorted(columns[0][first:last], end_ms, "right"),
        )
        yield name, Line(*(np.ascontiguousarray(column[inside]) for column in columns))
