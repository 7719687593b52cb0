"""Counts that were worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from analysis.fairness.tally import MIN_N, Answer, Tallies

HAPPY = 3
SIZES = {"size": ("short", "tall"), "hat": ("no", "yes")}


def answers(times: int, answer: str | None, label: int | None = None, face: bool = True, **of: str) -> list[Answer]:
    return [Answer(of, face, answer, label)] * times


@pytest.fixture
def tallies() -> Tallies:
    """100 tall, 60 of them happy, 20 not sure, 10 sad, 6 hard to see, 4 without a face; 50 short, 15 of them happy.

    Hats: all 50 short wear none; of the tall the 60 happy wear none and the other 40 do.
    """
    tall, hat = {"size": "tall", "hat": "no"}, {"size": "tall", "hat": "yes"}
    return Tallies(
        SIZES,
        [
            *answers(60, "happy", **tall),
            *answers(20, "not_sure", **hat),
            *answers(10, "sad", **hat),
            *answers(6, None, **hat),
            *answers(4, None, face=False, **hat),
            *answers(15, "happy", size="short", hat="no"),
            *answers(35, "neutral", size="short", hat="no"),
        ],
    )


def the_group(tallies: Tallies, **of: str) -> dict[str, Any]:
    return next(group for group in tallies.groups() if group["of"] == of)


def the_comparison(tallies: Tallies, measure: str, *by: str) -> dict[str, Any]:
    return next(one for one in tallies.comparisons()[0] if one["measure"] == measure and one["by"] == list(by))


def test_rates_are_of_all_images_and_expressions_of_those_that_could_be_read(tallies: Tallies) -> None:
    tall = the_group(tallies, size="tall")
    assert tall["n"] == 100 and tall["readable"] == 90
    assert tall["detection_rate"]["value"] == 0.96 and tall["readable_rate"]["value"] == 0.9
    assert tall["predicted"]["happy"]["value"] == pytest.approx(60 / 90, abs=1e-5)
    assert tall["predicted"]["not_sure"]["value"] == pytest.approx(20 / 90, abs=1e-5)
    assert sum(share["value"] for share in tall["predicted"].values()) == pytest.approx(1, abs=1e-4)
    assert tall["accuracy"] is None and not tallies.labelled


def test_every_interval_holds_its_value(tallies: Tallies) -> None:
    def shares() -> Iterator[dict[str, float]]:
        for group in tallies.groups():
            yield from (group["detection_rate"], group["readable_rate"], *group["predicted"].values())

    assert all(0 <= share["low"] <= share["value"] <= share["high"] <= 1 for share in shares())


def test_groups_are_single_values_first_and_then_pairs_in_order_of_display(tallies: Tallies) -> None:
    assert [group["of"] for group in tallies.groups()] == [
        {"size": "short"},
        {"size": "tall"},
        {"hat": "no"},
        {"hat": "yes"},
        {"size": "short", "hat": "no"},
        {"size": "tall", "hat": "no"},
        {"size": "tall", "hat": "yes"},
    ]


def test_a_small_intersection_is_not_shown_and_a_small_group_is_not_compared() -> None:
    few = MIN_N - 1
    tallies = Tallies(
        SIZES,
        [
            *answers(50, "happy", size="tall", hat="no"),
            *answers(few, "happy", size="short", hat="no"),
        ],
    )
    assert the_group(tallies, size="short")["n"] == few
    assert not [group for group in tallies.groups() if group["of"] == {"size": "short", "hat": "no"}]
    comparisons, pairs = tallies.comparisons()
    assert comparisons == [] and pairs == 0


def test_a_group_is_set_beside_the_best_with_difference_interval_and_ratio(tallies: Tallies) -> None:
    happy = the_comparison(tallies, "predicted:happy", "size")
    assert happy["best"] == {"size": "tall"}
    (short,) = happy["groups"]
    assert short["of"] == {"size": "short"}
    assert short["difference"] == pytest.approx(15 / 50 - 60 / 90, abs=1e-5)
    assert short["ratio"] == pytest.approx((15 / 50) / (60 / 90), abs=1e-5)
    assert short["low"] < short["difference"] < short["high"] < 0


def test_only_what_survives_the_correction_for_all_pairs_is_clear() -> None:
    """Happy 60 of 100 against 45 of 100: 2.1 standard errors apart. 95 of 100 against 45 of 100: 8."""

    def happy(first: int) -> dict[str, Any]:
        seen = [
            *answers(first, "happy", size="tall"),
            *answers(100 - first, "sad", size="tall"),
            *answers(45, "happy", size="short"),
            *answers(55, "sad", size="short"),
        ]
        return the_comparison(Tallies({"size": ("short", "tall")}, seen), "predicted:happy", "size")["groups"][0]

    near, far = happy(60), happy(95)
    assert near["high"] < 0 and not near["clear"]
    assert far["high"] < 0 and far["clear"]


def test_the_correction_counts_every_pair_and_not_only_those_shown(tallies: Tallies) -> None:
    comparisons, pairs = tallies.comparisons()
    # 10 measures without labels; two groups by size, two by hat, three intersections of enough images
    assert len(comparisons) == 30
    assert pairs == 10 * (1 + 1 + 3)
    assert sum(len(one["groups"]) for one in comparisons) == 10 * (1 + 1 + 2)


def test_where_nobody_has_it_there_is_no_ratio(tallies: Tallies) -> None:
    fear = the_comparison(tallies, "predicted:fear", "size")
    assert fear["best"] == {"size": "short"}  # of equals the first
    assert fear["groups"][0]["ratio"] is None and fear["groups"][0]["difference"] == 0
    assert not fear["groups"][0]["clear"]


def test_accuracy_is_of_labelled_images_that_got_an_answer() -> None:
    tallies = Tallies(
        {"size": ("tall",)},
        [
            *answers(6, "happy", label=HAPPY, size="tall"),
            *answers(2, "sad", label=HAPPY, size="tall"),
            *answers(5, "not_sure", label=HAPPY, size="tall"),
            *answers(5, None, label=HAPPY, size="tall"),
            *answers(5, "happy", size="tall"),
        ],
    )
    accuracy = the_group(tallies, size="tall")["accuracy"]
    assert tallies.labelled
    assert accuracy["value"] == 0.75 and accuracy["n"] == 8


def test_a_group_in_which_no_face_could_be_read_has_no_shares_of_expressions() -> None:
    tallies = Tallies({"size": ("tall",)}, answers(3, None, face=False, size="tall"))
    group = the_group(tallies, size="tall")
    assert group["predicted"] is None and group["detection_rate"]["value"] == 0


def test_an_image_counts_only_in_the_dimensions_that_it_has() -> None:
    tallies = Tallies(SIZES, [*answers(3, "happy", size="tall"), *answers(2, "happy", size="tall", hat="yes")])
    assert the_group(tallies, size="tall")["n"] == 5 and the_group(tallies, hat="yes")["n"] == 2
    assert tallies.values("hat") == ["yes"]
