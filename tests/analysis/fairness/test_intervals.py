"""Against the worked examples of Newcombe's two papers of 1998 (Statistics in Medicine 17, pages 857 and 873)."""

from __future__ import annotations

import pytest

from analysis.fairness.intervals import Count, difference, excludes_zero, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_the_published_one(hits: int, n: int, low: float, high: float) -> None:
    found = wilson(Count(hits, n))
    assert found.value == hits / n
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_newcombes_interval_is_the_published_one(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = difference(Count(*one), Count(*other))
    assert found.value == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_a_difference_turned_round_is_the_same_with_the_other_sign() -> None:
    there, back = difference(Count(56, 70), Count(48, 80)), difference(Count(48, 80), Count(56, 70))
    assert (there.low, there.high) == (pytest.approx(-back.high), pytest.approx(-back.low))


def test_more_confidence_is_a_wider_interval_that_may_reach_zero() -> None:
    assert excludes_zero(difference(Count(56, 70), Count(48, 80)))
    assert not excludes_zero(difference(Count(56, 70), Count(48, 80), confidence=0.9999))


def test_there_is_no_interval_without_images() -> None:
    with pytest.raises(ValueError, match="at least one image"):
        wilson(Count(0, 0))
