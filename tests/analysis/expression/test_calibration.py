from __future__ import annotations

import numpy as np
import pytest

from analysis.expression.calibration import (
    expected_calibration_error,
    fit_temperature,
    probabilities,
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
