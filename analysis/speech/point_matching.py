"""Where an answer covers the key points of a question, and which words it returns to.

By words: a point is found where two consecutive sentences contain half of its words in their dictionary form. With a
model of sentence embeddings in MODEL_DIR, also where a sentence has a similar meaning. The results are quotes for a
person to read: nothing is scored, and a point that was not found may have been made in other words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.speech.lemmas import content_lemma, content_lemmas
from analysis.speech.sentences import language_of
from analysis.types import Span, Topic, Word

BY_WORDS, BY_MEANING = "words", "meaning"
#: (n texts) -> (n, d) vectors of length one.
Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_LEAST_SHARE = 0.5
_LEAST_LIKENESS = 0.45
_MOST_QUOTES = 3
_MOST_TOPICS = 8
_LEAST_TIMES = 2


@dataclass(frozen=True, slots=True)
class Quote:
    """Sentences from `first` up to but not including `after`. likeness: 0..1, in the method's own measure."""

    first: int
    after: int
    likeness: float
    method: str


def quotes(
    points: Sequence[str], sentences: Sequence[str], language: str, encode: Encode | None = None
) -> list[list[Quote] | None]:
    """For each point at most three quotes of the sentences, those by words first, then the nearest.

    None for a point that cannot be searched for: without a model, one whose words carry too little meaning, or are in
    a different language from the sentences.
    """
    lemmas = [content_lemmas(sentence.split(), language) for sentence in sentences]
    foreign = _is_foreign(points, language)
    wanted = [set() if foreign else set(content_lemmas(point.split(), language)) for point in points]
    found = [_by_words(point, lemmas) if point else None for point in wanted]
    if encode is not None and points and sentences:
        likeness = encode(list(points)) @ encode(list(sentences)).T
        found = [(one or []) + _by_meaning(row) for one, row in zip(found, likeness, strict=True)]
    return [None if one is None else _without_overlap(one) for one in found]


def _is_foreign(points: Sequence[str], language: str) -> bool:
    """Whether the points together are in a different language from the answer, as far as that can be determined."""
    own = language_of([Word(Span(0, 0), word) for point in points for word in point.split()])
    return bool(own and language) and own != language[:2]


def topics(words: Iterable[str], language: str) -> tuple[Topic, ...]:
    """The meaningful words used most often, at least twice; at most eight."""
    forms: dict[str, Counter[str]] = {}
    for word in words:
        if lemma := content_lemma(word, language):
            forms.setdefault(lemma, Counter())[word.strip(".,;:!?…\"'“”«»()").casefold()] += 1
    counts = Counter({lemma: sum(form.values()) for lemma, form in forms.items()})
    often = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return tuple(
        Topic(forms[lemma].most_common(1)[0][0], count)
        for lemma, count in often[:_MOST_TOPICS]
        if count >= _LEAST_TIMES
    )


def _by_words(point: set[str], lemmas: Sequence[Sequence[str]]) -> list[Quote]:
    found = []
    for first in range(len(lemmas)):
        alone = len(point & set(lemmas[first])) / len(point)
        both = len(point & {*lemmas[first], *(lemmas[first + 1] if first + 1 < len(lemmas) else ())}) / len(point)
        # the next sentence only where it adds something to this one
        if both > alone > 0 and both >= _LEAST_SHARE:
            found.append(Quote(first, first + 2, round(both, 3), BY_WORDS))
        elif alone >= _LEAST_SHARE:
            found.append(Quote(first, first + 1, round(alone, 3), BY_WORDS))
    return found


def _by_meaning(likeness: NDArray[np.float32]) -> list[Quote]:
    near = np.flatnonzero(likeness >= _LEAST_LIKENESS)
    return [Quote(int(at), int(at) + 1, round(float(likeness[at]), 3), BY_MEANING) for at in near]


def _without_overlap(found: list[Quote]) -> list[Quote]:
    kept: list[Quote] = []
    order = (BY_WORDS, BY_MEANING)
    for quote in sorted(found, key=lambda each: (order.index(each.method), -each.likeness, each.after - each.first)):
        if len(kept) < _MOST_QUOTES and not any(quote.first < o.after and o.first < quote.after for o in kept):
            kept.append(quote)
    return kept
