"""Figures that say how good a classifier is, each computed from plain arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.expression.calibration import log_loss
from analysis.training.datasets import EXPRESSION_OF_VOTE
from analysis.types import EXPRESSIONS

#: FER+ counts an image whose winning label has at least this many of ten votes.
MAJORITY_VOTES = 5


def confusion_matrix(labels: NDArray[np.integer], predicted: NDArray[np.integer]) -> NDArray[np.int64]:
    """(N,) labels, (N,) predictions -> (7, 7) counts: rows are labels, columns predictions."""
    k = len(EXPRESSIONS)
    return np.bincount(labels.astype(np.int64) * k + predicted, minlength=k * k).reshape(k, k)


def accuracy(confusion: NDArray[np.int64]) -> float:
    """Share of all images on the diagonal."""
    return float(np.trace(confusion) / confusion.sum())


def recalls(confusion: NDArray[np.int64]) -> dict[str, float | None]:
    """For each expression, the share of its images that was found; None if the dataset has none."""
    totals = confusion.sum(axis=1)
    return {
        name: float(confusion[index, index] / totals[index]) if totals[index] else None
        for index, name in enumerate(EXPRESSIONS)
    }


def mean_recall(confusion: NDArray[np.int64]) -> float:
    """Mean of the recalls of the expressions that the dataset has."""
    return float(np.mean([value for value in recalls(confusion).values() if value is not None]))


def ferplus_labels(votes: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(N, 10) FER+ votes -> (N,) labels in the order of EXPRESSIONS, and (N,) whether the image counts.

    It counts if its most-voted label has at least five of ten votes, is one of the seven, and beats contempt, unknown
    and not-a-face. If two labels tie, the first FER+ column wins.
    """
    seven, others = votes[:, : len(EXPRESSION_OF_VOTE)], votes[:, len(EXPRESSION_OF_VOTE) :]
    top = seven.max(axis=1)  # (N,)
    counts = (top >= MAJORITY_VOTES) & (top > others.max(axis=1))
    return EXPRESSION_OF_VOTE[seven.argmax(axis=1)], counts


def mean_log_loss(probs: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Mean negative natural logarithm of the probability that (N, 7) `probs` gave the (N,) labels."""
    return float(log_loss(probs, labels).mean())


def brier_score(probs: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """Mean squared distance of (N, 7) `probs` from certainty in the label, summed over classes: 0..2 (Brier 1950)."""
    certain = np.eye(probs.shape[1])[labels]
    return float(np.square(probs - certain).sum(axis=1).mean())
