"""What words and silences show about the delivery: pauses, fillers, restarts, and speech without a word."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from analysis.types import FILLER, RESTART, Span, Word

#: Sounds that carry no word, by language. Words that can also mean something (like, well, este, ben) are left out.
FILLERS = {
    "en": frozenset({"uh", "uhh", "um", "umm", "uhm", "er", "erm", "hm", "hmm", "mm", "mmm"}),
    "es": frozenset({"eh", "ehh", "em", "ehm", "mm", "mmm", "hm", "hmm"}),
    "de": frozenset({"äh", "ähm", "öh", "öhm", "eh", "ehm", "hm", "hmm", "mm", "mmm"}),
    "fr": frozenset({"euh", "heu", "hum", "hm", "hmm", "mm", "mmm"}),
}
# Repeated on purpose, or a number read out.
_SAID_TWICE = frozenset(
    {"very", "really", "so", "no", "yes", "bye", "ha", "muy", "sí", "sehr", "ja", "nein", "très", "oui", "non"}
)
# A repetition after a longer pause is a new beginning of the sentence, not a restart of the word.
_RESTART_MS = 1500
# Speech without a word for less than this is a breath or an edge.
_UNCLEAR_MS = 1000


def pauses(spans: Sequence[Span]) -> list[Span]:
    """The silences between stretches of speech, not those before the first and after the last."""
    return [Span(one.end_ms, other.start_ms) for one, other in itertools.pairwise(spans)]


def plain(text: str) -> str:
    """A word without its punctuation, in lower case."""
    letters = unicodedata.normalize("NFC", text).casefold()
    return letters.strip("".join(sign for sign in letters if not sign.isalnum()))


def marked(words: Sequence[Word], language: str) -> tuple[Word, ...]:
    """The words, with fillers and restarts marked: a filler by the language's list, a restart where words repeat."""
    fillers = FILLERS.get(language[:2], frozenset())
    plains = [plain(word.text) for word in words]
    again = _restarts(words, plains, fillers)
    return tuple(
        replace(word, mark=FILLER if text in fillers else RESTART if place in again else "")
        for place, (word, text) in enumerate(zip(words, plains, strict=True))
    )


def _restarts(words: Sequence[Word], plains: Sequence[str], fillers: frozenset[str]) -> set[int]:
    """Positions of words that are repeated at once: one word, or two ("we had, we had"). Fillers may lie between."""
    spoken = [place for place, text in enumerate(plains) if text and text not in fillers]
    again: set[int] = set()
    for at in range(len(spoken)):
        for length in (2, 1):
            first, second = spoken[at : at + length], spoken[at + length : at + 2 * length]
            if len(second) < length or [plains[i] for i in first] != [plains[i] for i in second]:
                continue
            on_purpose = length == 1 and (plains[first[0]] in _SAID_TWICE or plains[first[0]].isdigit())
            if not on_purpose and words[second[0]].span.start_ms - words[first[-1]].span.end_ms <= _RESTART_MS:
                again.update(first)
    return again


def unclear(spans: Sequence[Span], words: Sequence[Word]) -> list[Span]:
    """The parts of speech, a second or longer, in which no word was recognized."""
    found: list[Span] = []
    spoken = sorted((word.span.start_ms, word.span.end_ms) for word in words if word.text)
    for span in spans:
        at_ms = span.start_ms
        for start_ms, end_ms in (*(each for each in spoken if each[1] > span.start_ms), (span.end_ms, span.end_ms)):
            until_ms = min(start_ms, span.end_ms)
            if until_ms - at_ms >= _UNCLEAR_MS:
                found.append(Span(at_ms, until_ms))
            at_ms = max(at_ms, end_ms)
            if start_ms >= span.end_ms:
                break
    return found
