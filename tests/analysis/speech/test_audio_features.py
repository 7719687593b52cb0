"""Speech, loudness, pitch and faults of the sound, in one pass whose pieces make no difference."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from analysis.speech.audio_features import listen
from analysis.speech.chunking import RATE
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP_MS, speech_spans

from .sounds import QUIET, in_pieces, noise, samples, silence, tone


def listened(sound: np.ndarray, *, pitch: bool = True, at_most: int = RATE) -> Sound:
    return listen(in_pieces(sound, at_most), QUIET, voice=pitch)


@pytest.mark.parametrize("at_most", [160, 1000, 70_000])
def test_the_pieces_make_no_difference(at_most: int) -> None:
    sound = np.concatenate([silence(1), tone(2, 150), noise(2, -30)])
    one, other = listened(sound), listened(sound, at_most=at_most)
    for each in fields(Sound):
        assert np.allclose(getattr(one, each.name), getattr(other, each.name), atol=1e-3, equal_nan=True), each.name


@pytest.mark.parametrize("level_db", [-12, -23, -40])
def test_the_loudness_of_the_whole_is_that_of_ebu_r_128(level_db: float) -> None:
    sound = np.concatenate([tone(4, 200, level_db), noise(3, level_db - 6), silence(2)])
    exact = pyloudnorm.Meter(RATE).integrated_loudness(sound / 32_768)
    assert listened(sound, pitch=False).integrated_lufs == pytest.approx(exact, abs=0.1)


def test_ten_decibels_less_are_ten_lufs_less() -> None:
    loud, soft = listened(tone(3, 200, -20)), listened(tone(3, 200, -30))
    middle = slice(20, -20)
    assert np.allclose(loud.loudness[middle] - soft.loudness[middle], 10, atol=0.2)
    assert np.ptp(loud.loudness[middle]) < 0.5


@pytest.mark.parametrize("hz", [90, 140, 220, 330])
def test_pitch_is_that_of_the_tone(hz: float) -> None:
    pitch = listened(np.concatenate([silence(0.5), tone(2, hz), silence(0.5)])).pitch_hz
    inside = pitch[int(0.7 * 1000 / STEP_MS) : int(2.3 * 1000 / STEP_MS)]
    assert np.nanmedian(inside) == pytest.approx(hz, rel=0.02) and np.isnan(inside).mean() < 0.1
    assert np.isnan(pitch[: int(0.3 * 1000 / STEP_MS)]).all()


def test_without_consent_to_voice_there_is_no_pitch() -> None:
    assert np.isnan(listened(tone(2, 150), pitch=False).pitch_hz).all()


@pytest.mark.parametrize("sound", [silence(3), noise(3, -50), noise(3, -20), tone(3, 440)])
def test_silence_noise_and_a_tone_are_not_speech(sound: np.ndarray) -> None:
    assert listened(sound).spans() == []


def test_nothing_and_less_than_a_step_are_heard_too() -> None:
    assert len(listen([], QUIET, voice=True)) == 0
    assert len(listened(tone(0.01, 200))) == 1


def test_samples_at_full_scale_are_clipped_and_zeros_are_silent() -> None:
    loud = (tone(1, 200, 0).astype(np.int32) * 4).clip(-32_768, 32_767).astype(np.int16)
    sound = listened(np.concatenate([silence(1), loud, tone(1, 200, -20)]))
    third = len(sound) // 3
    assert sound.silent[: third - 1].all() and not sound.silent[third + 1 :].any()
    assert sound.clipped[third + 1 : 2 * third - 1].all() and not sound.clipped[2 * third + 1 :].any()


def test_speech_is_where_the_words_are(speech: Callable[[str], Path]) -> None:
    path = speech("sense_and_sensibility_01_austen_64kb-0870.wav")
    entries = [entry for entry in json.loads(path.with_suffix(".json").read_text())["w"] if entry["t"][0] != "<"]
    spans = listened(np.concatenate([silence(3), samples(path), silence(3)])).spans()
    first_ms, last_ms = 3000 + 1000 * entries[0]["b"], 3000 + 1000 * (entries[-1]["b"] + entries[-1]["d"])
    assert abs(spans[0].start_ms - first_ms) < 200 and abs(spans[-1].end_ms - last_ms) < 300
    spoken_ms = sum(span.duration_ms for span in spans)
    assert spoken_ms > 0.85 * 1000 * sum(entry["d"] for entry in entries)


def test_a_pause_that_is_put_in_is_found_at_its_time(speech: Callable[[str], Path]) -> None:
    sound = samples(speech("two_cities_16k.wav"))[: 20 * RATE]
    spans = listened(sound).spans()
    gap = next((one.end_ms + other.start_ms) // 2 for one, other in itertools.pairwise(spans) if one.end_ms > 6000)
    at = gap * RATE // 1000
    changed = listened(np.concatenate([sound[:at], noise(2, -75), sound[at:]]))
    silences = [(one.end_ms, other.start_ms) for one, other in itertools.pairwise(changed.spans())]
    start_ms, end_ms = max(silences, key=lambda each: each[1] - each[0])
    assert start_ms <= gap and abs(end_ms - start_ms - 2000) < 600 and abs(start_ms - gap) < 500


def test_it_is_kept_and_read_again() -> None:
    sound = listened(tone(1, 150))
    again = Sound.from_bytes(sound.to_bytes())
    for each in fields(Sound):
        assert np.array_equal(getattr(sound, each.name), getattr(again, each.name), equal_nan=True)


def test_short_silences_are_bridged_and_short_speech_is_none() -> None:
    probs = np.zeros(200, np.float32)
    probs[20:60] = probs[63:100] = 0.9  # 96 ms between them
    probs[150:154] = 0.9  # 128 ms
    (span,) = speech_spans(probs)
    assert (span.start_ms, span.end_ms) == (20 * STEP_MS, 100 * STEP_MS)
    probs[60:63] = 0.4  # below where speech begins, above where it ends
    assert speech_spans(probs) == [span]
