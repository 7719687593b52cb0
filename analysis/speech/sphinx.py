"""The recognizer that is always available: pocketsphinx with its own US-English model. One word in four is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
import pocketsphinx
from numpy.typing import NDArray

from analysis.progress import Heartbeat
from analysis.speech.chunking import RATE, loudness, phrases
from analysis.types import Span, Step, Word

_MAX_PHRASE_S = 12.0
# Half a second takes an eighth of a second to process, so cancellation is never far away.
_STEP = RATE // 2
_FRAME_MS = 10
# Below this there is only microphone noise, in which the recognizer would still hear words.
_SILENCE = 40.0
_VARIANT = re.compile(r"\(\d+\)$")  # "the(2)": an alternative pronunciation


def recognise(pieces: Iterable[NDArray[np.int16]], beat: Heartbeat, total_ms: int) -> Iterator[Word]:
    """Words, with confidences, of 16 kHz mono samples."""
    decoder = pocketsphinx.Decoder(samprate=RATE, loglevel="FATAL")
    for start_ms, samples in phrases(pieces, _MAX_PHRASE_S):
        beat.at(Step.TRANSCRIPT, start_ms, total_ms)
        if loudness(samples) < _SILENCE:
            continue
        decoder.start_utt()
        for first in range(0, len(samples), _STEP):
            decoder.process_raw(samples[first : first + _STEP].tobytes(), no_search=False, full_utt=False)
            beat.at(Step.TRANSCRIPT, start_ms + first * 1000 // RATE, total_ms)
        decoder.end_utt()
        yield from _words(decoder, start_ms)


def _words(decoder: pocketsphinx.Decoder, start_ms: int) -> Iterator[Word]:
    log = decoder.get_logmath()
    for segment in decoder.seg() or ():
        if segment.word[0] in "<[+":  # silence, noise, sentence marks
            continue
        span = Span(start_ms + segment.start_frame * _FRAME_MS, start_ms + (segment.end_frame + 1) * _FRAME_MS)
        confidence = min(max(float(log.exp(segment.prob)), 0.0), 1.0)
        yield Word(span, _VARIANT.sub("", segment.word), round(confidence, 3))
