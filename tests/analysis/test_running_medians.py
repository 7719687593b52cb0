"""A median over a time, not over a number of frames, that no gap is bridged by."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.signals import running
from analysis.signals.running import GAP, face_runs, local_step_ms, longest_step_ms, running_median
from analysis.signals.spans import unbroken_stretches

from .moments.faces import RATES, face, lose


def plain(pts_ms: np.ndarray, runs: np.ndarray, values: np.ndarray, window_ms: float) -> np.ndarray:
    """The same, one frame after another."""
    result = np.full(len(values), np.nan)
    for i in range(len(values)):
        near = (np.abs(pts_ms - pts_ms[i]) <= window_ms / 2) & (runs == runs[i])
        if runs[i] != GAP:
            result[i] = np.median(values[near])
    return result


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("window_ms", [1, 100, 300, 1000])
def test_it_is_the_median_of_the_time_around(fps: float | None, window_ms: float, monkeypatch) -> None:
    monkeypatch.setattr(running, "_BLOCK_CELLS", 500)  # so that blocks meet
    series = face(8, fps)
    values = np.random.default_rng(2).normal(size=len(series)).astype(np.float32)
    runs = np.repeat(np.arange(10), -(-len(series) // 10))[: len(series)].astype(np.int32)
    runs[runs % 4 == 3] = GAP
    got = running_median(series.pts_ms, runs, values, window_ms)
    np.testing.assert_allclose(got, plain(series.pts_ms, runs, values, window_ms), rtol=1e-6)


def test_nothing_has_no_median() -> None:
    nothing = np.zeros(0, np.float32)
    assert len(running_median(np.zeros(0, np.int64), np.zeros(0, np.int32), nothing, 300)) == 0


def test_runs_end_at_gaps_at_other_tracks_and_at_frames_that_stand_too_long() -> None:
    series = face(10)
    lose(series, 2000, 2040)
    series.track[100:] = 2
    series.end_ms[150] = series.pts_ms[150] + 600
    runs = face_runs(series)
    assert runs[50] == runs[150] == GAP
    assert [len(set(runs[a:b])) for a, b in ((0, 50), (51, 100), (100, 150), (151, 250))] == [1, 1, 1, 1]
    assert len(set(runs)) == 5


def test_stretches_are_joined_within_a_run_alone() -> None:
    series = face(10)
    lose(series, 5000, 5040)
    mask = np.zeros(len(series), bool)
    mask[10:20] = mask[22:30] = mask[120:125] = mask[126:130] = True
    assert unbroken_stretches(series, mask, face_runs(series), min_ms=100, close_gap_ms=200) == [
        (10, 29),
        (120, 124),
        (126, 129),
    ]
    assert unbroken_stretches(series, mask, face_runs(series), min_ms=201, close_gap_ms=200) == [(10, 29)]


@pytest.mark.parametrize("fps", [15, 23.976, 24, 25, 29.97, 30, 60])
def test_the_local_frame_rate_is_read_from_whole_milliseconds(fps: float) -> None:
    step_ms = local_step_ms(face(10, fps))[20:-20]
    assert np.all(np.abs(step_ms - 1000 / fps) <= 0.7) and np.all(step_ms <= longest_step_ms(round(fps)))
