"""faster-whisper, if an administrator has installed its model; never downloaded from here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from numpy.typing import NDArray

from analysis.progress import Heartbeat
from analysis.speech.chunking import phrases
from analysis.types import Span, Step, Transcript, Word

# Long enough for Whisper's own half-minute windows to have context, short enough for memory to stay flat.
_MAX_PHRASE_S = 120.0


def recognise(
    model_path: Path, pieces: Iterable[NDArray[np.int16]], threads: int, beat: Heartbeat, total_ms: int
) -> Transcript:
    """Transcribe 16 kHz mono samples with word times; the language is that of the first phrase with speech.

    If another language is spoken later it is transcribed as well: the language is detected for each half minute.

    Silence is cut out before Whisper hears it, by faster-whisper's own silero-vad, and the times are adjusted for it
    afterwards: left in, silence shifts words and is filled with invented ones.
    """
    model = beat.wait_for(
        lambda: WhisperModel(
            str(model_path), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )
    )
    words: list[Word] = []
    language: str | None = None
    for start_ms, samples in phrases(pieces, _MAX_PHRASE_S):
        beat.at(Step.TRANSCRIPT, start_ms, total_ms)
        sound = samples.astype(np.float32) / 32768
        found, info = beat.wait_for(
            lambda sound=sound, language=language: model.transcribe(  # type: ignore[misc]
                sound,
                language=language,
                multilingual=True,
                word_timestamps=True,
                vad_filter=True,
                temperature=0.0,
            )
        )
        if info.duration_after_vad:
            language = info.language
        # Segments are computed while they are iterated.
        while (segment := beat.wait_for(lambda found=found: next(found, None))) is not None:  # type: ignore[misc]
            beat.at(Step.TRANSCRIPT, start_ms + round(segment.end * 1000), total_ms)
            words += [_word(word, start_ms) for word in segment.words or ()]
    return Transcript(tuple(words), "faster-whisper", language or "")


def _word(word: object, start_ms: int) -> Word:
    first = start_ms + max(0, round(word.start * 1000))  # type: ignore[attr-defined]
    last = start_ms + round(word.end * 1000)  # type: ignore[attr-defined]
    text: str = word.word.strip()  # type: ignore[attr-defined]
    return Word(Span(first, max(first, last)), text, round(float(word.probability), 3))  # type: ignore[attr-defined]
