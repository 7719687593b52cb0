"""Recognition: what is heard where, what silence gives, and that it can be stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.config import PipelineConfig
from analysis.progress import Heartbeat
from analysis.speech import sphinx
from analysis.speech.chunking import RATE, phrases
from analysis.speech.sentences import LANGUAGES
from analysis.speech.transcribe import recognised
from analysis.types import Cancelled, Progress, Step, Transcript

from .sounds import QUIET, in_pieces, samples, silence


def test_words_are_heard_at_their_times(speech: Callable[[str], Path]) -> None:
    path = speech("sense_and_sensibility_01_austen_64kb-0880.wav")
    truth = json.loads(path.with_suffix(".json").read_text())
    entries = truth if isinstance(truth, list) else next(v for v in truth.values() if isinstance(v, list))
    spoken = path.with_suffix(".txt").read_text().lower().replace(",", "").replace(".", "").split()
    words = list(sphinx.recognise([samples(path)], QUIET, 0))
    same = SequenceMatcher(None, spoken, [word.text for word in words]).ratio()
    assert same > 0.6
    begins_ms = [round(entry["b"] * 1000) for entry in entries]
    off = [min(abs(word.span.start_ms - begin) for begin in begins_ms) for word in words]
    assert np.median(off) < 60
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in words)


def test_silence_has_no_words() -> None:
    noise = np.random.default_rng(0).normal(0, 8, 5 * RATE).astype(np.int16)
    assert list(sphinx.recognise([noise], QUIET, 0)) == []


def test_phrases_are_the_whole_sound_cut_where_it_is_quiet() -> None:
    samples = (np.random.default_rng(1).normal(0, 3000, 60 * RATE)).astype(np.int16)
    for second in range(7, 60, 7):
        samples[second * RATE : second * RATE + RATE // 2] = 0
    found = list(phrases(np.array_split(samples, 61), max_s=12))
    assert np.array_equal(np.concatenate([part for _, part in found]), samples)
    assert all(len(part) <= 12 * RATE for _, part in found)
    for start_ms, _ in found[1:]:
        assert start_ms % 7000 >= 7000 - 100 or start_ms % 7000 <= 600


def test_a_cancel_stops_the_recogniser(speech: Callable[[str], Path]) -> None:
    told: list[Progress] = []

    def report(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(sphinx.recognise([samples(speech("two_cities_16k.wav"))], Heartbeat(report), 20_000))
    assert told[0].step == Step.TRANSCRIPT


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a model lies as an administrator would put it: a real one, of random weights."""
    pytest.importorskip("transformers", reason="transformers makes the model of this test")
    from .tiny_whisper import make

    folder = tmp_path_factory.mktemp("models")
    make(folder / "faster-whisper-small")
    return folder


def heard_by_whisper(sound: NDArray[np.int16], model_dir: Path, beat: Heartbeat = QUIET) -> Transcript:
    return recognised(in_pieces(sound), replace(PipelineConfig(), model_dir=str(model_dir)), beat, 1000)


def test_a_whisper_model_that_is_there_is_used(model_dir: Path, speech: Callable[[str], Path]) -> None:
    sound = samples(speech("jfk.flac"))
    found = heard_by_whisper(sound, model_dir)
    assert (found.source, found.low_confidence) == ("faster-whisper", False) and found.language in LANGUAGES
    assert found.words == heard_by_whisper(sound, model_dir).words and found.words
    for word in found.words:
        assert 0 <= word.span.start_ms <= word.span.end_ms <= 11_100
        assert word.confidence is not None and 0 <= word.confidence <= 1


def test_long_silence_does_not_shift_words_and_is_not_filled_with_them(
    model_dir: Path, speech: Callable[[str], Path]
) -> None:
    """Whatever the model invents, it invents where somebody speaks, to within the margin left at the edges."""
    said = samples(speech("sense_and_sensibility_01_austen_64kb-0870.wav"))
    seconds = len(said) / RATE
    found = heard_by_whisper(np.concatenate([silence(20), said, silence(150), said, silence(15)]), model_dir)
    begins = (20.0, 20 + seconds + 150)
    at_s = [(word.span.start_ms + 500) / 1000 for word in found.words]
    places = [[begin <= at <= begin + seconds + 1 for begin in begins] for at in at_s]
    assert all(sum(place) == 1 for place in places)
    assert {place.index(True) for place in places} == {0, 1}


def test_silence_alone_has_no_words_and_no_language(model_dir: Path) -> None:
    found = heard_by_whisper(silence(40), model_dir)
    assert (found.words, found.language, found.source) == ((), "", "faster-whisper")


def test_a_cancel_stops_whisper(model_dir: Path, speech: Callable[[str], Path]) -> None:
    def report(progress: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        heard_by_whisper(samples(speech("jfk.flac")), model_dir, Heartbeat(report))
