"""The curves of confidence, against cases counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.expression.calibration import expected_calibration_error
from analysis.training.reliability import COVERAGES, answered, coverage_curve, reliability_bins


def ten_images() -> tuple[np.ndarray, np.ndarray]:
    """Winners of 0.95, 0.90, … 0.50, all of class 0; the five least sure are wrong."""
    confidence = np.linspace(0.95, 0.50, 10)
    probs = np.column_stack([confidence, 1 - confidence, np.zeros((10, 5))]).astype(np.float32)
    return probs, np.array([0] * 5 + [2] * 5)


def test_the_curve_of_abstention_is_the_one_on_paper() -> None:
    curve = coverage_curve(*ten_images())
    assert [point["coverage"] for point in curve] == pytest.approx(
        [1.0, 1.0, 0.9, 0.9, 0.8, 0.8, 0.7, 0.7, 0.6, 0.6, 0.5]
    )
    by_coverage = dict(zip(COVERAGES, curve, strict=True))
    assert by_coverage[1.0]["accuracy"] == 0.5
    assert by_coverage[0.8]["accuracy"] == 0.625  # 5 of 8
    assert by_coverage[0.5]["accuracy"] == 1.0
    assert by_coverage[0.8]["threshold"] == pytest.approx(0.6, abs=1e-4)
    assert by_coverage[0.8]["low"] < 0.625 < by_coverage[0.8]["high"]


def test_a_bound_says_what_it_answers_and_nothing_answered_has_no_accuracy() -> None:
    probs, labels = ten_images()
    assert answered(probs, labels, 0.0)["coverage"] == 1.0
    at = answered(probs, labels, 0.72)
    assert (at["coverage"], at["accuracy"]) == (0.5, 1.0)
    nothing = answered(probs, labels, 0.99)
    assert (nothing["coverage"], nothing["accuracy"], nothing["low"], nothing["high"]) == (0.0, None, None, None)


def test_the_bins_add_up_to_the_calibration_error() -> None:
    random = np.random.default_rng(8)
    probs = random.dirichlet(np.ones(7) * 0.6, 500).astype(np.float32)
    labels = random.integers(0, 7, 500)
    bins = reliability_bins(probs, labels)
    assert sum(each["n"] for each in bins) == 500
    assert all(each["low"] <= each["confidence"] <= each["high"] for each in bins)
    error = sum(each["n"] * abs(each["accuracy"] - each["confidence"]) for each in bins) / 500
    assert error == pytest.approx(expected_calibration_error(probs, labels), abs=1e-3)
