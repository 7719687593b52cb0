"""Which passages touch a point, and which words an answer returns to, in four languages."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.speech.lemmas import content_lemma, content_lemmas
from analysis.speech.point_matching import BY_MEANING, BY_WORDS, quotes, topics

ANSWER = [
    "I joined the team in May.",
    "There was a conflict about the release date.",
    "I asked my colleague for her reasons.",
    "Then we agreed on a smaller release.",
    "It shipped on time and our customers were happy.",
]


@pytest.mark.parametrize(
    ("language", "said", "wanted"),
    [
        ("en", "We asked our colleagues' reasons", ["ask", "colleague", "reason"]),
        ("en-US", "uh we um disagreed", ["disagree"]),
        ("de", "Wir haben die Fristen mit den Kollegen geändert", ["frist", "kollege", "ändern"]),
        ("es", "Escuché las razones de mis compañeros", ["escuchar", "razón", "compañero"]),
        ("fr", "J'ai écouté les raisons de mes collègues", ["écouter", "raison", "collègue"]),
        ("", "Unknown words stay", ["unknown", "words", "stay"]),
        ("en", "— … 7 , a", []),
    ],
)
def test_words_that_carry_meaning_in_their_dictionary_form(language: str, said: str, wanted: list[str]) -> None:
    assert content_lemmas(said.split(), language) == wanted


def test_a_filler_carries_none() -> None:
    assert content_lemma("Ähm,", "de") == content_lemma("euh", "fr") == content_lemma("the", "en") == ""


def test_passages_that_touch_a_point_are_quoted_and_others_are_not() -> None:
    reasons, agreed, learned = quotes(
        ["asking for reasons", "what was agreed in the end", "what was learned from it"], ANSWER, "en"
    )
    assert [(quote.first, quote.after, quote.method) for quote in reasons] == [(2, 3, BY_WORDS)]
    assert [(quote.first, quote.after) for quote in agreed] == [(3, 4)]
    assert learned == []


def test_a_point_can_lie_over_two_sentences() -> None:
    ((quote,),) = quotes(["conflict with a colleague"], ANSWER, "en")
    assert (quote.first, quote.after, quote.likeness) == (1, 3, 1.0)


def test_quotes_do_not_overlap_and_are_at_most_three() -> None:
    (found,) = quotes(["release"], ["The release."] * 9, "en")
    assert len(found) == 3 and len({quote.first for quote in found}) == 3


@pytest.mark.parametrize("point", ["the and of", "How it was done", "Go"])
def test_a_point_whose_words_say_too_little_is_not_said_to_be_missing(point: str) -> None:
    assert quotes([point], ANSWER, "en") == [None]


def test_a_short_name_in_capitals_is_a_word() -> None:
    ((quote,),) = quotes(["AI"], ["We used AI for it."], "en")
    assert quote.likeness == 1


def test_points_of_another_language_are_not_said_to_be_missing() -> None:
    points = ["Was die Kunden erfahren haben und wann", "Wie der Fehler bemerkt wurde"]
    assert quotes(points, ANSWER, "en") == [None, None]
    assert quotes(["what the customers were told and when they heard it"], ANSWER, "en") != [None]


def test_nothing_said_finds_nothing() -> None:
    assert quotes(["release"], [], "en") == [[]] and quotes([], ANSWER, "en") == []


def test_with_an_encoder_what_means_the_same_is_quoted_too() -> None:
    def encode(texts):
        """Made by hand: two texts are near each other where both are about listening."""
        about = [("asked" in text or "listening" in text) for text in texts]
        return np.array([[1.0, 0.0] if each else [0.0, 1.0] for each in about], np.float32)

    (found,) = quotes(["listening to others"], ANSWER, "en", encode)
    assert [(quote.first, quote.method) for quote in found] == [(2, BY_MEANING)]


def test_topics_are_what_is_said_often_in_any_form() -> None:
    said = "The release was late. Releases are hard. The customer saw the release. Customers noticed. So um um um."
    assert [(topic.text, topic.count) for topic in topics(said.split(), "en")] == [("release", 3), ("customer", 2)]
    assert topics([], "en") == ()
