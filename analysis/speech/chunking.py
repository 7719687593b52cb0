"""Cuts a long sound into phrases at its quietest places, so that memory does not grow with its length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
_BIN = RATE // 10


def phrases(pieces: Iterable[NDArray[np.int16]], max_s: float) -> Iterator[tuple[int, NDArray[np.int16]]]:
    """(start in ms, samples) of consecutive phrases of at most `max_s` seconds, together the whole sound.

    Each is cut in the middle of the quietest 200 ms of its second half.
    """
    waiting = np.zeros(0, np.int16)
    start = 0
    for piece in pieces:
        waiting = np.concatenate([waiting, piece])
        while len(waiting) >= max_s * RATE:
            cut = _quietest(waiting[: int(max_s * RATE)])
            yield start * 1000 // RATE, waiting[:cut]
            waiting, start = waiting[cut:], start + cut
    if len(waiting):
        yield start * 1000 // RATE, waiting


def loudness(samples: NDArray[np.int16]) -> float:
    """Root mean square, in sample values of 0..32767."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) if len(samples) else 0.0


def _quietest(samples: NDArray[np.int16]) -> int:
    bins = samples[: len(samples) // _BIN * _BIN].reshape(-1, _BIN).astype(np.float64)
    power = np.mean(bins**2, axis=1)
    pairs = power[:-1] + power[1:]
    half = len(pairs) // 2
    return (half + int(np.argmin(pairs[half:])) + 1) * _BIN
