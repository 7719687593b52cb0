from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.signals.baseline import find_baselines
from analysis.signals.segments import expression_segments, visibility_segments
from analysis.signals.series import SeriesBuilder
from analysis.signals.smoothing import smooth
from analysis.signals.spans import long_stretches, stretches
from analysis.types import EXPRESSIONS, NOT_SURE, Observation, Span, Visibility

from .series import between, calm_series, hide, show

HAPPY, NEUTRAL = EXPRESSIONS.index("happy"), EXPRESSIONS.index("neutral")


def test_a_baseline_is_of_the_first_minute_and_bursts_do_not_move_it() -> None:
    series = calm_series(180)
    calm = find_baselines(series, 60_000).expression
    show(series, between(10_000, 20_000), "happy")
    show(series, between(60_000, 180_000), "sad")
    moved = find_baselines(series, 60_000).expression
    assert calm is not None and moved is not None
    assert np.abs(calm.median - moved.median).max() < 0.02
    assert moved.duration_ms <= 60_000
    assert moved.as_mapping()["neutral"] > 0.8


def test_a_face_that_is_hardly_ever_seen_has_no_baseline() -> None:
    series = calm_series(30)
    hide(series, between(2_000, 30_000))
    assert find_baselines(series, 60_000).expression is None


def test_time_without_a_readable_face_does_not_use_up_the_minute() -> None:
    series = calm_series(120)
    hide(series, between(0, 60_000))
    baseline = find_baselines(series, 60_000).expression
    assert baseline is not None and baseline.duration_ms == 60_000


def test_segments_follow_the_expression_shown_most_and_leave_gaps() -> None:
    series = calm_series(20)
    show(series, between(4_000, 8_000), "happy")
    hide(series, between(10_000, 12_000))
    found = [(segment.value, segment.span) for segment in expression_segments(series, 500, 0.4)]
    assert found == [
        ("neutral", Span(0, 4_000)),
        ("happy", Span(4_000, 8_000)),
        ("neutral", Span(8_000, 10_000)),
        ("neutral", Span(12_000, 20_000)),
    ]


def test_a_short_stretch_joins_the_one_before() -> None:
    series = calm_series(10)
    show(series, between(4_000, 4_200), "happy")
    assert [segment.value for segment in expression_segments(series, 500, 0.4)] == ["neutral"]


def test_where_nothing_stands_out_it_is_not_sure() -> None:
    series = calm_series(10)
    series.smoothed[between(4_000, 6_000)] = 1 / 7
    tied = np.full(7, 0.02, np.float32)
    tied[[HAPPY, NEUTRAL]] = 0.45
    series.smoothed[between(6_000, 8_000)] = tied
    found = expression_segments(series, 500, 0.4)
    assert [(segment.value, segment.span) for segment in found][1] == (NOT_SURE, Span(4_000, 8_000))
    assert found[1].mean_prob is None


def test_the_classifiers_bound_decides_what_is_sure() -> None:
    series = calm_series(10)
    show(series, between(4_000, 6_000), "happy", prob=0.55)
    for bound, value in ((0.50, "happy"), (0.60, NOT_SURE)):
        found = [(segment.value, segment.span) for segment in expression_segments(series, 500, bound)]
        assert found[1] == (value, Span(4_000, 6_000))


def test_a_probability_at_the_bound_is_sure_and_a_close_runner_up_is_not_whatever_the_bound() -> None:
    series = calm_series(10)
    series.smoothed[:] = np.float32(0.05)
    series.smoothed[:, HAPPY] = np.float32(0.5)
    bound = float(series.smoothed[0, HAPPY])
    assert [segment.value for segment in expression_segments(series, 500, bound)] == ["happy"]
    series.smoothed[:, NEUTRAL] = np.float32(0.41)
    assert [segment.value for segment in expression_segments(series, 500, 0.0)] == [NOT_SURE]


@given(st.integers(0, 2**32 - 1), st.floats(0.2, 0.9))
@settings(max_examples=25, deadline=None)
def test_smoothing_never_makes_a_frame_surer_than_its_surest_neighbour(seed: int, bound: float) -> None:
    # what allows the bound of single pictures to be used for smoothed ones
    count = 40
    probs = np.random.default_rng(seed).dirichlet(np.full(7, 0.5), count).astype(np.float32)
    smoothed, _ = smooth(np.arange(count) * 40, np.zeros(count, np.int32), probs, 400)
    sure = np.flatnonzero(smoothed.max(axis=1) >= bound)
    assert all(probs[max(at - 5, 0) : at + 6].max() >= bound - 1e-6 for at in sure)


def test_the_visibility_lane_covers_the_whole_recording() -> None:
    series = calm_series(10)
    hide(series, between(2_000, 3_000))
    hide(series, between(3_000, 3_040), Visibility.HARD_TO_SEE)
    found = visibility_segments(series)
    assert [segment.value for segment in found] == ["seen", "nobody", "hard_to_see", "seen"]
    assert [segment.span.end_ms for segment in found[:-1]] == [segment.span.start_ms for segment in found[1:]]
    assert (found[0].span.start_ms, found[-1].span.end_ms) == (0, 10_000)


@given(st.lists(st.booleans(), max_size=60))
def test_stretches_are_exactly_what_is_true(values: list[bool]) -> None:
    mask = np.array(values, bool)
    covered = np.zeros(len(values), bool)
    for first, last in stretches(mask):
        assert first <= last and not covered[max(first - 1, 0) : last + 1].any()
        covered[first : last + 1] = True
    assert (covered == mask).all()


@given(st.lists(st.booleans(), min_size=1, max_size=100), st.integers(0, 400), st.integers(0, 400))
@settings(max_examples=60)
def test_long_stretches_are_long_and_apart(values: list[bool], min_ms: int, gap_ms: int) -> None:
    series = calm_series(len(values) * 0.04)
    mask = np.array(values[: len(series)], bool)
    found = [series.span(*ends) for ends in long_stretches(series, mask, min_ms=min_ms, close_gap_ms=gap_ms)]
    assert all(span.duration_ms >= min_ms for span in found)
    assert all(b.start_ms - a.end_ms >= gap_ms for a, b in itertools.pairwise(found))


def test_a_series_keeps_what_observations_say() -> None:
    builder = SeriesBuilder()
    builder.add([Observation(0, 0, None, None), Observation(1, 33, 0, Visibility.NOBODY)])
    builder.add([])
    shown = (0.1,) * 6 + (0.4,)
    builder.add([Observation(2, 100, 2, Visibility.SEEN, 7, quality=0.5, smoothed=shown, uncertainty=(0.1,) * 7)])
    series = builder.build(last_frame_ms=40)
    assert series.pts_ms.tolist() == [0, 33, 100] and series.end_ms.tolist() == [33, 100, 140]
    assert series.faces.tolist() == [-1, 0, 2] and series.track.tolist() == [-1, -1, 7]
    assert series.is_shown(Visibility.NOBODY).tolist() == [False, True, False]
    assert np.isnan(series.smoothed[:2]).all() and np.allclose(series.smoothed[2], shown)
