from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq

from analysis.observations import SCHEMA, ObservationWriter, read, read_table
from analysis.types import OBSERVATION_COLUMNS, SMOOTHED_COLUMNS, Observation, Visibility


def minutes(count: int, step_ms: int = 500) -> list[Observation]:
    probs = (0.5, 0.0625, 0.0625, 0.0625, 0.0625, 0.125, 0.125)  # exact in 32 bits
    seen = [
        Observation(
            *(i, i * step_ms, 1, Visibility.SEEN, 3, (1.5, 2.5, 90.0, 100.0), 0.75, 0.5),
            *(probs, probs[::-1], (0.125,) * 7),
        )
        for i in range(count * 60_000 // step_ms)
    ]
    seen[1] = Observation(1, step_ms, 0, Visibility.NOBODY)
    seen[2] = Observation(2, 2 * step_ms, None, None)
    seen[3] = Observation(3, 3 * step_ms, 2, Visibility.HARD_TO_SEE, 3, (1.5, 2.5, 90.0, 100.0), 0.75, 0.25)
    return seen


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    rows = minutes(3)
    with ObservationWriter(tmp_path / "o.parquet") as writer:
        for first in range(0, len(rows), 7):
            writer.write(rows[first : first + 7])
    assert list(read(tmp_path / "o.parquet")) == rows


def test_a_minute_is_a_row_group_of_zstd(tmp_path: Path) -> None:
    with ObservationWriter(tmp_path / "o.parquet") as writer:
        writer.write(minutes(3))
    with pq.ParquetFile(tmp_path / "o.parquet") as file:
        groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    assert [group.num_rows for group in groups] == [120, 120, 120]
    assert {group.column(i).compression for group in groups for i in range(group.num_columns)} == {"ZSTD"}


def test_the_same_observations_give_the_same_bytes_however_they_come() -> None:
    rows, files = minutes(2), []
    for size in (1, 50, 1000):
        sink = io.BytesIO()
        with ObservationWriter(sink) as writer:
            for first in range(0, len(rows), size):
                writer.write(rows[first : first + size])
        files.append(sink.getvalue())
    assert files[0] == files[1] == files[2]


def test_a_range_and_a_few_columns_can_be_read(tmp_path: Path) -> None:
    with ObservationWriter(tmp_path / "o.parquet") as writer:
        writer.write(minutes(3))
    found = read_table(
        tmp_path / "o.parquet", start_ms=59_000, end_ms=61_000, columns=["pts_ms", SMOOTHED_COLUMNS[0]]
    )
    assert found["pts_ms"].to_pylist() == [59_000, 59_500, 60_000, 60_500]
    assert found.column_names == ["pts_ms", "s_angry"]


def test_no_observations_are_an_empty_file_with_all_columns(tmp_path: Path) -> None:
    with ObservationWriter(tmp_path / "o.parquet"):
        pass
    assert pq.read_table(tmp_path / "o.parquet").schema.names == list(OBSERVATION_COLUMNS) == SCHEMA.names
