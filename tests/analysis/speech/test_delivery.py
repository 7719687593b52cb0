"""Syllables, rate and movement of the pitch, against this recording's own usual."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.speech.audio_features import listen
from analysis.speech.delivery import pitch_movement, speech_rate, syllables, usual
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP_MS

from .sounds import QUIET, heard, in_pieces, samples, tone


def spoken(per_s: float, seconds: float = 20, vibrato: float = 0.0) -> Sound:
    """Speech throughout whose loudness swings so often a second, at a pitch that moves by a share of itself."""
    sound = heard(seconds, (0, seconds))
    t_s = np.arange(len(sound)) * STEP_MS / 1000
    sound.level[:] = -25 + 5 * np.sin(2 * np.pi * per_s * t_s)
    sound.pitch_hz[:] = 120 * (1 + vibrato * np.where(np.arange(len(sound)) % 2, 0.5, -0.5))
    return sound


@pytest.mark.parametrize("per_s", [2.5, 4.0, 5.5])
def test_the_rate_is_that_of_the_syllables(per_s: float) -> None:
    sound = spoken(per_s)
    assert len(syllables(sound)) == pytest.approx(20 * per_s, abs=2)
    rate = speech_rate(sound)
    assert np.nanmedian(rate) == pytest.approx(per_s, rel=0.1)


def test_pauses_do_not_slow_the_rate_down_and_have_none() -> None:
    sound = spoken(4.0)
    quiet = slice(8000 // STEP_MS, 12_000 // STEP_MS)
    sound.speech[quiet], sound.level[quiet], sound.pitch_hz[quiet] = 0.02, -60, np.nan
    rate = speech_rate(sound)
    assert np.isnan(rate[quiet]).all() and np.nanmedian(rate) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize("vibrato", [0.0, 0.02, 0.1])
def test_movement_is_the_mean_step_of_the_pitch(vibrato: float) -> None:
    assert np.nanmedian(pitch_movement(spoken(4.0, vibrato=vibrato))) == pytest.approx(100 * vibrato, rel=0.06)


def test_a_mistake_of_an_octave_is_no_movement() -> None:
    sound = spoken(4.0)
    sound.pitch_hz[::40] = 240
    assert np.nanmax(pitch_movement(sound)) < 0.5


def test_the_usual_is_of_speech_alone() -> None:
    sound = heard(30, (2, 12), (15, 28))
    found = usual(sound)
    assert found["loudness_middle"] == -25 and found["pitch_hz_middle"] == 120
    assert found["pitch_hz_low"] <= found["pitch_hz_middle"] <= found["pitch_hz_high"]


def test_where_voice_was_not_measured_there_is_nothing() -> None:
    sound = heard(30, (2, 12))
    sound.pitch_hz[:] = np.nan
    assert usual(sound) == {} and not len(syllables(sound))
    assert np.isnan(speech_rate(sound)).all() and np.isnan(pitch_movement(sound)).all()
    empty = heard(0)
    assert len(speech_rate(empty)) == len(pitch_movement(empty)) == 0 and usual(empty) == {}


def test_a_steady_tone_hardly_moves() -> None:
    sound = listen(in_pieces(tone(4, 150)), QUIET, voice=True)
    assert np.nanmedian(pitch_movement(sound)) < 0.5


@pytest.mark.parametrize(
    ("name", "counted"), [("sense_and_sensibility_01_austen_64kb-0870.wav", 30), ("jfk.flac", 28)]
)
def test_real_speech_has_about_as_many_syllables_as_its_text(
    name: str, counted: int, speech: Callable[[str], Path]
) -> None:
    sound = listen(in_pieces(samples(speech(name))), QUIET, voice=True)
    assert len(syllables(sound)) == pytest.approx(counted, rel=0.2)
    assert 2 < usual(sound)["speech_rate_middle"] < 6
