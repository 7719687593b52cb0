"""A long window is drawn from an overview made once, a short one from its frames, and both show the same."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.types import EXPRESSIONS
from hiring.policy.rules import Purpose
from hiring.recordings import vault
from hiring.retention import holdings
from hiring.review import observations, overview, sound
from hiring.review.timeline import timeline
from hiring.runs import services as runs
from tests import factories

ALL = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION, Purpose.EYES_HEAD, Purpose.VOICE)
MINUTE_MS = 60_000
DURATION_MS = 20 * MINUTE_MS


def _noisy(seed: int) -> io.BytesIO:
    """Twenty minutes whose lines jump about, with frames that show nobody and a minute that was not recorded."""
    rng = np.random.default_rng(seed)
    table = factories.observations(DURATION_MS, fps=10)
    times = table.column("pts_ms").to_numpy()
    gone = rng.random(len(times)) < 0.001
    gone[100:400] = True
    columns = {name: table.column(name) for name in table.column_names}
    for name in EXPRESSIONS:
        values = rng.random(len(times), np.float32)
        columns[f"s_{name}"] = pa.array(np.where(gone, np.nan, values), pa.float32(), from_pandas=True)
    columns["f_head_yaw_deg"] = pa.array(rng.normal(0, 20, len(times)), pa.float32())
    columns["visibility"] = pa.array(np.where(gone, "nobody", "seen"))
    kept = (times < 5 * MINUTE_MS) | (times >= 6 * MINUTE_MS)
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns).filter(pa.array(kept)), buffer, row_group_size=600)
    buffer.seek(0)
    return buffer


def _stored(recording, content: bytes) -> str:
    return vault.store(recording.interview_id, io.BytesIO(content), "parquet")


@pytest.fixture(scope="module")
def noisy():
    return _noisy(1).getvalue()


@pytest.fixture
def read(noisy):
    """read(start_ms, end_ms, points) -> (every frame of the window, its overview)."""
    recording = factories.make_ready_recording()
    name = _stored(recording, overview.build(io.BytesIO(noisy), b"", DURATION_MS))

    def both(start_ms: int, end_ms: int, points: int):
        frames = observations.frames_of(io.BytesIO(noisy), start_ms, end_ms)
        return frames, overview.read(recording.interview_id, name, start_ms, end_ms, points)

    return both


@pytest.mark.django_db
@pytest.mark.parametrize("points", [60, 100, 300, 1000, 2000])
@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, DURATION_MS), (3 * MINUTE_MS, 19 * MINUTE_MS)])
def test_highest_lowest_and_gaps_are_those_of_all_frames(read, start_ms, end_ms, points):
    frames, coarse = read(start_ms, end_ms, points)
    assert (coarse is None) == ((end_ms - start_ms) / points < 500)
    if coarse is None:
        return
    assert coarse.expressions == frames.expressions and coarse.face_signals == frames.face_signals
    fine, drawn = observations.series(frames, "happy", 10**6), observations.series(coarse, "happy", points)
    shown = [value for value in drawn["value"] if value is not None]
    whole = [value for value in fine["value"] if value is not None]
    assert (max(shown), min(shown)) == (max(whole), min(whole)) and len(drawn["t_ms"]) <= points
    told = dict(zip(fine["t_ms"], fine["value"], strict=True))
    assert all(told[t] == v for t, v in zip(drawn["t_ms"], drawn["value"], strict=True) if v is not None)
    shortest_ms = (end_ms - start_ms) // points
    window = (start_ms, end_ms, shortest_ms)
    assert observations.gaps(coarse, *window) == observations.gaps(frames, *window)
    assert {"no_picture"} == {gap["reason"] for gap in observations.gaps(frames, *window) if gap["start_ms"] > 2e5}


@given(st.lists(st.one_of(st.floats(0, 1, width=32), st.none()), max_size=300), st.sampled_from(overview.LEVELS_MS))
@settings(deadline=None)
def test_each_bucket_keeps_its_lowest_and_highest_value(values, level_ms):
    there = [(at * 100, value) for at, value in enumerate(values) if value is not None]
    t_ms, value = np.array([t for t, _ in there], np.int64), np.array([v for _, v in there], np.float32)
    kept = overview._coarse(observations.Line(t_ms, value, value, np.zeros(len(value), int)), level_ms)
    assert list(kept.t_ms) == sorted(set(kept.t_ms))
    for bucket in {t // level_ms for t, _ in there}:
        inside, drawn = value[t_ms // level_ms == bucket], kept.value[kept.t_ms // level_ms == bucket]
        assert (inside.min(), inside.max()) == (drawn.min(), drawn.max()) and len(drawn) <= 2


@pytest.mark.django_db
def test_a_long_window_needs_no_frames_and_a_short_one_no_overview():
    interview = factories.make_interview(granted=ALL)
    run = factories.make_complete_run(factories.make_ready_recording(interview, duration_ms=DURATION_MS))
    whole = timeline(run, points=1000)
    assert run.overview_file and whole["series"] and [line["name"] for line in whole["sound"]]
    vault.delete(interview.pk, run.observations_file)
    vault.delete(interview.pk, run.sound_file)
    assert timeline(run, points=1000) == whole
    assert timeline(run, 0, MINUTE_MS, points=1000)["series"] == []


@pytest.mark.django_db
def test_where_the_overview_is_gone_or_older_than_it_the_frames_are_read():
    run = factories.make_complete_run(factories.make_ready_recording(duration_ms=DURATION_MS))
    vault.delete(run.recording.interview_id, run.overview_file)
    assert timeline(run)["series"]


def test_lines_of_sound_are_the_same_either_way():
    file = factories._parquet(factories.sound_table(DURATION_MS, voice=True)).getvalue()
    table = factories.observations(DURATION_MS, fps=5)
    built = pq.ParquetFile(io.BytesIO(overview.build(factories._parquet(table), file, DURATION_MS)))
    lines = dict(overview._lines(built.read_row_group(0), 0, DURATION_MS))
    whole = sound.whole_lines(io.BytesIO(file))
    assert set(whole) <= set(lines)
    for name, line in whole.items():
        assert (lines[name].value.min(), lines[name].value.max()) == (line.value.min(), line.value.max())


@pytest.mark.django_db
def test_a_short_recording_has_none_and_withdrawing_takes_it_away():
    assert factories.make_complete_run().overview_file == ""
    run = factories.make_complete_run(factories.make_ready_recording(duration_ms=DURATION_MS))
    assert run.overview_file in holdings.files(run.recording.interview_id)
    assert run.overview_file in runs.discard_results(recording=run.recording)
    run.refresh_from_db()
    assert run.overview_file == ""
