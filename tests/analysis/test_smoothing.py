"""Smoothing keeps bursts, drops single odd frames, never bridges a gap, and does not depend on how it is fed."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.signals.smoothing import GAP, StreamSmoother, smooth

WINDOW_MS = 400
CALM = np.array([0.02, 0.02, 0.02, 0.04, 0.02, 0.02, 0.86], np.float32)
BURST = np.array([0.02, 0.02, 0.02, 0.86, 0.02, 0.02, 0.04], np.float32)

Readings = tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]


def at_30_fps(count: int, burst: slice) -> Readings:
    probs = np.tile(CALM, (count, 1))
    probs[burst] = BURST
    return (np.arange(count) * 100 // 3).astype(np.int64), np.ones(count, np.int32), probs


@st.composite
def readings(draw: st.DrawFn) -> Readings:
    count = draw(st.integers(1, 60))
    steps = draw(st.lists(st.integers(1, 500), min_size=count, max_size=count))
    runs = draw(st.lists(st.sampled_from([GAP, 1, 1, 1, 2]), min_size=count, max_size=count))
    seed = draw(st.integers(0, 10**6))
    probs = np.random.default_rng(seed).dirichlet([0.3] * 7, count).astype(np.float32)
    probs[np.array(runs) == GAP] = np.nan
    return np.cumsum(steps).astype(np.int64), np.array(runs, np.int32), probs


def test_a_burst_of_200_ms_keeps_its_height() -> None:
    smoothed, _ = smooth(*at_30_fps(60, slice(30, 36)), WINDOW_MS)
    assert smoothed[30:36, 3].max() > 0.8
    assert smoothed[20, 3] < 0.06


def test_a_single_odd_frame_is_outvoted() -> None:
    smoothed, band = smooth(*at_30_fps(60, slice(30, 31)), WINDOW_MS)
    assert smoothed[30, 3] < 0.3
    assert band[30, 3] > 2 * band[10, 3]


@given(readings())
@settings(max_examples=60, deadline=None)
def test_every_value_stays_a_probability_and_every_gap_a_gap(given_readings: Readings) -> None:
    pts_ms, runs, probs = given_readings
    smoothed, band = smooth(pts_ms, runs, probs, WINDOW_MS)
    seen = runs != GAP
    assert np.isnan(smoothed[~seen]).all() and np.isnan(band[~seen]).all()
    assert (smoothed[seen] >= 0).all() and (smoothed[seen] <= 1 + 1e-6).all()
    assert np.allclose(smoothed[seen].sum(axis=1), 1, atol=1e-4)
    assert (band[seen] > 0).all() and (band[seen] <= 1).all()


@given(readings(), st.integers(0, 59))
@settings(max_examples=60, deadline=None)
def test_what_lies_beyond_a_gap_changes_nothing(given_readings: Readings, at: int) -> None:
    pts_ms, runs, probs = given_readings
    at = min(at, len(runs) - 1)
    runs[at], probs[at] = GAP, np.nan
    whole, _ = smooth(pts_ms, runs, probs, WINDOW_MS)
    before, _ = smooth(pts_ms[:at], runs[:at], probs[:at], WINDOW_MS)
    assert np.array_equal(whole[:at], before, equal_nan=True)


@given(readings(), st.lists(st.integers(1, 20), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_a_stream_gives_the_same_as_the_whole(given_readings: Readings, sizes: list[int]) -> None:
    pts_ms, runs, probs = given_readings
    smoother = StreamSmoother(WINDOW_MS)
    parts, first = [], 0
    for size in sizes:
        parts.append(
            smoother.push(pts_ms[first : first + size], runs[first : first + size], probs[first : first + size])
        )
        first += size
    parts.append(smoother.push(pts_ms[first:], runs[first:], probs[first:], last=True))
    whole = smooth(pts_ms, runs, probs, WINDOW_MS)
    for i in (0, 1):
        streamed = np.concatenate([part[i] for part in parts])
        assert np.allclose(streamed, whole[i], atol=1e-6, equal_nan=True)


def test_a_stream_forgets_what_is_settled() -> None:
    smoother = StreamSmoother(WINDOW_MS)
    pts_ms, runs, probs = at_30_fps(3000, slice(0, 0))
    for first in range(0, 3000, 30):
        smoother.push(pts_ms[first : first + 30], runs[first : first + 30], probs[first : first + 30])
    assert len(smoother._pts_ms) < 80
