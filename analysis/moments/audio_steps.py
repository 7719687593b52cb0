"""Stretches of consecutive steps of a sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.signals.spans import stretches
from analysis.speech.voice_activity import STEP_MS
from analysis.types import Span


def long_stretches(mask: NDArray[np.bool_], *, min_ms: int, close_gap_ms: int) -> list[tuple[int, int]]:
    """(first, last) of each stretch of true steps of at least `min_ms`, after joining those with shorter gaps."""
    joined: list[tuple[int, int]] = []
    for first, last in stretches(mask):
        if joined and (first - joined[-1][1]) * STEP_MS < close_gap_ms:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [(first, last) for first, last in joined if (last + 1 - first) * STEP_MS >= min_ms]


def span_of(first: int, last: int) -> Span:
    """From the beginning of one step to the end of another."""
    return Span(first * STEP_MS, (last + 1) * STEP_MS)
