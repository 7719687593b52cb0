"""Two curves: how often a probability comes true, and what accuracy abstaining gains."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.expression.calibration import ECE_BINS, confidence_bins, is_sure, threshold_for_coverage
from analysis.training.intervals import accuracy_interval

#: Shares of the images that are answered, along the abstention curve.
COVERAGES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)


def coverage_curve(probs: NDArray[np.float32], labels: NDArray[np.int64]) -> list[dict[str, float | None]]:
    """For each of COVERAGES: the bound that answers that share of (N, 7) `probs`, and the accuracy of these answers.

    The risk-coverage curve of El-Yaniv and Wiener 2010. Bounds are set on the measured images themselves: the curve
    says what would be possible, while the product's one bound was set on other images.
    """
    return [answered(probs, labels, threshold_for_coverage(probs, coverage)) for coverage in COVERAGES]


def answered(probs: NDArray[np.float32], labels: NDArray[np.int64], threshold: float) -> dict[str, float | None]:
    """What a bound does: the share of images that is answered, and the answers' accuracy with its 95 % interval.

    The accuracy is None if nothing is answered.
    """
    sure = is_sure(probs, threshold)
    right = (probs.argmax(axis=1) == labels)[sure]
    low, high = accuracy_interval(right) or (None, None)
    return {
        "threshold": round(threshold, 4),
        "coverage": round(float(sure.mean()), 4),
        "accuracy": round(float(right.mean()), 4) if len(right) else None,
        "low": low,
        "high": high,
    }


def reliability_bins(probs: NDArray[np.float32], labels: NDArray[np.int64]) -> list[dict[str, float]]:
    """For each bin of the calibration error that contains images: its ends, how many, mean confidence, accuracy."""
    bin_of, confidence, right = confidence_bins(probs, labels)
    bins = [(index, bin_of == index) for index in np.unique(bin_of).tolist()]
    return [
        {
            "low": round(index / ECE_BINS, 4),
            "high": round((index + 1) / ECE_BINS, 4),
            "n": int(inside.sum()),
            "confidence": round(float(confidence[inside].mean()), 4),
            "accuracy": round(float(right[inside].mean()), 4),
        }
        for index, inside in bins
    ]
