"""Analyzes sound and recognizes words in a separate process, while the picture is analyzed.

`python -m analysis.speech.audio_process` reads its task from standard input and prints its progress, then what it
heard: none of it touches a disk. It is a process because pocketsphinx holds Python's lock for most of a second at a
time, which would stop everything else, and so that a recognizer that crashes takes no analysis with it.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from analysis.config import PipelineConfig, VideoLimits
from analysis.progress import Heartbeat
from analysis.speech.sound import Sound
from analysis.speech.transcribe import NO_SOUND, recognised
from analysis.types import VOICES, BadVideo, Progress, Span, Stage, Step, Transcript, Word
from analysis.video import sandbox
from analysis.video.decode import read_audio, read_sound

#: For numpy and torch: the picture's stages need the other cores, and small matrices only wait for each other.
#: Whisper gets its own number.
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
BROKE_OFF = "The sound could not be analyzed: the recognizer stopped."
_LOOK_UP_S = 0.2
# Prefix of each line of the answer: other libraries may print as well.
_DONE, _ANSWER = "hearing done ", "hearing answer "


@dataclass(frozen=True, slots=True)
class Heard:
    """sound: None if there is none; the transcript's note says why. transcript: None if not requested.

    weights: SHA-256 of what voices were compared with, "" if that is not installed, nothing if it was not planned.
    """

    sound: Sound | None
    transcript: Transcript | None
    weights: Mapping[str, str] = field(default_factory=dict)


class Hearing:
    """A process that analyzes the sound of one file; a context manager that leaves none behind."""

    def __init__(self, source: Path, config: PipelineConfig, *, transcribe: bool) -> None:
        """transcribe: whether to recognize words; the voice is measured if the plan has it."""
        order = {
            "source": str(source.absolute()),
            "transcribe": transcribe,
            "listen": bool(config.plan & {Stage.SPEECH, Stage.VOICE}),
            "voice": Stage.VOICE in config.plan,
            "model_dir": config.model_dir and str(Path(config.model_dir).absolute()),
            "speech_model": config.speech_model,
            "threads": config.threads,
            "limits": asdict(config.limits),
            "parent": os.getpid(),
        }
        self._transcribe = transcribe
        self._deadline_s = time.monotonic() + config.limits.wall_s
        self._done_ms, self._answer = 0, ""
        self._process = _start(json.dumps(order))
        self._reader = threading.Thread(target=self._follow, daemon=True)
        self._reader.start()

    def __enter__(self) -> Hearing:
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()

    def result(self, beat: Heartbeat, total_ms: int) -> Heard:
        """Wait for it to end, reporting its progress."""
        while self._process.poll() is None:
            beat.at(Step.TRANSCRIPT, self._done_ms, total_ms)
            if time.monotonic() > self._deadline_s:
                self._process.kill()
            try:
                self._process.wait(_LOOK_UP_S)
            except subprocess.TimeoutExpired:
                continue
        self._reader.join()
        if self._process.returncode != 0 or not self._answer:
            return self._nothing(BROKE_OFF)
        answer = json.loads(self._answer)
        if answer["note"]:
            return self._nothing(answer["note"])
        transcript = None if answer["transcript"] is None else _transcript(answer["transcript"])
        sound = Sound.from_bytes(base64.b64decode(answer["sound"])) if answer["sound"] else None
        return Heard(sound, transcript, answer["weights"])

    def _nothing(self, note: str) -> Heard:
        return Heard(None, Transcript((), "none", note=note) if self._transcribe else None)

    def _follow(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        for line in self._process.stdout:
            if line.startswith(_DONE):
                self._done_ms = int(line.removeprefix(_DONE))
            elif line.startswith(_ANSWER):
                self._answer = line.removeprefix(_ANSWER)


def _start(order: str) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        # Like the decoding child it gets none of our environment variables, and may be started from anywhere.
        env={
            "PYTHONPATH": os.pathsep.join([str(root), *(path for path in sys.path if path)]),
            "PYTHONIOENCODING": "utf-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            **ONE_THREAD,
        },
        cwd="/",
    )
    assert process.stdin is not None  # noqa: S101 - it was asked for
    with process.stdin as sink:
        sink.write(order)
    return process


def _transcript(found: dict[str, Any]) -> Transcript:
    words = tuple(Word(Span(start, end), text, sure, who) for start, end, text, sure, who in found.pop("words"))
    return Transcript(words=words, **found)


def _rows(transcript: Transcript) -> dict[str, Any]:
    words = [
        (word.span.start_ms, word.span.end_ms, word.text, word.confidence, word.speaker) for word in transcript.words
    ]
    rest = {name: getattr(transcript, name) for name in ("source", "language", "low_confidence", "note")}
    return {**rest, "words": words}


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends this process
    order = json.load(sys.stdin)
    parent = order["parent"]
    sandbox.end_with(parent)
    from analysis.speech.audio_features import listen  # the waiting process does not need what this loads

    def tell(progress: Progress) -> None:
        if os.getppid() != parent:  # the parent is gone
            os._exit(1)
        if progress.step == Step.TRANSCRIPT:
            _say(f"{_DONE}{progress.done_ms}")

    beat = Heartbeat(tell)
    source, limits = Path(order["source"]), VideoLimits(**order["limits"])
    config = PipelineConfig(
        threads=order["threads"], model_dir=order["model_dir"], speech_model=order["speech_model"], limits=limits
    )
    note, transcript, sound = "", None, ""
    weights: dict[str, str] = {}
    try:
        if not any(True for _ in _pieces(source, limits, beat)):
            note = NO_SOUND
        elif order["listen"]:
            heard = listen(read_sound(source, limits, on_wait=beat.again), beat, voice=order["voice"])
            sound = base64.b64encode(heard.to_bytes()).decode()
            weights = _weights() if order["voice"] else {}
        if order["transcribe"] and not note:
            transcript = _rows(recognised(_pieces(source, limits, beat), config, beat, 0))
    except BadVideo as error:
        note = str(error)
    _say(_ANSWER + json.dumps({"note": note, "transcript": transcript, "sound": sound, "weights": weights}))


def _weights() -> dict[str, str]:
    from analysis.speech.voices import weights_sha256

    try:
        return {VOICES: weights_sha256()}
    except FileNotFoundError:
        return {VOICES: ""}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _pieces(source: Path, limits: VideoLimits, beat: Heartbeat) -> Iterator[np.ndarray]:
    return read_audio(source, limits, on_wait=beat.again)


if __name__ == "__main__":
    main()
