"""Probabilities that mean what they say, how far off they still are, and when to say "not sure" instead.

Temperature scaling and the expected calibration error: Guo et al. 2017, "On calibration of modern neural
networks". Abstention: Chow 1970, "On optimum recognition error and reject tradeoff", with the bound set by coverage
(Geifman and El-Yaniv 2017).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

#: Bounds of a believable temperature; a fit that ends at one of them has found nothing.
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


def log_loss(probs: NDArray[np.floating], labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """(N, 7) probabilities, (N,) labels -> (N,) minus the logarithm of the probability given to the label."""
    given = probs[np.arange(len(labels)), labels].astype(np.float64)
    losses: NDArray[np.float64] = -np.log(np.maximum(given, np.finfo(np.float32).tiny))
    return losses


def _mean_log_loss(logits: NDArray[np.floating], labels: NDArray[np.integer], temperature: float) -> float:
    scaled = logits.astype(np.float64) / temperature
    return float(np.mean(logsumexp(scaled, axis=1) - scaled[np.arange(len(labels)), labels]))


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """The temperature with the least log loss of (N, 7) logits on (N,) labels of images not used in training."""
    if len(labels) == 0:
        raise ValueError("a temperature cannot be fitted on no images")
    # Searched on a log scale: halving and doubling a temperature are the same distance.
    found = minimize_scalar(
        lambda log_t: _mean_log_loss(logits, labels, float(np.exp(log_t))),
        bounds=(np.log(COLDEST), np.log(HOTTEST)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    return float(np.exp(found.x))


def threshold_for_coverage(probs: NDArray[np.floating], coverage: float) -> float:
    """The highest bound on the winner's probability that still answers for `coverage` (0..1) of (N, 7) `probs`.

    "Not sure" is anything below it, so an image at the bound is answered. Equal probabilities are answered together:
    the coverage is reached or exceeded, never missed.
    """
    if len(probs) == 0:
        raise ValueError("a threshold cannot be fitted on no images")
    if not 0 < coverage <= 1:
        raise ValueError(f"a coverage is above 0 and at most 1, not {coverage}")
    answered = math.ceil(round(coverage * len(probs), 6))  # rounded first: 0.55 * 100 is 55.000000000000007
    return float(np.sort(probs.max(axis=1))[-answered])


def is_sure(probs: NDArray[np.floating], abstain_below: float) -> NDArray[np.bool_]:
    """(N, 7) probabilities -> (N,) whether the winner is named; where false, the answer is "not sure"."""
    return np.asarray(probs.max(axis=1) >= abstain_below)


def confidence_bins(
    probs: NDArray[np.floating], labels: NDArray[np.integer], bins: int = ECE_BINS
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
    """(N,) bin of equal width, (N,) the winner's probability, (N,) whether the winner is the label."""
    confidence = probs.max(axis=1).astype(np.float64)
    bin_of = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return bin_of, confidence, np.asarray(probs.argmax(axis=1) == labels)


def expected_calibration_error(
    probs: NDArray[np.floating], labels: NDArray[np.integer], bins: int = ECE_BINS
) -> float:
    """Mean distance, 0..1, between the highest probability and how often it is right, in equal-width bins."""
    if len(labels) == 0:
        raise ValueError("a calibration error cannot be measured on no images")
    bin_of, confidence, right = confidence_bins(probs, labels, bins)
    gaps = np.bincount(bin_of, weights=right - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(labels))
