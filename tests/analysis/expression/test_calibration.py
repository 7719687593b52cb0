from __future__ import annotations

import numpy as np
import pytest

from analysis.expression.calibration import (
    expected_calibration_error,
    fit_temperature,
    is_sure,
    log_loss,
    probabilities,
    threshold_for_coverage,
)


def drawn(temperature: float, n: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """(n, 7) logits whose labels were really drawn at `temperature`."""
    random = np.random.default_rng(11)
    logits = random.normal(0, 2, (n, 7))
    noise = random.gumbel(size=(n, 7))  # argmax(x + Gumbel) is a draw from softmax(x)
    return logits, (logits / temperature + noise).argmax(axis=1)


def test_probabilities_are_a_softmax_at_the_temperature() -> None:
    logits = np.array([[np.log(4.0), 0, 0, 0, 0, 0, 0]])
    assert probabilities(logits, 1.0)[0, 0] == pytest.approx(0.4)
    assert probabilities(logits, 2.0)[0, 0] == pytest.approx(2 / 8)


def test_huge_logits_do_not_overflow() -> None:
    probs = probabilities(np.array([[1e4, -1e4, 0, 0, 0, 0, 0]]), 0.5)
    assert np.isfinite(probs).all() and probs[0, 0] == pytest.approx(1.0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_the_fit_finds_the_temperature_that_the_labels_were_drawn_at(temperature: float) -> None:
    assert fit_temperature(*drawn(temperature)) == pytest.approx(temperature, rel=0.05)


def test_the_fit_lowers_the_calibration_error_and_moves_no_winner() -> None:
    logits, labels = drawn(2.5)
    raw, fitted = probabilities(logits, 1.0), probabilities(logits, fit_temperature(logits, labels))
    assert expected_calibration_error(raw, labels) > 0.2
    assert expected_calibration_error(fitted, labels) < 0.02
    assert (raw.argmax(axis=1) == fitted.argmax(axis=1)).all()


def test_the_error_of_four_images_is_the_one_on_paper() -> None:
    # two sure and right: gap 0.1 each; two at 0.6 of which one is right: bin accuracy 0.5, gap 0.1 each
    probs = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    assert expected_calibration_error(probs, np.array([0, 0, 0, 1])) == pytest.approx(0.1)


def test_certainty_that_is_right_has_no_error_and_certainty_that_is_wrong_has_all() -> None:
    probs = np.eye(7)
    assert expected_calibration_error(probs, np.arange(7)) == 0.0
    assert expected_calibration_error(probs, (np.arange(7) + 1) % 7) == 1.0


def test_no_images_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no images"):
        expected_calibration_error(np.empty((0, 7)), np.empty(0, dtype=int))
    with pytest.raises(ValueError, match="no images"):
        fit_temperature(np.empty((0, 7)), np.empty(0, dtype=int))
    with pytest.raises(ValueError, match="no images"):
        threshold_for_coverage(np.empty((0, 7)), 0.9)


def test_the_threshold_for_a_coverage_answers_for_the_surest_so_many() -> None:
    # winners, from the surest: 0.9, 0.8, 0.7, 0.6, 0.5
    probs = np.array([[0.7, 0.3], [0.1, 0.9], [0.5, 0.5], [0.8, 0.2], [0.4, 0.6]])
    assert threshold_for_coverage(probs, 0.4) == 0.8
    assert threshold_for_coverage(probs, 0.41) == 0.7  # 2.05 images are three
    assert threshold_for_coverage(probs, 1.0) == 0.5
    assert is_sure(probs, 0.7).tolist() == [True, True, False, True, False]  # the image at the bound is answered


def test_equal_probabilities_are_answered_together() -> None:
    probs = np.array([[0.9, 0.1]] + [[0.6, 0.4]] * 9)
    threshold = threshold_for_coverage(probs, 0.5)
    assert threshold == 0.6 and is_sure(probs, threshold).mean() == 1.0


@pytest.mark.parametrize("count", [7, 100, 999])
@pytest.mark.parametrize("coverage", [0.5, 0.55, 0.9, 0.95, 1.0])
def test_no_threshold_answers_for_an_image_too_many_or_too_few(count: int, coverage: float) -> None:
    probs = np.random.default_rng(3).dirichlet(np.ones(7), count)
    answered = is_sure(probs, threshold_for_coverage(probs, coverage)).sum()
    assert answered - 1 < coverage * count <= answered + 1e-9


@pytest.mark.parametrize("coverage", [0.0, -0.1, 1.01])
def test_a_coverage_that_is_none_is_refused(coverage: float) -> None:
    with pytest.raises(ValueError, match="coverage"):
        threshold_for_coverage(np.eye(7), coverage)


def test_the_log_loss_is_the_logarithm_of_what_the_label_was_given_and_stays_finite() -> None:
    probs = np.array([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
    losses = log_loss(probs, np.array([0, 0, 1]))
    assert losses[:2] == pytest.approx([np.log(2), np.log(4)])
    assert np.isfinite(losses[2]) and losses[2] > 80
