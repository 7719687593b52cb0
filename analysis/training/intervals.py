"""Bootstrap intervals for every figure: how far it would move with other images of the same kind.

Percentile intervals, Efron and Tibshirani 1993, "An introduction to the bootstrap", chapter 13. Drawing n images with
replacement is drawing how often each counts, from a multinomial. All figures here follow from sums over images, so
one matrix product gives the sums of every resample, and all figures come from the same resamples.
scipy.stats.bootstrap would draw again, and index all images again, for each figure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.expression.calibration import ECE_BINS, confidence_bins
from analysis.training.measures import ferplus_labels
from analysis.types import EXPRESSIONS

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 20260101

# Resamples at once: limits memory to some tens of megabytes.
_AT_ONCE = 250

#: low and high, or None if there is nothing to measure.
Interval = list[float] | None


def resampled_sums(
    columns: NDArray[np.floating], resamples: int = RESAMPLES, seed: int = SEED
) -> NDArray[np.float64]:
    """(N, F) values of N images -> (resamples, F) sums over N images drawn with replacement."""
    random = np.random.default_rng(seed)
    n = len(columns)
    evenly = np.full(n, 1 / n)
    sizes = [min(_AT_ONCE, resamples - start) for start in range(0, resamples, _AT_ONCE)]
    chunks = [random.multinomial(n, evenly, size).astype(np.float64) @ columns for size in sizes]
    return np.concatenate(chunks)


def interval(values: NDArray[np.floating]) -> Interval:
    """(resamples,) values of one figure, NaN where a resample had nothing to measure -> its 95 % interval."""
    measured = values[~np.isnan(values)]
    if not len(measured):
        return None
    tail = (1 - CONFIDENCE) / 2
    return [round(float(end), 4) for end in np.quantile(measured, [tail, 1 - tail])]


def intervals(
    probs: NDArray[np.float32], labels: NDArray[np.int64], votes: NDArray[np.uint8] | None
) -> dict[str, Interval | dict[str, Interval]]:
    """95 % intervals of the figures that follow from (N, 7) probabilities, (N,) labels and (N, 10) votes or None.

    The interval of the calibration error leans high: chance in a resample adds to the gap of every bin and reduces
    none.
    """
    k = len(EXPRESSIONS)
    sums = resampled_sums(np.hstack([_cells(probs, labels), _gaps(probs, labels), _ferplus(probs, votes)]))
    confusions = sums[:, : k * k].reshape(-1, k, k)
    gaps, (right, counted) = sums[:, k * k : k * k + ECE_BINS], sums[:, -2:].T
    n = len(labels)
    recalls = _ratio(np.diagonal(confusions, axis1=1, axis2=2), confusions.sum(axis=2))  # (resamples, 7)
    return {
        "accuracy": interval(np.trace(confusions, axis1=1, axis2=2) / n),
        "macro_recall": interval(np.nanmean(recalls, axis=1)),
        "ece": interval(np.abs(gaps).sum(axis=1) / n),
        "per_class_recall": {name: interval(recalls[:, index]) for index, name in enumerate(EXPRESSIONS)},
        "ferplus_accuracy": interval(_ratio(right, counted)),
    }


def accuracy_interval(right: NDArray[np.bool_]) -> Interval:
    """(N,) whether each image was right -> the interval of the share that was. None if there are no images."""
    if not len(right):
        return None
    # for a single yes or no, the multinomial's sums are a binomial
    random = np.random.default_rng(SEED)
    return interval(random.binomial(len(right), right.mean(), RESAMPLES) / len(right))


def _cells(probs: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N, 49): which cell of the confusion matrix each image belongs to."""
    k = len(EXPRESSIONS)
    one_hot: NDArray[np.float64] = np.eye(k * k)[labels * k + probs.argmax(axis=1)]
    return one_hot


def _gaps(probs: NDArray[np.float32], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N, ECE_BINS): right (1 or 0) minus confidence, in the bin of the confidence."""
    bin_of, confidence, right = confidence_bins(probs, labels)
    gaps: NDArray[np.float64] = np.eye(ECE_BINS)[bin_of] * (right - confidence)[:, None]
    return gaps


def _ferplus(probs: NDArray[np.float32], votes: NDArray[np.uint8] | None) -> NDArray[np.float64]:
    """(N, 2): right by FER+'s majority, and whether FER+ has one."""
    if votes is None:
        return np.zeros((len(probs), 2))
    majority, counted = ferplus_labels(votes)
    return np.column_stack([counted & (probs.argmax(axis=1) == majority), counted]).astype(np.float64)


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """part / whole, NaN where the whole is 0."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)
