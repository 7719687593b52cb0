"""Left and right differ for long, and not because the head is turned."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.moments.kinds import asymmetry
from analysis.types import MomentKind

from .faces import RATES, assert_moves_with_time, assert_near, assert_needs_a_baseline, face, found, lose, move


@pytest.mark.parametrize("fps", RATES)
def test_it_is_found(fps: float | None) -> None:
    series = face(60, fps)
    move(series, 30_000, 32_000, asymmetry=0.4)
    (moment,) = found(asymmetry, series)
    assert moment.kind == MomentKind.ASYMMETRY
    assert_near(moment, 30_000, 32_000)
    difference, turn = moment.evidence
    assert difference.signal == "asymmetry"
    assert difference.baseline < difference.threshold < difference.value
    assert turn.signal == "head_yaw_deg" and abs(turn.value) < turn.threshold


@pytest.mark.parametrize("fps", RATES)
def test_a_calm_face_has_none(fps: float | None) -> None:
    assert found(asymmetry, face(180, fps)) == []


def test_too_short_and_too_weak() -> None:
    series = face(60)
    move(series, 20_000, 20_700, asymmetry=0.5)
    move(series, 40_000, 43_000, asymmetry=0.18)
    assert found(asymmetry, series) == []


@pytest.mark.parametrize("yaw_deg", [-40, -26, 26, 40])
def test_beyond_a_moderate_turn_nothing_is_said(yaw_deg: float) -> None:
    series = face(60)
    move(series, 30_000, 33_000, asymmetry=0.5, head_yaw_deg=yaw_deg)
    assert found(asymmetry, series) == []


def test_a_rise_that_comes_with_every_turn_is_explained_by_it() -> None:
    series = face(120)
    turned_deg = (18 * np.sin(series.pts_ms / 4000)).astype(np.float32)
    series.face_signal("head_yaw_deg")[:] += turned_deg
    series.face_signal("asymmetry")[:] += np.abs(turned_deg) / 50
    assert found(asymmetry, series) == []


def test_a_rise_that_is_seen_only_at_that_turn_is_in_doubt() -> None:
    series = face(60)
    move(series, 30_000, 32_000, asymmetry=0.4, head_yaw_deg=18)
    assert found(asymmetry, series) == []


def test_a_rise_at_a_turn_that_was_even_before_is_found() -> None:
    series = face(60)
    move(series, 10_000, 20_000, head_yaw_deg=10)
    move(series, 30_000, 32_000, asymmetry=0.4, head_yaw_deg=10)
    (moment,) = found(asymmetry, series)
    assert_near(moment, 30_000, 32_000)


def test_an_uneven_face_is_usual_for_its_owner() -> None:
    series = face(60)
    move(series, 0, 60_000, asymmetry=0.5)
    assert found(asymmetry, series) == []


def test_a_gap_is_not_bridged() -> None:
    series = face(60)
    move(series, 30_000, 31_600, asymmetry=0.5)
    lose(series, 30_780, 30_820)
    assert found(asymmetry, series) == []


def test_time_and_baseline() -> None:
    series = face(60)
    move(series, 30_000, 32_000, asymmetry=0.4)
    assert_moves_with_time(asymmetry, series)
    assert_needs_a_baseline(asymmetry, series)
