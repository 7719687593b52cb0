"""Intervals against what theory says of cases that have a theory."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from analysis.expression.calibration import expected_calibration_error
from analysis.training.intervals import accuracy_interval, interval, intervals, resampled_sums

HAPPY, SAD = 3, 4


def answers(right: int, wrong: int, confidence: float = 0.7) -> tuple[np.ndarray, np.ndarray]:
    """Happy faces: the first `right` are called happy, the others sad."""
    probs = np.full((right + wrong, 7), (1 - confidence) / 6, dtype=np.float32)
    probs[:right, HAPPY] = probs[right:, SAD] = confidence
    return probs, np.full(right + wrong, HAPPY)


def test_resamples_draw_as_many_images_as_there_are_and_the_seed_decides_which() -> None:
    columns = np.column_stack([np.ones(30), np.arange(30.0)])
    sums = resampled_sums(columns, resamples=600, seed=1)
    assert sums.shape == (600, 2) and (sums[:, 0] == 30).all()
    assert sums[:, 1].mean() == pytest.approx(columns[:, 1].sum(), rel=0.02)
    assert (sums == resampled_sums(columns, resamples=600, seed=1)).all()
    assert (sums != resampled_sums(columns, resamples=600, seed=2)).any()


def test_the_interval_of_an_accuracy_is_the_binomials() -> None:
    probs, labels = answers(right=140, wrong=60)
    low, high = intervals(probs, labels, None)["accuracy"]
    theory = binom(200, 0.7).ppf([0.025, 0.975]) / 200
    assert [low, high] == pytest.approx(theory.tolist(), abs=0.011)  # two images of 200
    assert accuracy_interval(np.arange(200) < 140) == pytest.approx(theory.tolist(), abs=0.011)


def test_the_interval_narrows_with_the_square_root_of_the_images() -> None:
    def width(times: int) -> float:
        low, high = intervals(*answers(right=70 * times, wrong=30 * times), None)["accuracy"]
        return high - low

    assert width(1) / width(16) == pytest.approx(4, rel=0.15)


def test_what_never_varies_has_an_interval_of_no_width_and_what_is_absent_has_none() -> None:
    found = intervals(*answers(right=50, wrong=0), None)
    assert found["accuracy"] == found["macro_recall"] == [1.0, 1.0]
    assert found["ece"] == pytest.approx([0.3, 0.3], abs=1e-4)
    assert found["per_class_recall"]["happy"] == [1.0, 1.0]
    assert found["per_class_recall"]["disgust"] is None
    assert found["ferplus_accuracy"] is None
    assert interval(np.array([np.nan, np.nan])) is None
    assert accuracy_interval(np.zeros(0, bool)) is None


def test_every_figure_lies_in_its_own_interval() -> None:
    random = np.random.default_rng(4)
    labels = random.integers(0, 7, 800)
    probs = random.dirichlet(np.ones(7), 800).astype(np.float32)
    probs[np.arange(800), labels] += 0.5
    probs /= probs.sum(axis=1, keepdims=True)
    votes = np.zeros((800, 10), dtype=np.uint8)
    votes[:, 1] = 10  # everybody says happiness
    found = intervals(probs, labels, votes)
    predicted = probs.argmax(axis=1)
    recalls = [np.mean(predicted[labels == each] == each) for each in range(7)]
    figures = {
        "accuracy": np.mean(predicted == labels),
        "macro_recall": np.mean(recalls),
        "ece": expected_calibration_error(probs, labels),
        "ferplus_accuracy": np.mean(predicted == HAPPY),
    }
    for name, value in figures.items():
        low, high = found[name]
        assert low < value < high, name
    assert all(
        ends[0] < recall < ends[1] for recall, ends in zip(recalls, found["per_class_recall"].values(), strict=True)
    )


def test_about_nineteen_intervals_in_twenty_hold_the_truth() -> None:
    random = np.random.default_rng(6)
    held = 0
    for _ in range(200):
        low, high = accuracy_interval(random.random(300) < 0.66)
        held += low <= 0.66 <= high
    assert 180 <= held <= 200
