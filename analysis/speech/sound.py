"""What a recording sounds like, 31 times a second, as arrays: see audio_features.py for how it is measured."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.speech.voice_activity import STEP_MS, speech_spans
from analysis.types import Span


@dataclass(frozen=True, slots=True)
class Sound:
    """Arrays over F steps of STEP_MS from media time 0 on.

    speech: 0..1. loudness: LUFS over 400 ms (momentary), at least -70; level: the same for the step alone. pitch_hz:
    NaN where no voice has one, and throughout if the voice was not to be analyzed. clipped: whether samples were cut
    off. silent: whether every sample was exactly 0. balance_db: how much louder left is than right, NaN if there is
    one channel or nothing to compare. own_voice: how alike the voice is to the one that is heard most, a cosine, NaN
    where that was not checked. integrated_lufs: of the whole, gated; -70 if there is nothing.
    """

    speech: NDArray[np.float32]
    loudness: NDArray[np.float32]
    level: NDArray[np.float32]
    pitch_hz: NDArray[np.float32]
    clipped: NDArray[np.bool_]
    silent: NDArray[np.bool_]
    balance_db: NDArray[np.float32]
    own_voice: NDArray[np.float32]
    integrated_lufs: float

    def __len__(self) -> int:
        return len(self.speech)

    @property
    def duration_ms(self) -> int:
        return len(self) * STEP_MS

    def to_bytes(self) -> bytes:
        """numpy's own format, without compression."""
        sink = io.BytesIO()
        arrays: dict[str, Any] = {each.name: np.asarray(getattr(self, each.name)) for each in fields(self)}
        np.savez(sink, **arrays)
        return sink.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Sound:
        """Parse what `to_bytes` returned."""
        with np.load(io.BytesIO(content), allow_pickle=False) as found:
            arrays = {each.name: found[each.name] for each in fields(cls)}
        return cls(**{**arrays, "integrated_lufs": float(arrays["integrated_lufs"])})

    def spans(self) -> list[Span]:
        """Stretches of speech."""
        return speech_spans(self.speech)
