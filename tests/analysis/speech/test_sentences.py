"""Where sentences end, which language they are in, and what a dictionary says of their words."""

from __future__ import annotations

import pytest

from analysis.speech.sentences import language_of, sentences
from analysis.types import Word

from .sounds import words


def spoken(text: str, language: str = "en") -> list[str]:
    found = words(text)
    return [" ".join(w.text for w in found[s.first_word : s.after_word]) for s in sentences(found, language)]


def test_sentences_end_at_their_signs() -> None:
    assert spoken('We won. Did you? "Yes!" I did') == ["We won.", "Did you?", '"Yes!"', "I did"]


def test_without_signs_they_end_at_pauses_at_speakers_and_at_forty_words() -> None:
    found = (*words("one two three"), *words("four five", 5000))
    assert [(s.first_word, s.after_word) for s in sentences(found, "en")] == [(0, 3), (3, 5)]
    assert [s.after_word for s in sentences(words("word " * 90), "en")] == [40, 80, 90]
    two = tuple(
        Word(word.span, word.text, None, speaker) for word, speaker in zip(words("a b c"), "ABB", strict=True)
    )
    assert [s.after_word for s in sentences(two, "en")] == [1, 3]
    assert sentences((), "en") == ()


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("That was a wonderful and happy day.", 1),
        ("It was a terrible, awful failure.", -1),
        ("It was on a table.", 0),
    ],
)
def test_the_sentiment_is_that_of_the_words(text: str, sign: int) -> None:
    (sentence,) = sentences(words(text), "en-US")
    assert sentence.sentiment is not None
    assert (sentence.sentiment > 0.4) - (sentence.sentiment < -0.4) == sign
    assert sentence.confidence == pytest.approx(0.9)


def test_other_languages_have_no_sentiment_but_hedges() -> None:
    (sentence,) = sentences(words("Ich glaube, das war vielleicht wunderbar"), "de")
    assert sentence.sentiment is None and sentence.hedges == 2


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("we rolled the release back in eleven minutes and told everybody", "en"),
        ("volvimos a la versión anterior y avisamos a todo el mundo", "es"),
        ("wir haben die Version zurückgenommen und allen Bescheid gesagt", "de"),
        ("nous avons retiré la version et prévenu tout le monde", "fr"),
        ("too few", ""),
    ],
)
def test_the_language_is_told_from_the_words(text: str, language: str) -> None:
    assert language_of(words(text)) == language
