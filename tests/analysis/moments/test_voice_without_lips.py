"""Speech that is heard while the visible mouth rests."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.moments.kinds import voice_without_lips
from analysis.signals.series import Series
from analysis.types import Moment

from .. import rules
from ..speech.sounds import heard, said
from .faces import RATES, during, face, lose

SPEAKING = ((2.0, 12.0), (15.0, 26.0), (30.0, 44.0), (48.0, 57.0))


def talking(fps: float | None = 25, seconds: float = 60) -> Series:
    """Lips and jaw move whenever somebody speaks."""
    series = face(seconds, fps)
    for start_s, end_s in SPEAKING:
        move_mouth(series, start_s, end_s)
    return series


def move_mouth(series: Series, start_s: float, end_s: float, how_far: float = 0.3) -> None:
    where = during(series, start_s * 1000, end_s * 1000)
    t_s = series.pts_ms[where] / 1000
    for name, hz in (("jaw_drop", 4.1), ("lower_lip_depress", 5.3), ("lip_pucker", 3.2)):
        series.face_signal(name)[where] = 0.3 + how_far * np.sin(2 * np.pi * hz * t_s)


def rest(series: Series, start_s: float, end_s: float) -> None:
    where = during(series, start_s * 1000, end_s * 1000)
    for name in voice_without_lips.MOUTH_SIGNALS:
        series.face_signal(name)[where] = np.random.default_rng(3).normal(0.1, 0.003, where.stop - where.start)


def found(series: Series, speech: tuple[tuple[float, float], ...] = SPEAKING) -> list[Moment]:
    return rules.found(voice_without_lips, series, said(heard(60, *speech)))


@pytest.mark.parametrize("fps", RATES)
def test_who_speaks_with_lips_has_none(fps: float | None) -> None:
    assert found(talking(fps)) == []


@pytest.mark.parametrize("fps", RATES)
def test_a_mouth_that_rests_while_speech_is_heard_is_found(fps: float | None) -> None:
    series = talking(fps)
    rest(series, 33, 38)
    (moment,) = found(series)
    assert abs(moment.span.start_ms - 33_000) < 500 and abs(moment.span.end_ms - 38_000) < 500
    (evidence,) = moment.evidence
    assert evidence.value < evidence.threshold < evidence.baseline


def test_a_mouth_that_rests_in_silence_or_for_a_moment_is_none() -> None:
    series = talking()
    rest(series, 33, 34.2)
    assert found(series) == []


def test_a_mouth_that_cannot_be_seen_says_nothing() -> None:
    series = talking()
    lose(series, 33_000, 38_000)
    assert found(series) == []


def test_lips_that_always_move_or_never_do_tell_nothing() -> None:
    always, never = face(60), face(60)
    move_mouth(always, 0, 60)
    rest(always, 33, 38)
    assert found(always) == [] and found(never) == []


def test_without_sound_or_silence_there_is_nothing_to_compare() -> None:
    series = talking()
    rest(series, 33, 38)
    assert found(series, ()) == [] and found(series, ((0.0, 60.0),)) == []
