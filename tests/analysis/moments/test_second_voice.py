"""Another voice than the one heard most, and the same speech from another side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis.moments.kinds import second_voice
from analysis.speech.audio_features import listen
from analysis.speech.chunking import RATE
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP_MS
from analysis.types import Moment, MomentKind

from .. import rules
from ..speech.sounds import QUIET, heard, in_pieces, said, samples
from ..speech.voices import needs_weights

SPEAKING = ((1.0, 19.0), (20.0, 40.0), (42.0, 58.0))


def found(sound: Sound | None) -> list[Moment]:
    moments = rules.found(second_voice, said=said(sound))
    for moment in moments:
        assert np.isfinite([value for e in moment.evidence for value in (e.value, e.baseline, e.threshold)]).all()
    return moments


def steps(start_s: float, end_s: float) -> slice:
    return slice(int(start_s * 1000) // STEP_MS, int(end_s * 1000) // STEP_MS)


def with_voice(*others: tuple[float, float], likeness: float = 0.5) -> Sound:
    """One voice at 0.88, and others between these seconds."""
    sound = heard(60, *SPEAKING)
    own = np.where(sound.speech >= 0.5, np.float32(0.88), np.float32(np.nan))
    for start_s, end_s in others:
        own[steps(start_s, end_s)] = likeness
    return replace(sound, own_voice=own)


def with_sides(*others: tuple[float, float], usual_db: float = 0, other_db: float = 20) -> Sound:
    sound = heard(60, *SPEAKING)
    rng = np.random.default_rng(3)
    balance = rng.normal(usual_db, 1.5, len(sound)).astype(np.float32)
    for start_s, end_s in others:
        balance[steps(start_s, end_s)] += other_db
    return replace(sound, balance_db=balance)


def test_one_voice_has_none() -> None:
    assert found(with_voice()) == found(heard(60, *SPEAKING)) == found(None) == found(heard(0)) == []


def test_another_voice_is_found_with_its_likeness() -> None:
    (moment,) = found(with_voice((25, 29)))
    assert moment.sentence == "voice"
    assert abs(moment.span.start_ms - 25_000) <= 64 and abs(moment.span.end_ms - 29_000) <= 64
    (evidence,) = moment.evidence
    assert (evidence.signal, evidence.value, evidence.baseline, evidence.threshold) == (
        "voice_likeness",
        pytest.approx(0.5),
        pytest.approx(0.88),
        rules.CONFIG.moments[MomentKind.SECOND_VOICE].max_likeness,
    )


def test_one_word_and_a_voice_that_is_hardly_different_are_none() -> None:
    assert found(with_voice((25, 26))) == []
    assert found(with_voice((25, 29), likeness=0.74)) == []


def test_too_little_speech_has_no_usual() -> None:
    sound = heard(60, (10, 16))
    assert found(replace(sound, own_voice=np.where(sound.speech >= 0.5, np.float32(0.4), np.float32(np.nan)))) == []


@pytest.mark.parametrize("usual", [0.6, 0.65, 0.7, 0.74])
def test_where_no_voice_is_heard_most_nothing_is_said(usual: float) -> None:
    sound = heard(60, *SPEAKING)
    own = np.where(sound.speech >= 0.5, np.float32(usual), np.float32(np.nan))
    own[steps(25, 29)] = 0.3
    assert found(replace(sound, own_voice=own)) == []


def test_in_noise_nothing_is_said() -> None:
    loud = replace(
        with_voice((25, 29)),
        level=np.full(len(heard(60)), -30, np.float32),
        loudness=np.full(len(heard(60)), -30, np.float32),
    )
    assert found(loud) == []


@pytest.mark.parametrize(("usual_db", "other_db"), [(0, 20), (0, -20), (9, -20), (-30, 40)])
def test_speech_from_another_side_is_found(usual_db: float, other_db: float) -> None:
    (moment,) = found(with_sides((25, 29), usual_db=usual_db, other_db=other_db))
    assert moment.sentence == "side"
    assert abs(moment.span.start_ms - 25_000) <= 300 and abs(moment.span.end_ms - 29_000) <= 300
    (evidence,) = moment.evidence
    assert evidence.signal == "channel_balance" and abs(evidence.value - evidence.baseline) >= abs(
        evidence.threshold - evidence.baseline
    )


def test_a_turned_head_and_a_mono_recording_are_none() -> None:
    assert found(with_sides((25, 29), other_db=6)) == []
    assert found(heard(60, *SPEAKING)) == []


@needs_weights
def test_a_second_speaker_who_is_spliced_in_is_found(speech: Callable[[str], Path]) -> None:
    voice = samples(speech("two_cities_16k.wav"))[: 30 * RATE]
    other = samples(speech("sense_and_sensibility_01_austen_64kb-0870.wav"))[RATE : 6 * RATE]
    loud = np.sqrt(np.mean(voice.astype(float) ** 2) / np.mean(other.astype(float) ** 2))
    spliced = np.concatenate([voice[: 15 * RATE], (other * loud).astype(np.int16), voice[15 * RATE :]])
    assert found(listen(in_pieces(voice), QUIET, voice=True)) == []
    (moment,) = found(listen(in_pieces(spliced), QUIET, voice=True))
    assert abs(moment.span.start_ms - 15_000) <= 1200 and abs(moment.span.end_ms - 20_000) <= 1200
    assert found(listen(in_pieces(spliced), QUIET, voice=False)) == []
