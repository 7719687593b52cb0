"""Recognition: what is heard where, what silence gives, and that it can be stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.config import PipelineConfig
from analysis.progress import Heartbeat
from analysis.speech import sphinx, whisper
from analysis.speech.phrases import RATE, phrases
from analysis.speech.transcribe import recognised
from analysis.types import Cancelled, Progress, Step

from .sounds import QUIET, samples


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


def test_a_whisper_model_that_is_there_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Model:
        def __init__(self, path: str, **options: object) -> None:
            assert options["local_files_only"] is True

        def transcribe(self, samples: NDArray[np.float32], **options: object) -> tuple[object, object]:
            assert samples.dtype == np.float32 and np.abs(samples).max() <= 1
            word = SimpleNamespace(word=" hello", start=0.5, end=0.9, probability=0.75)
            return iter([SimpleNamespace(end=0.9, words=[word])]), SimpleNamespace(language="en")

    monkeypatch.setattr(whisper, "WhisperModel", Model)
    (tmp_path / "faster-whisper-small").mkdir()
    tone = (3000 * np.sin(np.arange(3 * RATE) / 9)).astype(np.int16)
    found = recognised([tone], replace(PipelineConfig(), model_dir=str(tmp_path)), QUIET, 3000)
    assert (found.source, found.language, found.low_confidence) == ("faster-whisper", "en", False)
    assert [(word.text, word.span.start_ms, word.confidence) for word in found.words] == [("hello", 500, 0.75)]
