"""One expression that stays for unusually long, for this person."""

from __future__ import annotations

import pytest

from analysis.moments.kinds import expression_held
from analysis.types import MomentKind

from .faces import RATES, assert_moves_with_time, assert_near, assert_needs_a_baseline, face, found, lose, show


def smiles(series, each_ms: int = 1500, every_ms: int = 5000, until_ms: int = 60_000) -> None:
    """Short smiles, as the person's own usual."""
    for start_ms in range(2000, until_ms, every_ms):
        show(series, start_ms, start_ms + each_ms, "happy")


@pytest.mark.parametrize("fps", RATES)
def test_a_long_one_is_found_against_the_persons_own_usual(fps: float | None) -> None:
    series = face(120, fps)
    smiles(series)
    show(series, 80_000, 90_000, "sad", prob=0.6)
    (moment,) = found(expression_held, series)
    assert moment.kind == MomentKind.EXPRESSION_HELD and moment.sentence == "main"
    assert_near(moment, 80_000, 90_000)
    assert (moment.values["expression"], moment.values["usual_s"]) == ("sad", 1.5)
    length, prob = moment.evidence
    assert (length.signal, length.baseline) == ("expression_held", 1.5)
    assert length.value >= length.threshold >= 8
    assert prob.signal == "sad" and prob.value > prob.threshold > prob.baseline


@pytest.mark.parametrize("fps", RATES)
def test_a_calm_face_has_none(fps: float | None) -> None:
    assert found(expression_held, face(180, fps)) == []


def test_somebody_who_often_smiles_for_long_is_not_told_of_it() -> None:
    series = face(300)
    smiles(series, each_ms=9000, every_ms=20_000, until_ms=280_000)
    assert found(expression_held, series) == []


def test_what_is_shorter_than_the_least_is_none() -> None:
    series = face(120)
    smiles(series)
    show(series, 80_000, 87_500, "sad")
    assert found(expression_held, series) == []


def test_with_too_few_others_the_bound_is_wider_and_the_sentence_says_so() -> None:
    series = face(120)
    show(series, 60_000, 75_000, "sad")
    assert found(expression_held, series) == []
    show(series, 60_000, 82_000, "sad")
    (moment,) = found(expression_held, series)
    assert moment.sentence == "few_others" and "usual_s" not in moment.values
    assert_near(moment, 60_000, 82_000)


def test_a_face_that_reads_so_at_rest_holds_nothing() -> None:
    series = face(120)
    show(series, 0, 120_000, "sad", prob=0.6)
    assert found(expression_held, series) == []


def test_a_gap_is_not_bridged() -> None:
    series = face(120)
    smiles(series)
    show(series, 80_000, 94_000, "sad")
    lose(series, 87_000, 87_200)
    assert found(expression_held, series) == []


def test_time_and_baseline() -> None:
    series = face(120)
    smiles(series)
    show(series, 80_000, 90_000, "sad")
    assert_moves_with_time(expression_held, series)
    assert_needs_a_baseline(expression_held, series)
