"""An expression that comes and goes within half a second, where the frame rate allows to say so."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest

from analysis.moments.kinds import expression_burst, expression_shift
from analysis.types import EXPRESSIONS, MomentKind

from .faces import (
    RATES,
    assert_moves_with_time,
    assert_near,
    assert_needs_a_baseline,
    during,
    face,
    found,
    lose,
    show,
)


@pytest.mark.parametrize("fps", [*RATES, 24, 23.976])
@pytest.mark.parametrize("long_ms", [120, 200, 320])
def test_a_burst_is_found_with_its_times(fps: float | None, long_ms: int) -> None:
    series = face(60, fps)
    show(series, 30_000, 30_000 + long_ms, "surprise", prob=0.7)
    (moment,) = found(expression_burst, series)
    assert moment.kind == MomentKind.EXPRESSION_BURST
    assert_near(moment, 30_000, 30_000 + long_ms, within_ms=85)
    values = moment.values
    assert values["expression"] == "surprise" and values["duration_ms"] == moment.span.duration_ms
    assert (values["onset_ms"], values["offset_ms"]) == (moment.span.start_ms, moment.span.end_ms)
    assert values["onset_ms"] <= values["apex_ms"] < values["offset_ms"]  # type: ignore[operator]
    (evidence,) = moment.evidence
    assert evidence.signal == "surprise"
    assert evidence.baseline < evidence.threshold < evidence.value


@pytest.mark.parametrize("fps", RATES)
def test_a_calm_face_has_none(fps: float | None) -> None:
    assert found(expression_burst, face(180, fps)) == []


@pytest.mark.parametrize("fps", [23, 20, 15, 10])
def test_under_24_frames_a_second_nothing_is_said(fps: float) -> None:
    series = face(60, fps)
    show(series, 30_000, 30_300, "surprise", prob=0.7)
    assert found(expression_burst, series) == []


def test_the_frame_rate_that_counts_is_the_one_around_it() -> None:
    """A recorder that falls to 12 frames a second for ten seconds: a burst there is refused, one elsewhere is not."""
    series = face(60, 30)
    slow = during(series, 25_000, 35_000)
    keep = np.ones(len(series), bool)
    keep[slow] = np.arange(slow.stop - slow.start) % 3 == 0
    keep[slow.start] = True
    thinned = replace(series, **{f.name: getattr(series, f.name)[keep] for f in fields(series)})
    thinned = replace(thinned, end_ms=np.append(thinned.pts_ms[1:], thinned.end_ms[-1]))
    show(thinned, 30_000, 30_300, "fear", prob=0.7)
    show(thinned, 50_000, 50_300, "fear", prob=0.7)
    (moment,) = found(expression_burst, thinned)
    assert_near(moment, 50_000, 50_300)


def test_what_stays_is_no_burst_and_what_is_weak_is_none() -> None:
    series = face(60)
    show(series, 20_000, 20_900, "happy")
    show(series, 40_000, 40_300, "happy", prob=0.45)
    assert found(expression_burst, series) == []


def test_one_odd_frame_is_no_burst() -> None:
    series = face(60)
    show(series, 30_000, 30_040, "happy")
    assert found(expression_burst, series) == []


def test_what_does_not_return_to_its_baseline_is_no_burst() -> None:
    series = face(60)
    show(series, 30_000, 30_300, "happy", prob=0.8)
    show(series, 30_300, 31_500, "happy", prob=0.33)
    assert found(expression_burst, series) == []


@pytest.mark.parametrize(("gap_from_ms", "gap_to_ms"), [(29_960, 30_000), (30_300, 30_340), (30_120, 30_160)])
def test_a_burst_beside_or_across_a_gap_was_not_seen_whole(gap_from_ms: int, gap_to_ms: int) -> None:
    series = face(60)
    show(series, 30_000, 30_300, "happy", prob=0.7)
    lose(series, gap_from_ms, gap_to_ms)
    assert found(expression_burst, series) == []


def test_another_track_before_it_is_a_gap() -> None:
    series = face(60)
    show(series, 30_000, 30_300, "happy", prob=0.7)
    series.track[: during(series, 30_000, 30_300).start] = 7
    assert found(expression_burst, series) == []


def test_a_change_that_is_already_a_shift_is_told_once() -> None:
    series = face(60)
    show(series, 30_000, 30_440, "happy", prob=0.7)
    assert len(found(expression_shift, series)) == 1
    assert found(expression_burst, series) == []


def test_the_neutral_face_has_no_bursts() -> None:
    series = face(60)
    show(series, 0, 60_000, "happy", prob=0.8)
    show(series, 30_000, 30_300, "neutral", prob=0.8)
    assert found(expression_burst, series) == []


def test_two_expressions_at_once_are_one_burst_and_the_farther_one_speaks() -> None:
    series = face(60)
    show(series, 30_000, 30_300, "surprise", prob=0.7)
    series.smoothed[during(series, 30_040, 30_340), EXPRESSIONS.index("fear")] = 0.6
    (moment,) = found(expression_burst, series)
    assert moment.values["expression"] == "surprise" and moment.span.duration_ms <= 500


def test_many_are_not_a_flood() -> None:
    series = face(120)
    for start_ms in range(62_000, 118_000, 3000):
        show(series, start_ms, start_ms + 240, "fear", prob=0.6 + (start_ms % 7) / 100)
    assert len(found(expression_burst, series)) == 4


def test_time_and_baseline() -> None:
    series = face(60)
    show(series, 30_000, 30_300, "sad", prob=0.7)
    assert_moves_with_time(expression_burst, series)
    assert_needs_a_baseline(expression_burst, series)
