"""Probabilities that mean what they say: temperature scaling and how far off they still are.

Guo et al. 2017, "On calibration of modern neural networks".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

#: Bounds of a believable temperature; a fit that ends at one of them found nothing.
COLDEST, HOTTEST = 0.2, 5.0

#: Equal-width bins of the expected calibration error, as in Guo et al.
ECE_BINS = 15


def probabilities(logits: NDArray[np.floating], temperature: float) -> NDArray[np.float32]:
    """(N, 7) logits -> (N, 7) float32 probabilities of a softmax at `temperature`."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    odds = np.exp(scaled)
    shares: NDArray[np.float32] = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def _mean_log_loss(logits: NDArray[np.floating], labels: NDArray[np.integer], temperature: float) -> float:
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    chosen = scaled[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - chosen))


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """The temperature with the least log loss of (N, 7) logits on (N,) labels of images not trained on."""
    if len(labels) == 0:
        raise ValueError("a temperature cannot be fitted on no images")
    # Searched in the logarithm: halving and doubling a temperature are the same distance.
    found = minimize_scalar(
        lambda log_t: _mean_log_loss(logits, labels, float(np.exp(log_t))),
        bounds=(np.log(COLDEST), np.log(HOTTEST)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(found.x))


def expected_calibration_error(
    probs: NDArray[np.floating], labels: NDArray[np.integer], bins: int = ECE_BINS
) -> float:
    """Mean distance, 0..1, between the highest probability and how often it is right, in equal-width bins."""
    if len(labels) == 0:
        raise ValueError("a calibration error cannot be measured on no images")
    confidence = probs.max(axis=1).astype(np.float64)  # (N,)
    correct = (probs.argmax(axis=1) == labels).astype(np.float64)
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(bin_of, weights=correct - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))
