"""What the timeline holds: the window asked for, few points, every peak, and gaps that stay gaps."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.types import EXPRESSIONS
from hiring.policy.rules import Purpose
from hiring.recordings import vault
from hiring.review.observations import REASONS, Frames, gaps, series, thinned
from hiring.review.timeline import speech_spans
from hiring.review.timeline import timeline as read_timeline
from tests import factories

lines = st.lists(st.one_of(st.floats(0, 1, width=32), st.none()), min_size=1, max_size=400)


def _frames(values: list[float | None]) -> Frames:
    line = np.array([np.nan if v is None else v for v in values], np.float32)
    times = np.arange(len(values), dtype=np.int64) * 33
    reason = np.where(np.isnan(line), REASONS.index("nobody"), 0).astype(np.int8)
    return Frames(
        times, reason, {"happy": line}, {"happy": np.full(len(line), 0.1, np.float32)}, {"head_yaw_deg": line * 90}
    )


@given(lines, st.integers(10, 200))
@settings(deadline=None)
def test_a_line_has_at_most_the_points_asked_for_and_rises_in_time(values, points):
    line = series(_frames(values), "happy", points)
    assert len(line["t_ms"]) == len(line["value"]) == len(line["low"]) == len(line["high"]) <= points
    assert line["t_ms"] == sorted(line["t_ms"])


@given(lines, st.integers(10, 200))
@settings(deadline=None)
def test_the_highest_and_the_lowest_value_are_never_lost(values, points):
    seen = [v for v in values if v is not None]
    shown = [v for v in series(_frames(values), "happy", points)["value"] if v is not None]
    assert bool(seen) == bool(shown)
    if seen:
        assert max(shown) == pytest.approx(max(seen), abs=1e-3)
        assert min(shown) == pytest.approx(min(seen), abs=1e-3)


@given(lines, st.integers(10, 200))
@settings(deadline=None)
def test_a_gap_between_two_shown_points_stays_a_gap(values, points):
    line = series(_frames(values), "happy", points)
    shown = list(zip(line["t_ms"], line["value"], strict=True))
    for (t_ms, value), (next_ms, next_value) in pairwise(shown):
        if value is not None and next_value is not None:
            assert None not in values[t_ms // 33 : next_ms // 33 + 1]


@given(lines)
@settings(deadline=None)
def test_the_band_holds_the_line_and_stays_between_0_and_1(values):
    line = series(_frames(values), "happy", 100)
    for value, low, high in zip(line["value"], line["low"], line["high"], strict=True):
        assert (value is None) == (low is None) == (high is None)
        assert value is None or 0 <= low <= value <= high <= 1


@given(lines)
@settings(deadline=None)
def test_gaps_cover_every_frame_without_a_value(values):
    found = gaps(_frames(values), 0, 10**9, 0)
    for index, value in enumerate(values):
        inside = any(gap["start_ms"] <= index * 33 < gap["end_ms"] for gap in found)
        assert inside == (value is None)


def test_missing_frames_break_a_line_and_are_called_a_gap():
    found = _frames([0.5] * 100)
    found.pts_ms[50:] += 4000
    assert None in series(found, "happy", 1000)["value"]
    assert gaps(found, 0, 10**9, 0) == [{"start_ms": 49 * 33, "end_ms": 50 * 33 + 4000, "reason": "no_picture"}]


def test_a_short_peak_in_half_an_hour_is_kept_with_a_thousand_points():
    times = np.arange(54_000, dtype=np.int64) * 33
    values = np.random.default_rng(1).uniform(0.1, 0.2, len(times)).astype(np.float32)
    values[31_337] = 0.9
    chosen, _gaps = thinned(times, values, np.zeros(len(times), int), 1000)
    assert 31_337 in chosen
    assert len(chosen) <= 1000


@pytest.mark.django_db
@given(start=st.integers(-5_000, 30_000), length=st.integers(-5_000, 30_000))
@settings(deadline=None, max_examples=25)
def test_nothing_outside_the_window_is_returned(complete_run, start, length):
    timeline = read_timeline(complete_run, start, start + length, points=50)
    assert 0 <= timeline["start_ms"] < timeline["end_ms"] <= timeline["duration_ms"] == 12_000
    for line in timeline["series"]:
        assert len(line["t_ms"]) <= 50
        assert all(timeline["start_ms"] <= t_ms <= timeline["end_ms"] for t_ms in line["t_ms"])
    for moment in timeline["moments"]:
        assert moment["start_ms"] < timeline["end_ms"]
        assert moment["end_ms"] >= timeline["start_ms"]


@pytest.fixture(scope="module")
def complete_run(django_db_setup, django_db_blocker, tmp_path_factory):
    """One run for many examples; its files lie where every example looks."""
    from django.conf import settings as django_settings
    from django.db import transaction

    folder = tmp_path_factory.mktemp("vault")
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(django_settings, "VAULT_DIR", folder / "vault")
        patch.setattr(django_settings, "KEY_DIR", folder / "keys")
        run = factories.make_complete_run()
        run.folder = folder
        yield run
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def files_of_the_module(request, settings, own_folders):
    if "complete_run" in request.fixturenames:
        folder = request.getfixturevalue("complete_run").folder
        settings.VAULT_DIR, settings.KEY_DIR = folder / "vault", folder / "keys"


@pytest.mark.django_db
def test_the_whole_recording_is_shown_by_default():
    run = factories.make_complete_run()
    timeline = read_timeline(run)
    assert (timeline["start_ms"], timeline["end_ms"]) == (0, 12_000)
    assert [line["name"] for line in timeline["series"]] == list(EXPRESSIONS)
    assert timeline["gaps"] == [{"start_ms": 7000, "end_ms": 8000, "reason": "nobody"}]
    happy = timeline["series"][EXPRESSIONS.index("happy")]
    assert max(v for v in happy["value"] if v is not None) == pytest.approx(0.85, abs=0.01)


@pytest.mark.django_db
def test_zooming_in_gives_finer_points():
    recording = factories.make_ready_recording(duration_ms=120_000)
    factories.make_complete_run(recording)
    whole = read_timeline(recording.runs.get(), points=100)["series"][0]["t_ms"]
    close = read_timeline(recording.runs.get(), 60_000, 63_000, points=100)["series"][0]["t_ms"]
    assert len([t for t in whole if 60_000 <= t <= 63_000]) < len(close)


@pytest.mark.django_db
def test_only_the_minutes_of_the_window_are_decrypted(monkeypatch):
    recording = factories.make_ready_recording(duration_ms=600_000)
    factories.make_complete_run(recording)
    read: list[int] = []
    original = vault.Reader._block
    monkeypatch.setattr(vault.Reader, "_block", lambda self, number: read.append(number) or original(self, number))
    read_timeline(recording.runs.get(), 300_000, 301_000)
    few = len(set(read))
    read.clear()
    read_timeline(recording.runs.get())
    assert few <= len(set(read)) / 2


@pytest.mark.django_db
def test_a_plan_without_expression_has_no_lines_but_its_words():
    interview = factories.make_interview(granted=[Purpose.RECORDING, Purpose.TRANSCRIPT])
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    assert read_timeline(run)["series"] == []
    assert speech_spans(run, 0, 12_000) == [(1000, 3700)]


@pytest.mark.django_db
def test_a_run_without_observations_has_an_empty_timeline():
    run = factories.make_complete_run()
    run.observations_file = ""
    run.save()
    timeline = read_timeline(run)
    assert timeline["series"] == timeline["gaps"] == []
