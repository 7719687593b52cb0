"""Fillers, restarts, pauses, and speech that no word stands for."""

from __future__ import annotations

import pytest

from analysis.speech.disfluency import marked, pauses, unclear
from analysis.speech.said import understood
from analysis.types import FILLER, RESTART, UNCLEAR, Span, Transcript

from .sounds import heard, words


def marks(text: str, language: str = "en") -> list[str]:
    return [word.text for word in marked(words(text), language) if word.mark]


@pytest.mark.parametrize(
    ("language", "text", "fillers"),
    [
        ("en-US", "So, um, we uh shipped it. Erm, twice", ["um,", "uh", "Erm,"]),
        ("es", "Eh, bueno, lo hicimos ehm dos veces", ["Eh,", "ehm"]),
        ("de", "Ähm, wir haben das äh gebaut", ["Ähm,", "äh"]),
        ("fr", "Euh, nous avons euh livré", ["Euh,", "euh"]),
        ("ja", "um uh", []),
        ("", "um uh", []),
    ],
)
def test_fillers_are_marked_by_language(language: str, text: str, fillers: list[str]) -> None:
    assert marks(text, language) == fillers


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("I I think so", ["I"]),
        ("we had, we had a plan", ["we", "had,"]),
        ("the um the plan", ["the", "um"]),
        ("very very good", []),
        ("4 4 1 7", []),
        ("that is what it is", []),
    ],
)
def test_words_that_are_said_again_at_once_are_restarts(text: str, again: list[str]) -> None:
    found = marked(words(text), "en")
    assert [word.text for word in found if word.mark] == again
    assert all(word.mark in (RESTART, FILLER) for word in found if word.mark)


def test_a_word_repeated_after_a_pause_is_no_restart() -> None:
    assert not any(word.mark for word in marked((*words("plan"), *words("plan", 3000)), "en"))


def test_pauses_lie_between_stretches_of_speech() -> None:
    spans = [Span(1000, 2000), Span(2500, 4000), Span(9000, 9500)]
    assert pauses(spans) == [Span(2000, 2500), Span(4000, 9000)]
    assert pauses(spans[:1]) == pauses([]) == []


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ([], [Span(0, 10_000)]),
        ([(0, 4000), (7000, 10_000)], [Span(4000, 7000)]),
        ([(0, 4600), (5400, 10_000)], []),
        ([(3000, 9500)], [Span(0, 3000)]),
        ([(12_000, 13_000)], [Span(0, 10_000)]),
    ],
)
def test_speech_without_words_is_unclear(spoken: list[tuple[int, int]], expected: list[Span]) -> None:
    from analysis.types import Word

    assert unclear([Span(0, 10_000)], [Word(Span(*each), "word") for each in spoken]) == expected


def test_what_was_not_understood_is_a_row_of_its_own_in_order_of_time() -> None:
    sound = heard(20, (1, 5), (8, 12))
    transcript = Transcript(words("all of this was said", 1000, each_ms=700), "faster-whisper", "en")
    found = understood(transcript, sound).words
    assert [word.mark for word in found] == [""] * 5 + [UNCLEAR]
    assert (
        found[-1].text == "" and abs(found[-1].span.start_ms - 8000) < 64 and abs(found[-1].span.end_ms - 12_000) < 64
    )


def test_a_recording_without_a_recogniser_has_no_unclear_rows() -> None:
    assert understood(Transcript((), "none", note="no sound"), heard(20, (1, 5))).words == ()
