"""Words that carry meaning, in their dictionary form: simplemma's lemmas without stopwords-iso's function words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import simplemma
import stopwordsiso

from analysis.speech.disfluency import FILLERS, plain

# That list also includes words that answers are about.
_MEANT = {
    "en": """affect ask announce appreciate change describe example fact general group help home importance interest
        important invention keep member need new number order page part place plan point present problem regard
        research result room side specify state successfully suggest system turn value volume word work year young"""
}
_SHORTEST = 3


def content_lemma(word: str, language: str) -> str:
    """The lemma of a word in lower case; "" for a word that carries no meaning, a filler, or punctuation.

    language: such as "en" or "en-US"; "" for an unknown one, whose words stay as they are.
    """
    text, code = plain(word), language[:2]
    if len(text) < _SHORTEST:
        return text if len(text) > 1 and word.strip(".,;:!?").isupper() else ""  # AI, CI, QA
    if text in FILLERS.get(code, ()):
        return ""
    lemma = text
    if code in FILLERS:
        # nouns are capitalized in German, and only capitalized nouns are in its dictionary
        found = {simplemma.lemmatize(text, code), simplemma.lemmatize(text.capitalize(), code)} - {text, text.title()}
        lemma = sorted(found, key=lambda each: (len(each), each))[0].casefold() if found else text
    return "" if lemma in _small(code) else lemma


def content_lemmas(words: Sequence[str], language: str) -> list[str]:
    """Those of the words that carry meaning, in order.

    What was looked up is forgotten after the call: a long-lived process keeps no one's words.
    """
    known: dict[str, str] = {}
    for word in words:
        if word not in known:
            known[word] = content_lemma(word, language)
    return [lemma for word in words if (lemma := known[word])]


@cache
def _small(code: str) -> frozenset[str]:
    listed = stopwordsiso.stopwords(code) if stopwordsiso.has_lang(code) else ()
    return frozenset(listed) - frozenset(_MEANT.get(code, "").split())
