"""Head or eyes turned away from where this person usually looks."""

from __future__ import annotations

import pytest

from analysis.config import PipelineConfig
from analysis.moments.find import find
from analysis.moments.kinds import looking_away
from analysis.moments.reading import Reading
from analysis.signals.baseline import find_baselines
from analysis.types import MomentKind, Stage

from ..speech.sounds import heard, said
from .faces import (
    RATES,
    assert_moves_with_time,
    assert_near,
    assert_needs_a_baseline,
    face,
    found,
    lose,
    move,
)


@pytest.mark.parametrize("fps", [*RATES, 10])
@pytest.mark.parametrize(
    ("signal", "to_deg", "sentence"),
    [
        ("head_yaw_deg", 32, "head"),
        ("head_yaw_deg", -32, "head"),
        ("head_pitch_deg", 30, "head"),
        ("gaze_yaw_deg", -36, "gaze"),
        ("gaze_pitch_deg", 36, "gaze"),
    ],
)
def test_it_is_found_with_its_direction(fps: float | None, signal: str, to_deg: float, sentence: str) -> None:
    series = face(60, fps)
    move(series, 30_000, 33_000, **{signal: to_deg})
    (moment,) = found(looking_away, series)
    assert (moment.kind, moment.sentence) == (MomentKind.LOOKING_AWAY, sentence)
    assert_near(moment, 30_000, 33_000, within_ms=160)
    (evidence,) = moment.evidence
    assert evidence.signal == signal
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


def test_time_and_baseline() -> None:
    series = face(60)
    move(series, 30_000, 33_000, head_yaw_deg=40)
    assert_moves_with_time(looking_away, series)
    assert_needs_a_baseline(looking_away, series)


def test_where_speech_was_listened_for_only_what_goes_on_while_speaking_is_told() -> None:
    series = face(60)
    move(series, 20_000, 24_000, head_yaw_deg=40)
    move(series, 40_000, 44_000, head_yaw_deg=40)
    assert len(found(looking_away, series)) == 2
    (told,) = found(looking_away, series, said(heard(60, (0, 22.5), (43.5, 60))))
    assert abs(told.span.start_ms - 20_000) < 200
    assert found(looking_away, series, said(heard(60, (0, 15)))) == []


@pytest.mark.parametrize(("plan", "seconds_of_speech", "count"), [("speech", 30, 1), ("speech", 5, 2), ("", 30, 2)])
def test_without_speech_in_the_plan_or_in_the_sound_all_are_told(
    plan: str, seconds_of_speech: int, count: int
) -> None:
    series = face(60)
    move(series, 20_000, 24_000, head_yaw_deg=40)
    move(series, 40_000, 44_000, head_yaw_deg=40)
    stages = frozenset({Stage.FACES, Stage.LANDMARKS} | ({Stage.SPEECH} if plan else set()))
    what = said(heard(60, (0, seconds_of_speech)))
    moments = find(Reading(series, find_baselines(series, 60_000), PipelineConfig(plan=stages), what))
    assert sum(moment.kind == MomentKind.LOOKING_AWAY for moment in moments) == count
