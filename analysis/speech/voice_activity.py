"""Where someone speaks: silero-vad (Silero Team 2024, MIT), from the file that comes with faster-whisper's wheel.

The model of version 6 sees 32 ms with the 4 ms before it, and carries its state along. The file is the one in the
`silero-vad` wheel, which would bring torchaudio as well.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.types import Span

#: Samples at 16 kHz that one probability covers, and the same in milliseconds.
STEP = 512
STEP_MS = 32
_CONTEXT = 64
_STATE = 128
#: Silero's own: speech begins at this probability, and ends below the second.
SPEAKING = 0.5
_LEAVE = 0.35
_SHORTEST_SPEECH_MS = 200
_SHORTEST_SILENCE_MS = 160


class VoiceActivity:
    """Probabilities of speech, as the samples arrive."""

    def __init__(self) -> None:
        import onnxruntime  # here, because code that only reads what was heard needs none of its memory

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(_model()), options, providers=["CPUExecutionProvider"])
        self._h = np.zeros((1, 1, _STATE), np.float32)
        self._c = np.zeros((1, 1, _STATE), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def push(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n * STEP,) samples of -1..1 at 16 kHz -> (n,) probabilities."""
        frames = samples.reshape(-1, STEP)
        if not len(frames):
            return np.zeros(0, np.float32)
        before = np.concatenate([self._context[None], frames[:-1, -_CONTEXT:]])
        self._context = frames[-1, -_CONTEXT:].copy()
        inputs = {"input": np.concatenate([before, frames], axis=1), "h": self._h, "c": self._c}
        probs, self._h, self._c = self._session.run(None, inputs)
        return np.asarray(probs, np.float32).reshape(-1)


def speech_spans(probs: NDArray[np.float32]) -> list[Span]:
    """Stretches of speech: entered at 50 %, left below 35 %, silences under 160 ms bridged, none under 200 ms."""
    spans: list[Span] = []
    begun: int | None = None
    for place, prob in enumerate(probs.tolist()):
        if begun is None and prob >= SPEAKING:
            begun = place
        elif begun is not None and prob < _LEAVE:
            spans, begun = _with(spans, begun, place), None
    if begun is not None:
        spans = _with(spans, begun, len(probs))
    return [span for span in spans if span.duration_ms >= _SHORTEST_SPEECH_MS]


def _with(spans: list[Span], first: int, after: int) -> list[Span]:
    start_ms, end_ms = first * STEP_MS, after * STEP_MS
    if spans and start_ms - spans[-1].end_ms < _SHORTEST_SILENCE_MS:
        return [*spans[:-1], Span(spans[-1].start_ms, end_ms)]
    return [*spans, Span(start_ms, end_ms)]


def _model() -> Path:
    """The file, without importing the package that brings it."""
    found = find_spec("faster_whisper")
    assert found is not None and found.origin is not None  # noqa: S101 - a pinned requirement
    return Path(found.origin).parent / "assets" / "silero_vad_v6.onnx"
