"""Blink rate, closed eyes and tightened lids, against the own usual."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.moments.find import bundled
from analysis.moments.kinds import eyes
from analysis.signals.series import Series
from analysis.types import MomentKind

from .faces import RATES, assert_moves_with_time, assert_near, assert_needs_a_baseline, blink, face, found, lose, move


def blinking(series: Series, start_ms: int, end_ms: int, per_min: float) -> Series:
    """At irregular times, as people do."""
    rng = np.random.default_rng(8)
    step_ms = 60_000 / per_min
    for at_ms in np.arange(start_ms, end_ms - step_ms, step_ms):
        blink(series, at_ms + rng.uniform(0, 0.6) * (step_ms - 250), long_ms=rng.uniform(150, 300))
    return series


def usual(seconds: int, fps: float | None = 25) -> Series:
    return blinking(face(seconds, fps), 1000, seconds * 1000, per_min=15)


@pytest.mark.parametrize("fps", [15, *RATES])
def test_blinking_as_usual_is_no_moment(fps: float | None) -> None:
    assert found(eyes, usual(300, fps)) == []


@pytest.mark.parametrize("fps", [15, *RATES])
def test_far_more_blinks_than_usual_are_found(fps: float | None) -> None:
    series = blinking(usual(300, fps), 200_000, 232_000, per_min=60)
    (moment,) = bundled(found(eyes, series))
    assert (moment.kind, moment.sentence) == (MomentKind.EYES, "blink_rate")
    assert_near(moment, 201_000, 231_000, within_ms=4000)
    (evidence,) = moment.evidence
    assert evidence.signal == "blink_rate"
    assert 10 < evidence.baseline < 20 < evidence.threshold < evidence.value < 85


def test_far_fewer_are_found_where_blinks_are_usual_enough_to_be_missed() -> None:
    series = blinking(face(400), 1000, 200_000, per_min=40)
    blinking(series, 240_000, 400_000, per_min=40)
    (moment,) = bundled(found(eyes, series))
    assert moment.values["rate_per_min"] == 0 and moment.evidence[0].threshold > 0
    assert moment.span.start_ms >= 200_000 - 5000 and moment.span.end_ms <= 245_000


@pytest.mark.parametrize("fps", [12, 10])
def test_under_15_frames_a_second_no_rate_is_judged(fps: float) -> None:
    assert found(eyes, blinking(usual(300, fps), 200_000, 232_000, per_min=60)) == []


def test_too_short_a_recording_has_no_usual_rate() -> None:
    assert found(eyes, blinking(usual(80), 40_000, 72_000, per_min=60)) == []


@pytest.mark.parametrize("fps", [*RATES, 10])
def test_eyes_that_stay_closed_are_found(fps: float | None) -> None:
    series = usual(120, fps)
    move(series, 60_000, 61_600, eyes_closed=0.85)
    (moment,) = found(eyes, series)
    assert moment.sentence == "closed"
    assert_near(moment, 60_000, 61_600)
    length, closed = moment.evidence
    assert length.threshold == 1000 and length.value == moment.span.duration_ms
    assert closed.signal == "eyes_closed" and closed.baseline < 0.2 < closed.threshold < closed.value


def test_a_slow_blink_and_half_closed_eyes_are_no_closure() -> None:
    series = usual(120)
    move(series, 60_000, 60_800, eyes_closed=0.85)
    move(series, 80_000, 83_000, eyes_closed=0.4)
    assert found(eyes, series) == []


def test_a_closure_across_a_gap_was_not_seen() -> None:
    series = usual(120)
    move(series, 60_000, 61_600, eyes_closed=0.85)
    lose(series, 60_780, 60_820)
    assert found(eyes, series) == []


@pytest.mark.parametrize("fps", RATES)
def test_a_squint_is_found(fps: float | None) -> None:
    series = usual(120, fps)
    move(series, 60_000, 64_000, lid_tighten=0.5)
    (moment,) = found(eyes, series)
    assert moment.sentence == "squint"
    assert_near(moment, 60_000, 64_000)
    (evidence,) = moment.evidence
    assert evidence.signal == "lid_tighten" and evidence.baseline < evidence.threshold < evidence.value


def test_a_short_or_weak_squint_is_none() -> None:
    series = usual(120)
    move(series, 60_000, 62_500, lid_tighten=0.5)
    move(series, 70_000, 75_000, lid_tighten=0.27)
    assert found(eyes, series) == []


def test_what_differs_is_not_bundled_into_one() -> None:
    series = blinking(usual(300), 200_000, 232_000, per_min=60)
    move(series, 215_000, 216_600, eyes_closed=0.85)
    closed = [moment for moment in bundled(found(eyes, series)) if moment.sentence == "closed"]
    assert [moment.values["duration_s"] for moment in closed] == [1.6]


def test_time_and_baseline() -> None:
    series = blinking(usual(300), 200_000, 232_000, per_min=60)
    move(series, 100_000, 101_600, eyes_closed=0.85)
    move(series, 120_000, 124_000, lid_tighten=0.5)
    assert_moves_with_time(eyes, series)
    assert_needs_a_baseline(eyes, series)
