"""Sound that is too poor to go by: missing, cut off, quiet, or hardly above the noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from analysis.moments.kinds import hard_to_hear
from analysis.speech.audio_features import listen
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP_MS
from analysis.types import Moment

from .. import rules
from ..speech.sounds import QUIET, heard, in_pieces, noise, said, silence


def found(sound: Sound | None) -> list[Moment]:
    moments = rules.found(hard_to_hear, said=said(sound))
    for moment in moments:
        assert np.isfinite([piece.threshold for piece in moment.evidence]).all()
    return moments


def steps(start_s: float, end_s: float) -> slice:
    return slice(int(start_s * 1000) // STEP_MS, int(end_s * 1000) // STEP_MS)


def test_good_sound_has_none() -> None:
    assert found(heard(60, (2, 20), (22, 40), (41, 58))) == []
    assert found(None) == found(heard(0)) == []


def test_missing_sound_is_found_at_its_time() -> None:
    sound = listen(in_pieces(np.concatenate([noise(5, -40), silence(4), noise(5, -40)])), QUIET, voice=False)
    (moment,) = found(sound)
    assert moment.sentence == "silent"
    assert abs(moment.span.start_ms - 5000) <= 2 * STEP_MS and abs(moment.span.end_ms - 9000) <= 2 * STEP_MS


def test_a_file_of_silence_is_one_moment() -> None:
    (moment,) = found(listen(in_pieces(silence(30)), QUIET, voice=False))
    assert moment.span.start_ms == 0 and moment.span.end_ms >= 30_000


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"loudness": -54.0, "noise_lufs": -69.0}, hard_to_hear.QUIET),
        ({"loudness": -30.0, "noise_lufs": -33.0}, hard_to_hear.NOISY),
    ],
)
def test_quiet_and_noisy_speech_is_found_while_somebody_speaks(change: dict[str, float], fault: str) -> None:
    moments = found(heard(40, (5, 15), (20, 30), **change))
    assert {moment.sentence for moment in moments} == {fault}
    assert [round(moment.span.start_ms, -3) for moment in moments] == [5000, 20_000]
    assert all(piece.value < piece.threshold for moment in moments for piece in moment.evidence)


def test_samples_that_are_cut_off_are_found() -> None:
    sound = heard(30, (5, 25))
    clipped = sound.clipped.copy()
    clipped[steps(10, 15)][::3] = True
    (moment,) = found(replace(sound, clipped=clipped))
    assert moment.sentence == "clipped"
    assert abs(moment.span.start_ms - 10_000) < 600 and abs(moment.span.end_ms - 15_000) < 600


def test_a_short_fault_is_none() -> None:
    sound = heard(30, (5, 25))
    clipped = sound.clipped.copy()
    clipped[steps(10, 11)] = True
    assert found(replace(sound, clipped=clipped)) == []


def test_where_nobody_ever_stops_speaking_nothing_is_said_of_the_noise() -> None:
    assert found(heard(30, (0, 30), loudness=-30, noise_lufs=-31)) == []
