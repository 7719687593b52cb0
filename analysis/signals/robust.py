"""A measure of spread that a few outliers do not affect."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

# Converts a median absolute deviation to the standard deviation of a normal distribution.
_MAD_TO_SD = 1.4826


def robust_spread(values: ArrayLike, usual: float) -> float:
    """A standard deviation around `usual`, from the median absolute deviation (Hampel 1974)."""
    return _MAD_TO_SD * float(np.median(np.abs(np.asarray(values) - usual)))
