"""A transcript of what can be heard in a recording, by the best available recognizer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.config import PipelineConfig
from analysis.progress import Heartbeat
from analysis.types import Transcript

NO_SOUND = "The recording has no sound that can be read."
LOW_CONFIDENCE_NOTE = "Recognized automatically by a small model; about one word in four is wrong."


def recognised(
    pieces: Iterable[NDArray[np.int16]], config: PipelineConfig, beat: Heartbeat, total_ms: int
) -> Transcript:
    """The words in 16 kHz mono samples: by faster-whisper if `config.model_dir` has its model, else pocketsphinx."""
    # Each recognizer is a large library: only the one that is used is loaded.
    model = Path(config.model_dir) / f"faster-whisper-{config.speech_model}"
    if config.model_dir and model.is_dir():
        from analysis.speech import whisper

        return whisper.recognise(model, pieces, config.threads, beat, total_ms)
    from analysis.speech import sphinx

    words = tuple(sphinx.recognise(pieces, beat, total_ms))
    return Transcript(words, "pocketsphinx", "en-US", low_confidence=True, note=LOW_CONFIDENCE_NOTE)
