"""Sentences, and their words' sentiment: by a list, VADER (Hutto and Gilbert 2014, MIT), for English; or by a model.

Sentiment is that of the words, not of the person: a list recognizes no irony and no context, a model little of them.
A model (text_models.py) is used in every language, but only if an administrator has put one into MODEL_DIR.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import simplemma
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from analysis.speech.disfluency import plain
from analysis.types import FILLER, Sentence, Span, Word

LANGUAGES = ("en", "es", "de", "fr")
#: Ways to say that one is not sure, by language: as they are spoken, in lower case.
HEDGES = {
    "en": ("i think", "i guess", "i suppose", "kind of", "sort of", "maybe", "perhaps", "probably", "possibly"),
    "es": ("creo que", "supongo", "tal vez", "quizá", "quizás", "a lo mejor", "probablemente", "más o menos"),
    "de": ("ich glaube", "ich denke", "vielleicht", "irgendwie", "wahrscheinlich", "vermutlich", "sozusagen"),
    "fr": ("je pense", "je crois", "je suppose", "peut-être", "sans doute", "probablement", "en quelque sorte"),
}
_ENDS = (".", "?", "!", "…")
# For recognizers without punctuation: a pause ends a sentence, and so does its length.
_PAUSE_MS = 700
_MOST_WORDS = 40
# Fewer words say too little about the language.
_FEWEST_WORDS = 5


def language_of(words: Sequence[Word]) -> str:
    """The most likely of LANGUAGES, or "" for too few words or none of them."""
    if len(words) < _FEWEST_WORDS:
        return ""
    (name, _), *_ = simplemma.langdetect(" ".join(word.text for word in words[:2000]), lang=LANGUAGES)
    return "" if name == "unk" else str(name)


#: Texts -> the sentiment of each, -1..1.
Tones = Callable[[Sequence[str]], Sequence[float]]


def sentences(words: Sequence[Word], language: str, tones: Tones | None = None) -> tuple[Sentence, ...]:
    """The words cut at punctuation, at pauses, at a change of speaker, and at 40 words.

    tones: a model to use for their sentiment instead of the list.
    """
    found = _cut(words, language)
    if tones is None:
        return tuple(found)
    texts = [_text(words[sentence.first_word : sentence.after_word]) for sentence in found]
    asked = iter(tones([text for text in texts if text]))
    return tuple(
        replace(sentence, sentiment=next(asked) if text else None)
        for sentence, text in zip(found, texts, strict=True)
    )


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words if word.text and word.mark != FILLER)


def _cut(words: Sequence[Word], language: str) -> list[Sentence]:
    found: list[Sentence] = []
    first = 0
    for place, word in enumerate(words):
        later = words[place + 1] if place + 1 < len(words) else None
        if (
            later is None
            or word.text.rstrip("\"'»”)").endswith(_ENDS)
            or later.span.start_ms - word.span.end_ms >= _PAUSE_MS
            or later.speaker != word.speaker
            or place + 1 - first >= _MOST_WORDS
        ):
            found.append(_sentence(words, first, place + 1, language))
            first = place + 1
    return found


def _sentence(words: Sequence[Word], first: int, after: int, language: str) -> Sentence:
    part = words[first:after]
    said = [word.text for word in part if word.text and word.mark != FILLER]
    sure = [word.confidence for word in part if word.confidence is not None]
    return Sentence(
        span=Span(part[0].span.start_ms, max(part[0].span.start_ms, max(word.span.end_ms for word in part))),
        first_word=first,
        after_word=after,
        sentiment=_sentiment(_text(part)) if language[:2] == "en" and said else None,
        confidence=round(sum(sure) / len(sure), 3) if sure else None,
        hedges=_hedges(said, language),
    )


def _sentiment(text: str) -> float:
    """-1..1, VADER's compound."""
    return round(float(_vader().polarity_scores(text)["compound"]), 4)


def _hedges(said: Sequence[str], language: str) -> int:
    text = f" {' '.join(plain(word) for word in said)} "
    return sum(text.count(f" {hedge} ") for hedge in HEDGES.get(language[:2], ()))


@cache
def _vader() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()
