"""Listening in a process of its own: what comes back, what it leaves behind, and bad sound."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import psutil
import pytest

from analysis.config import PipelineConfig
from analysis.pipeline import Analysis
from analysis.speech.audio_process import BROKE_OFF, Heard, Hearing
from analysis.speech.chunking import RATE
from analysis.speech.transcribe import NO_SOUND
from analysis.types import VOICES, MomentKind, Outcome, Stage

from ..media import write_video
from .sounds import QUIET, chords, noise, samples, silence, tone, with_sound
from .voices import has_weights

WORDS = frozenset({Stage.SPEECH, Stage.TRANSCRIPT})


def heard(path: Path, plan: frozenset[Stage] = WORDS) -> Heard:
    with Hearing(path, PipelineConfig(plan=plan), transcribe=Stage.TRANSCRIPT in plan) as hearing:
        return hearing.result(QUIET, 0)


def analysed(path: Path, plan: frozenset[Stage] = WORDS, **options: object) -> Outcome:
    analysis = Analysis(path, PipelineConfig(plan=plan), **options)  # type: ignore[arg-type]
    for _ in analysis:
        pass
    return analysis.outcome()


@pytest.fixture
def spoken(speech: Callable[[str], Path]) -> np.ndarray:
    return samples(speech("sense_and_sensibility_01_austen_64kb-0880.wav"))


def test_words_and_sound_come_back(spoken: np.ndarray, tmp_path: Path) -> None:
    found = heard(with_sound(tmp_path / "talk.mkv", spoken))
    assert found.sound is not None and found.transcript is not None
    assert found.transcript.source == "pocketsphinx" and len(found.transcript.words) > 3
    assert abs(found.sound.duration_ms - 1000 * len(spoken) / RATE) < 100
    assert np.isnan(found.sound.pitch_hz).all()


def test_only_what_is_planned_is_heard(spoken: np.ndarray, tmp_path: Path) -> None:
    path = with_sound(tmp_path / "talk.mkv", spoken)
    with_voice = heard(path, frozenset({Stage.VOICE}))
    assert with_voice.transcript is None and with_voice.sound is not None
    assert (~np.isnan(with_voice.sound.pitch_hz)).mean() > 0.2
    assert set(with_voice.weights) == {VOICES} and (~np.isnan(with_voice.sound.own_voice)).any() == has_weights()
    words_alone = heard(path, frozenset({Stage.TRANSCRIPT}))
    assert not words_alone.weights
    assert words_alone.sound is None and words_alone.transcript is not None and words_alone.transcript.words


@pytest.mark.parametrize(("layout", "rate"), [("5.1", 48_000), ("mono", 8000), ("stereo", 44_100)])
def test_other_layouts_and_rates_are_heard_alike(layout: str, rate: int, spoken: np.ndarray, tmp_path: Path) -> None:
    plan = frozenset({Stage.SPEECH})
    plain = heard(with_sound(tmp_path / "plain.mkv", spoken), plan).sound
    other = heard(with_sound(tmp_path / "other.mkv", spoken, layout=layout, rate=rate), plan).sound
    assert plain is not None and other is not None
    assert abs(plain.spans()[0].start_ms - other.spans()[0].start_ms) <= 100
    assert abs(plain.spans()[-1].end_ms - other.spans()[-1].end_ms) <= 100


def test_a_recording_without_sound_says_so(tmp_path: Path) -> None:
    found = heard(write_video(tmp_path / "silent.mp4"))
    assert found.sound is None and found.transcript is not None
    assert (found.transcript.words, found.transcript.source, found.transcript.note) == ((), "none", NO_SOUND)


def test_a_silent_track_has_no_words_and_is_hard_to_hear(tmp_path: Path) -> None:
    outcome = analysed(with_sound(tmp_path / "zeros.mkv", silence(6)))
    assert outcome.transcript.words == () and outcome.frames == 150
    assert [moment.kind for moment in outcome.moments] == [MomentKind.HARD_TO_HEAR]


def test_noise_has_no_speech_and_the_rest_is_complete(tmp_path: Path) -> None:
    outcome = analysed(with_sound(tmp_path / "noise.mkv", noise(6, -25)))
    assert outcome.frames == 150 and not any(segment.lane == "speech" for segment in outcome.segments)
    assert outcome.manifest["stages"][Stage.SPEECH] == "done"  # type: ignore[index]


def test_a_recogniser_that_dies_takes_no_analysis_with_it(spoken: np.ndarray, tmp_path: Path) -> None:
    path = with_sound(tmp_path / "talk.mkv", np.tile(spoken, 4))
    with Hearing(path, PipelineConfig(plan=WORDS), transcribe=True) as hearing:
        os.kill(hearing._process.pid, signal.SIGKILL)
        found = hearing.result(QUIET, 0)
    assert found.sound is None and found.transcript is not None and found.transcript.note == BROKE_OFF


def test_it_is_started_from_anywhere_and_knows_no_setting_of_ours(
    spoken: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", "unmistakable")
    path = with_sound(Path("talk.mkv"), np.tile(spoken, 4))
    with Hearing(path, PipelineConfig(plan=WORDS), transcribe=True) as hearing:
        assert "SECRET_KEY" not in psutil.Process(hearing._process.pid).environ()
        found = hearing.result(QUIET, 0)
    assert found.sound is not None and found.transcript is not None and found.transcript.words


def test_one_that_never_ends_is_ended(spoken: np.ndarray, tmp_path: Path) -> None:
    path = with_sound(tmp_path / "talk.mkv", spoken)
    with Hearing(path, PipelineConfig(plan=WORDS), transcribe=True) as hearing:
        os.kill(hearing._process.pid, signal.SIGSTOP)
        hearing._deadline_s = 0.0
        found = hearing.result(QUIET, 0)
    assert found.sound is None and found.transcript is not None and found.transcript.note == BROKE_OFF


def test_leaving_early_leaves_no_process(spoken: np.ndarray, tmp_path: Path) -> None:
    path = with_sound(tmp_path / "talk.mkv", np.tile(spoken, 8))
    with Hearing(path, PipelineConfig(plan=WORDS), transcribe=True) as hearing:
        process = psutil.Process(hearing._process.pid)
        while not (children := process.children()):
            time.sleep(0.02)
    assert not process.is_running()
    psutil.wait_procs(children, timeout=10)
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


def test_a_transcript_that_is_longer_than_the_recording_keeps_its_words_and_says_so(tmp_path: Path) -> None:
    words = tmp_path / "words.vtt"
    words.write_text("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nhere\n\n00:01:00.000 --> 00:01:02.000\nbeyond\n")
    outcome = analysed(with_sound(tmp_path / "noise.mkv", noise(4, -60)), transcript=words)
    assert [word.text for word in outcome.transcript.words] == ["here", "beyond"]
    assert "58 s after the end" in outcome.transcript.note


@pytest.mark.parametrize("plan", [frozenset({Stage.TRANSCRIPT}), frozenset({Stage.TRANSCRIPT, Stage.VOICE}), WORDS])
def test_who_agreed_to_words_alone_gets_neither_marks_nor_sentences(plan: frozenset[Stage], tmp_path: Path) -> None:
    words = tmp_path / "words.vtt"
    words.write_text("WEBVTT\n\n00:00:01.000 --> 00:00:03.000\num it was a wonderful day for everybody\n")
    outcome = analysed(with_sound(tmp_path / "noise.mkv", noise(4, -60)), plan, transcript=words)
    assert len(outcome.transcript.words) == 8
    marked = any(word.mark for word in outcome.transcript.words)
    assert (marked, bool(outcome.sentences)) == ((True, True) if Stage.SPEECH in plan else (False, False))


def test_music_is_no_speech_and_the_rest_is_complete(tmp_path: Path) -> None:
    path = with_sound(tmp_path / "music.mkv", chords(20))
    outcome = analysed(path, WORDS | {Stage.VOICE})
    assert outcome.frames == 500 and outcome.transcript.low_confidence
    spoken_ms = sum(segment.span.duration_ms for segment in outcome.segments if segment.lane == "speech")
    assert spoken_ms < 2000
    assert not {MomentKind.SECOND_VOICE, MomentKind.HESITATION} & {moment.kind for moment in outcome.moments}


@pytest.mark.parametrize(("layout", "sides"), [("mono", 1), ("stereo", 2), ("5.1", 2)])
def test_left_and_right_are_heard_apart_where_there_are_two(layout: str, sides: int, tmp_path: Path) -> None:
    found = heard(
        with_sound(tmp_path / "tone.mkv", tone(3, 150), layout=layout, rate=48_000), frozenset({Stage.VOICE})
    )
    assert found.sound is not None
    balance = found.sound.balance_db
    assert np.isnan(balance).all() if sides == 1 else np.nanmax(np.abs(balance)) < 0.5
