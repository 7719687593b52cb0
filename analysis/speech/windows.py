"""Sums and means over the steps around each step of a sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def sum_around(values: NDArray[np.float64], steps: int) -> NDArray[np.float64]:
    """(F,) sums over `steps` to each side, cut at the ends."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    return np.asarray(sums[np.minimum(at + steps + 1, len(values))] - sums[np.maximum(at - steps, 0)])


def mean_around(values: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """(F,) means over about `window` steps, cut at the ends."""
    half = window // 2
    return sum_around(values, half) / np.maximum(sum_around(np.ones(len(values)), half), 1)
