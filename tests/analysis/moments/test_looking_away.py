"""Head or eyes turned away from where this person usually looks."""

from __future__ import annotations

import pytest

from analysis.moments import looking_away
from analysis.types import MomentKind

from .faces import RATES, assert_moves_with_time, assert_near, assert_needs_a_baseline, face, found, lose, move


@pytest.mark.parametrize("fps", [*RATES, 10])
@pytest.mark.parametrize(
    ("signal", "to_deg", "sentence"),
    [
        ("head_yaw_deg", 32, looking_away.SENTENCE),
        ("head_yaw_deg", -32, looking_away.SENTENCE),
        ("head_pitch_deg", 30, looking_away.SENTENCE),
        ("gaze_yaw_deg", -36, looking_away.SENTENCE_GAZE),
        ("gaze_pitch_deg", 36, looking_away.SENTENCE_GAZE),
    ],
)
def test_it_is_found_with_its_direction(fps: float | None, signal: str, to_deg: float, sentence: str) -> None:
    series = face(60, fps)
    move(series, 30_000, 33_000, **{signal: to_deg})
    (moment,) = found(looking_away, series)
    assert (moment.kind, moment.sentence) == (MomentKind.LOOKING_AWAY, sentence)
    assert_near(moment, 30_000, 33_000, within_ms=160)
    (evidence,) = moment.evidence
    assert (evidence.signal, evidence.unit) == (signal, "deg")
    assert abs(evidence.value - to_deg) < 5 and abs(evidence.value) > abs(evidence.threshold) > 20
    assert evidence.value * evidence.threshold > 0
    assert abs(float(moment.values["angle_deg"]) - abs(to_deg)) < 5


@pytest.mark.parametrize("fps", RATES)
def test_a_calm_face_has_none(fps: float | None) -> None:
    assert found(looking_away, face(180, fps)) == []


def test_away_is_away_from_the_own_usual_direction_not_from_the_camera() -> None:
    series = face(60)
    move(series, 0, 60_000, head_yaw_deg=30, gaze_pitch_deg=-20)
    assert found(looking_away, series) == []
    move(series, 30_000, 33_000, head_yaw_deg=0)
    (moment,) = found(looking_away, series)
    assert_near(moment, 30_000, 33_000)
    assert moment.evidence[0].threshold < moment.evidence[0].baseline


def test_too_short_and_not_far_enough() -> None:
    series = face(60)
    move(series, 20_000, 21_500, head_yaw_deg=50)
    move(series, 30_000, 34_000, head_yaw_deg=20)
    move(series, 40_000, 44_000, gaze_yaw_deg=25)
    assert found(looking_away, series) == []


def test_a_tilted_head_looks_where_it_did() -> None:
    series = face(60)
    move(series, 30_000, 33_000, head_roll_deg=40)
    assert found(looking_away, series) == []


def test_closed_eyes_look_nowhere() -> None:
    series = face(60)
    move(series, 30_000, 33_000, gaze_pitch_deg=40, eyes_closed=0.9)
    assert found(looking_away, series) == []


def test_head_and_eyes_at_once_are_one_moment_with_both() -> None:
    series = face(60)
    move(series, 30_000, 33_000, head_yaw_deg=60)
    move(series, 31_000, 34_000, gaze_yaw_deg=35)
    (moment,) = found(looking_away, series)
    assert_near(moment, 30_000, 34_000)
    assert [item.signal for item in moment.evidence] == ["head_yaw_deg", "gaze_yaw_deg"]


def test_a_glance_back_does_not_end_it_and_a_gap_does() -> None:
    series = face(60)
    move(series, 30_000, 33_000, head_yaw_deg=40)
    move(series, 31_500, 31_800, head_yaw_deg=0)
    (moment,) = found(looking_away, series)
    assert_near(moment, 30_000, 33_000)
    lose(series, 31_500, 31_800)
    assert found(looking_away, series) == []


def test_speaking_is_not_known_and_the_rule_says_so() -> None:
    series = face(60)
    move(series, 30_000, 33_000, head_yaw_deg=40)
    assert "speaking is not known" in found(looking_away, series)[0].rule


def test_time_and_baseline() -> None:
    series = face(60)
    move(series, 30_000, 33_000, head_yaw_deg=40)
    assert_moves_with_time(looking_away, series)
    assert_needs_a_baseline(looking_away, series)
