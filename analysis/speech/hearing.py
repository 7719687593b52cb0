"""Listening and recognising words in a process of its own, while the picture is looked at.

`python -m analysis.speech.hearing FOLDER` reads FOLDER/order.json, prints how far it is, and leaves FOLDER/sound.npz
and FOLDER/answer.json. A process, because pocketsphinx holds Python's lock for most of a second at a time, which
would stop everything else, and because a recogniser that dies then takes no analysis with it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from analysis.config import PipelineConfig, VideoLimits
from analysis.progress import Heartbeat
from analysis.speech.sound import Sound
from analysis.speech.transcribe import NO_SOUND, recognised
from analysis.types import BadVideo, Progress, Span, Stage, Step, Transcript, Word
from analysis.video.decode import read_audio

BROKE_OFF = "The sound could not be analysed: the recogniser broke off."
_LOOK_UP_S = 0.2


@dataclass(frozen=True, slots=True)
class Heard:
    """sound: None where there is none; the transcript's note says why. transcript: None if not asked for."""

    sound: Sound | None
    transcript: Transcript | None


class Hearing:
    """A process that listens to one file; a context manager that leaves none behind."""

    def __init__(self, source: Path, config: PipelineConfig, *, transcribe: bool) -> None:
        """transcribe: whether words are to be recognised; pitch is measured where the plan has voice."""
        self._folder = TemporaryDirectory(prefix="hearing-")
        order = {
            "source": str(source.absolute()),
            "transcribe": transcribe,
            "listen": bool(config.plan & {Stage.SPEECH, Stage.VOICE}),
            "pitch": Stage.VOICE in config.plan,
            "model_dir": config.model_dir,
            "speech_model": config.speech_model,
            "threads": config.threads,
            "limits": asdict(config.limits),
            "parent": os.getpid(),
        }
        self._transcribe = transcribe
        (self._path / "order.json").write_text(json.dumps(order), encoding="utf-8")
        command = [sys.executable, "-m", __name__, str(self._path)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self._done_ms = 0
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    @property
    def _path(self) -> Path:
        return Path(self._folder.name)

    def __enter__(self) -> Hearing:
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._folder.cleanup()

    def result(self, beat: Heartbeat, total_ms: int) -> Heard:
        """Wait for it to end, telling how far it is."""
        while self._process.poll() is None:
            beat.at(Step.TRANSCRIPT, self._done_ms, total_ms)
            try:
                self._process.wait(_LOOK_UP_S)
            except subprocess.TimeoutExpired:
                continue
        if self._process.returncode != 0:
            return self._nothing(BROKE_OFF)
        answer = json.loads((self._path / "answer.json").read_text(encoding="utf-8"))
        if answer["note"]:
            return self._nothing(answer["note"])
        transcript = None if answer["transcript"] is None else _transcript(answer["transcript"])
        sound = self._path / "sound.npz"
        return Heard(Sound.load(sound) if sound.exists() else None, transcript)

    def _nothing(self, note: str) -> Heard:
        return Heard(None, Transcript((), "none", note=note) if self._transcribe else None)

    def _follow(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        for line in self._process.stdout:
            if line.strip().isdecimal():
                self._done_ms = int(line)


def _transcript(found: dict[str, Any]) -> Transcript:
    words = tuple(Word(Span(start, end), text, sure, who) for start, end, text, sure, who in found.pop("words"))
    return Transcript(words=words, **found)


def _rows(transcript: Transcript) -> dict[str, Any]:
    words = [
        (word.span.start_ms, word.span.end_ms, word.text, word.confidence, word.speaker) for word in transcript.words
    ]
    rest = {name: getattr(transcript, name) for name in ("source", "language", "low_confidence", "note")}
    return {**rest, "words": words}


def main(folder: Path) -> None:
    from analysis.speech.listening import listen  # what it loads, the process that waits for it needs not

    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    parent = order["parent"]

    def tell(progress: Progress) -> None:
        if os.getppid() != parent:  # whoever asked is gone
            os._exit(1)
        if progress.step == Step.TRANSCRIPT:
            sys.stdout.write(f"{progress.done_ms}\n")
            sys.stdout.flush()

    beat = Heartbeat(tell)
    source, limits = Path(order["source"]), VideoLimits(**order["limits"])
    config = PipelineConfig(
        threads=order["threads"], model_dir=order["model_dir"], speech_model=order["speech_model"], limits=limits
    )
    note, transcript = "", None
    try:
        if not any(True for _ in _pieces(source, limits, beat)):
            note = NO_SOUND
        elif order["listen"]:
            listen(_pieces(source, limits, beat), beat, pitch=order["pitch"]).save(folder / "sound.npz")
        if order["transcribe"] and not note:
            transcript = _rows(recognised(_pieces(source, limits, beat), config, beat, 0))
    except BadVideo as error:
        note = str(error)
    answer = {"note": note, "transcript": transcript}
    (folder / "answer.json").write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _pieces(source: Path, limits: VideoLimits, beat: Heartbeat) -> Iterator[np.ndarray]:
    return read_audio(source, limits, on_wait=beat.again)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
