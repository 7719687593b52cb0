"""Sentences whose words and face point opposite ways."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.moments.kinds import words_and_face_differ
from analysis.signals.series import Series
from analysis.speech.said import Said
from analysis.types import Moment

from .. import rules
from ..speech.sounds import said, words
from .faces import face, lose, show

GOOD, BAD, PLAIN = "that was a wonderful happy day", "it was a terrible awful failure", "it was on the table there"
AT_MS, UNTIL_MS = 30_000, 32_100


def spoken(text: str, at_ms: int = AT_MS, language: str = "en") -> Said:
    return said(None, words(text, at_ms), language)


def found(series: Series, what: Said) -> list[Moment]:
    return rules.found(words_and_face_differ, series, what)


@pytest.mark.parametrize(("text", "shown", "tone"), [(GOOD, "sad", "positive"), (BAD, "happy", "negative")])
def test_opposite_words_and_face_are_found_with_both_quoted(text: str, shown: str, tone: str) -> None:
    series = face(60)
    show(series, AT_MS - 200, UNTIL_MS + 200, shown)
    (moment,) = found(series, spoken(text))
    assert (moment.values["tone"], moment.values["expression"]) == (tone, shown)
    assert moment.values["quote"] == text and moment.confidence == pytest.approx(0.9)
    expression, sentiment = moment.evidence
    assert expression.signal == shown and expression.value > expression.threshold > expression.baseline
    assert sentiment.signal == "sentiment" and abs(sentiment.value) >= abs(sentiment.threshold)
    assert sentiment.value * sentiment.threshold > 0


@pytest.mark.parametrize(
    ("text", "shown"), [(GOOD, "happy"), (BAD, "sad"), (PLAIN, "sad"), (PLAIN, "happy"), (GOOD, "surprise")]
)
def test_what_agrees_or_says_nothing_is_none(text: str, shown: str) -> None:
    series = face(60)
    show(series, AT_MS - 200, UNTIL_MS + 200, shown)
    assert found(series, spoken(text)) == []


def test_a_calm_face_another_language_and_no_baseline_have_none() -> None:
    series = face(60)
    assert found(series, spoken(GOOD)) == []
    show(series, AT_MS, UNTIL_MS, "sad")
    assert found(series, spoken(GOOD, language="de")) == []
    assert found(face(2), spoken(GOOD, at_ms=0)) == []


def test_an_expression_that_is_usual_for_this_person_is_none() -> None:
    series = face(60)
    show(series, 0, 60_000, "sad")
    assert found(series, spoken(GOOD)) == []


def test_a_face_that_was_mostly_away_says_nothing() -> None:
    series = face(60)
    show(series, AT_MS, UNTIL_MS, "sad")
    lose(series, AT_MS, AT_MS + 1000)
    assert found(series, spoken(GOOD)) == []


def test_a_sentence_after_the_end_of_the_picture_is_none() -> None:
    assert found(face(20), spoken(GOOD, at_ms=50_000)) == []


def test_a_long_sentence_is_quoted_in_part() -> None:
    series = face(120)
    text = "that was a wonderful happy day and " * 5 + "we all loved it"
    show(series, 80_000, 95_000, "sad")
    (moment,) = found(series, spoken(text, at_ms=80_000))
    assert len(moment.values["quote"]) <= 80 and moment.values["quote"].endswith("…")
    assert np.isfinite(moment.distance)
