"""Speech without a break while the eyes go along lines of text."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.moments.kinds import reads_aloud
from analysis.signals.series import Series
from analysis.speech.said import Said
from analysis.types import Moment, Span, Word

from .. import rules
from ..speech.sounds import heard, said, words
from .faces import RATES, blink, during, face, lose

FLUENT = tuple((float(at), at + 8.5) for at in range(0, 90, 9))


def read(
    series: Series, start_s: float, end_s: float, *, across_deg: float = 10, line_s: float = 3, steps: int = 6
) -> None:
    """From one side to the other in small steps, and back at once; negative: from right to left."""
    where = during(series, start_s * 1000, end_s * 1000)
    t_s = series.pts_ms[where] / 1000 - start_s
    done = np.floor((t_s % line_s) / line_s * steps) / (steps - 1)
    series.face_signal("gaze_yaw_deg")[where] += (across_deg * (done - 0.5)).astype(np.float32)


def found(series: Series, what: Said | None = None) -> list[Moment]:
    moments = rules.found(reads_aloud, series, what or said(heard(90, *FLUENT)))
    for moment in moments:
        returns, share = moment.evidence
        assert returns.value >= returns.threshold and share.value >= share.threshold
    return moments


@pytest.mark.parametrize("fps", RATES)
@pytest.mark.parametrize("across_deg", [8, -8])
def test_eyes_along_lines_are_found_from_left_and_from_right(fps: float | None, across_deg: float) -> None:
    series = face(90, fps)
    read(series, 30, 54, across_deg=across_deg)
    (moment,) = found(series)
    assert abs(moment.span.start_ms - 30_000) <= 3500 and abs(moment.span.end_ms - 54_000) <= 3500
    assert 6 <= int(moment.values["count"]) <= 9


def test_calm_eyes_have_none() -> None:
    assert found(face(90)) == [] and found(face(0)) == []
    assert found(face(90), said(None)) == []


def test_blinks_at_the_ends_of_lines_do_not_hide_them() -> None:
    series = face(90)
    read(series, 30, 54)
    for at_s in range(33, 54, 6):
        blink(series, at_s * 1000 - 80)
    assert len(found(series)) == 1


def test_a_slow_swing_and_a_quick_glance_are_no_lines() -> None:
    swinging, glancing = face(90), face(90)
    swinging.face_signal("gaze_yaw_deg")[:] += 8 * np.sin(2 * np.pi * swinging.pts_ms / 3000)
    for at_s in range(20, 60, 3):  # away and back again, as to somebody beside the screen
        glancing.face_signal("gaze_yaw_deg")[during(glancing, at_s * 1000, at_s * 1000 + 700)] += 10
    assert found(swinging) == [] and found(glancing) == []


def test_three_lines_are_a_glance_at_notes_and_not_reading() -> None:
    series = face(90)
    read(series, 30, 39)
    assert found(series) == []


def test_eyes_that_always_wander_say_nothing() -> None:
    series, rng = face(90), np.random.default_rng(8)
    for at_s in np.arange(1, 89, 0.45):
        where = during(series, at_s * 1000, at_s * 1000 + 450)
        series.face_signal("gaze_yaw_deg")[where] += rng.uniform(-12, 12)
    read(series, 30, 54, across_deg=8)
    assert found(series) == []


def test_pauses_and_fillers_are_not_read() -> None:
    series = face(90)
    read(series, 30, 54)
    with_pauses = said(heard(90, (0, 35), (38, 44), (46.5, 90)))
    assert found(series, with_pauses) == []
    stumbling = words("well um I was uh at the um company", start_ms=33_000, each_ms=900)
    assert found(series, said(heard(90, *FLUENT), stumbling)) == []
    plain = tuple(Word(Span(30_000 + 400 * i, 30_300 + 400 * i), f"word{i}") for i in range(60))
    assert len(found(series, said(heard(90, *FLUENT), plain))) == 1


def test_silent_reading_is_not_read_aloud() -> None:
    series = face(90)
    read(series, 30, 54)
    assert found(series, said(heard(90, (0, 20), (70, 90)))) == []


def test_a_lost_face_parts_what_is_read() -> None:
    series = face(90)
    read(series, 30, 54)
    lose(series, 41_000, 43_000)
    assert found(series) == []  # neither part has five lines


def test_who_reads_all_the_time_is_found_too() -> None:
    series = face(90)
    read(series, 1, 89)
    assert len(found(series)) >= 1


def test_a_camera_of_few_frames_says_nothing() -> None:
    series = face(90, 10)
    read(series, 30, 54)
    assert found(series) == []
