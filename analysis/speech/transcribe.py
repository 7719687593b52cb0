"""A transcript of what a recording lets hear, by the best recogniser that is there."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.config import PipelineConfig
from analysis.progress import Heartbeat
from analysis.types import BadVideo, Transcript
from analysis.video.decode import read_audio

NO_SOUND = "The recording has no sound that can be read."
LOW_CONFIDENCE_NOTE = "Recognised automatically by a small model; about one word in four is wrong."


def transcribe(source: Path, config: PipelineConfig, beat: Heartbeat, total_ms: int) -> Transcript:
    """The words in a file's sound: faster-whisper if its model is in `config.model_dir`, else pocketsphinx.

    A file without readable sound has an empty transcript with the reason in `note`.
    """
    pieces = read_audio(source, config.limits, on_wait=beat.again)
    try:
        first = next(pieces, None)
        if first is None:
            return Transcript((), "none", note=NO_SOUND)
        return _recognised(itertools.chain([first], pieces), config, beat, total_ms)
    except BadVideo as error:
        return Transcript((), "none", note=str(error))
    finally:
        pieces.close()


def _recognised(
    pieces: Iterable[NDArray[np.int16]], config: PipelineConfig, beat: Heartbeat, total_ms: int
) -> Transcript:
    # Each recogniser is a large library: only the one that is used is loaded.
    model = Path(config.model_dir) / f"faster-whisper-{config.speech_model}"
    if config.model_dir and model.is_dir():
        from analysis.speech import whisper

        return whisper.recognise(model, pieces, config.threads, beat, total_ms)
    from analysis.speech import sphinx

    words = tuple(sphinx.recognise(pieces, beat, total_ms))
    return Transcript(words, "pocketsphinx", "en-US", low_confidence=True, note=LOW_CONFIDENCE_NOTE)
