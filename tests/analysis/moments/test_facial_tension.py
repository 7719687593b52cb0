"""Brow, lids, lips or chin above the own baseline together; the sentence names what moved."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.moments.kinds import facial_tension
from analysis.types import MomentKind

from .faces import (
    RATES,
    assert_moves_with_time,
    assert_near,
    assert_needs_a_baseline,
    during,
    face,
    found,
    lose,
    move,
)


@pytest.mark.parametrize("fps", RATES)
def test_two_together_are_found_and_named(fps: float | None) -> None:
    series = face(60, fps)
    move(series, 30_000, 32_000, brow_lower=0.4, lip_press=0.35)
    (moment,) = found(facial_tension, series)
    assert moment.kind == MomentKind.FACIAL_TENSION
    assert_near(moment, 30_000, 32_000)
    assert moment.values["movements"] == ["brow_lower", "lip_press"]
    assert {item.signal for item in moment.evidence} == {"brow_lower", "lip_press"}
    assert all(item.baseline < item.threshold < item.value for item in moment.evidence)


@pytest.mark.parametrize("fps", RATES)
def test_a_calm_face_has_none(fps: float | None) -> None:
    assert found(facial_tension, face(180, fps)) == []


def test_one_alone_counts_only_if_it_is_very_far() -> None:
    series = face(60)
    move(series, 20_000, 22_000, brow_lower=0.35)
    assert found(facial_tension, series) == []
    move(series, 40_000, 42_000, brow_lower=0.6)
    (moment,) = found(facial_tension, series)
    assert_near(moment, 40_000, 42_000)
    assert moment.values["movements"] == ["brow_lower"]


def test_tightened_lids_alone_are_told_by_the_eyes() -> None:
    series = face(60)
    move(series, 20_000, 25_000, lid_tighten=0.9)
    assert found(facial_tension, series) == []


def test_too_short_and_too_weak() -> None:
    series = face(60)
    move(series, 20_000, 20_700, brow_lower=0.5, chin_raise=0.5)
    move(series, 40_000, 43_000, brow_lower=0.2, chin_raise=0.2)
    assert found(facial_tension, series) == []


def test_what_is_usual_for_a_person_is_none() -> None:
    series = face(60)
    move(series, 0, 60_000, brow_lower=0.5, chin_raise=0.5)
    assert found(facial_tension, series) == []


def test_a_gap_is_not_bridged() -> None:
    series = face(60)
    move(series, 30_000, 31_600, brow_lower=0.4, lip_press=0.4)
    lose(series, 30_780, 30_820)
    assert found(facial_tension, series) == []


def test_lips_that_close_in_speech_are_none() -> None:
    series = face(60)
    rng = np.random.default_rng(3)
    for start_ms in range(5000, 55_000, 300):
        long_ms = int(rng.integers(60, 130))
        move(series, start_ms, start_ms + long_ms, lip_press=0.6, chin_raise=0.4)
    assert found(facial_tension, series) == []


def test_a_single_odd_frame_does_not_end_it() -> None:
    series = face(60)
    move(series, 30_000, 32_000, brow_lower=0.4, lip_press=0.4)
    series.face_signal("brow_lower")[during(series, 31_000, 31_040)] = 0.0
    (moment,) = found(facial_tension, series)
    assert_near(moment, 30_000, 32_000)


def test_many_are_not_a_flood() -> None:
    series = face(180)
    for start_ms in range(70_000, 124_000, 4000):
        move(series, start_ms, start_ms + 1500, brow_lower=0.4, chin_raise=0.4)
    moments = found(facial_tension, series)
    assert len(moments) == 4


def test_time_and_baseline() -> None:
    series = face(60)
    move(series, 30_000, 32_000, chin_raise=0.4, lid_tighten=0.35)
    assert_moves_with_time(facial_tension, series)
    assert_needs_a_baseline(facial_tension, series)
