"""How alike voices are: the encoder as it was published, and what is made of its answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from faster_whisper.feature_extractor import FeatureExtractor

from analysis.speech import voices
from analysis.speech.audio_features import listen
from analysis.speech.chunking import RATE

from .sounds import QUIET, in_pieces, samples, silence, tone
from .voices import needs_weights

#: Some numbers of what Resemblyzer 0.1.4 answers to `_hum`, with librosa 0.11.
_ANSWERED = {0: 0.0, 1: 0.0353, 5: 0.00822, 8: 0.04736, 10: 0.10938, 11: 0.08949}


def _hum() -> np.ndarray:
    t = np.arange(25_600) / RATE
    wave = sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 11))
    return (0.1 * wave * (1 + 0.5 * np.sin(2 * np.pi * 4 * t))).astype(np.float32)


def test_mel_bands_are_slaneys() -> None:
    assert np.abs(voices.mel_filters(40, 400, RATE) - FeatureExtractor.get_mel_filters(RATE, 400, 40)).max() < 1e-12
    assert np.abs(voices.mel_filters(80, 512, RATE) - FeatureExtractor.get_mel_filters(RATE, 512, 80)).max() < 1e-12


def test_how_loud_somebody_speaks_makes_no_difference() -> None:
    assert np.allclose(voices.mel_frames(_hum()), voices.mel_frames(0.05 * _hum()), rtol=1e-4)
    assert not voices.mel_frames(np.zeros(25_600, np.float32)).any()


@needs_weights
def test_the_encoder_answers_as_the_original() -> None:
    with torch.inference_mode():
        (found,) = voices.load()(torch.from_numpy(voices.mel_frames(_hum()))[None]).numpy()
    assert (found > 0).sum() == 106  # the nearest to zero is 0.002 away from it
    assert np.linalg.norm(found) == pytest.approx(1)
    assert {place: pytest.approx(value, abs=1e-4) for place, value in _ANSWERED.items()} == {
        place: float(found[place]) for place in _ANSWERED
    }


def test_the_voice_heard_most_is_the_middle_of_the_largest_group() -> None:
    rng = np.random.default_rng(4)
    one, other = np.eye(8, dtype=np.float32)[:2]
    many = np.concatenate([np.tile(other, (30, 1)), np.tile(one, (70, 1))]) + rng.normal(0, 0.05, (100, 8))
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    assert voices.most_heard(many.astype(np.float32)) @ one > 0.99
    assert voices.most_heard(one[None]) @ one == pytest.approx(1)


@needs_weights
def test_a_voice_is_like_itself_and_unlike_others(speech: Callable[[str], Path]) -> None:
    first = samples(speech("two_cities_16k.wav"))
    second = samples(speech("sense_and_sensibility_01_austen_64kb-0870.wav"))
    found = listen(in_pieces(np.concatenate([first, silence(1), second])), QUIET, voice=True).own_voice
    edge = len(first) // 512
    assert np.nanmin(found[:edge]) > 0.75
    assert np.nanmedian(found[edge:]) < 0.65


@needs_weights
@pytest.mark.parametrize("at_most", [RATE, 333, 7000])
def test_pieces_make_no_difference(at_most: int, speech: Callable[[str], Path]) -> None:
    sound = samples(speech("two_cities_16k.wav"))[: 12 * RATE]
    whole = listen([sound], QUIET, voice=True).own_voice
    found = listen(in_pieces(sound, at_most), QUIET, voice=True).own_voice
    assert (np.isnan(whole) == np.isnan(found)).all() and not np.isnan(whole).all()
    assert np.nanmax(np.abs(whole - found)) < 1e-3


@needs_weights
def test_without_consent_and_without_speech_no_voice_is_compared(speech: Callable[[str], Path]) -> None:
    sound = samples(speech("two_cities_16k.wav"))[: 12 * RATE]
    assert np.isnan(listen(in_pieces(sound), QUIET, voice=False).own_voice).all()
    assert np.isnan(listen(in_pieces(np.concatenate([silence(3), tone(3, 150)])), QUIET, voice=True).own_voice).all()


def test_without_the_weights_the_rest_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise FileNotFoundError

    monkeypatch.setattr(voices, "weights_file", missing)
    found = listen(in_pieces(tone(2, 150)), QUIET, voice=True)
    assert np.isnan(found.own_voice).all() and (~np.isnan(found.pitch_hz)).any()


def test_two_sides_are_weighed_against_each_other() -> None:
    left = tone(3, 150)
    both = np.stack([left, (left * 0.1).astype(np.int16)], axis=1)
    found = listen(in_pieces(both), QUIET, voice=True)
    assert np.median(found.balance_db[10:-10]) == pytest.approx(20, abs=0.5)
    alone = listen(in_pieces(np.stack([left, np.zeros_like(left)], axis=1)), QUIET, voice=True)
    assert np.median(alone.balance_db[10:-10]) == 60
    assert np.isnan(listen(in_pieces(left), QUIET, voice=True).balance_db).all()
    assert np.isnan(listen(in_pieces(np.zeros((RATE, 2), np.int16)), QUIET, voice=True).balance_db).all()
    assert np.isnan(listen(in_pieces(both), QUIET, voice=False).balance_db).all()
