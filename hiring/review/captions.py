"""Captions (WebVTT) from the words of a transcript."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from django.utils.translation import gettext

from hiring.review.transcript import transcript
from hiring.review.wording import word_text
from hiring.runs.models import AnalysisRun

#: A caption has two lines of about 40 characters, stays for at most six seconds, and ends at a pause.
_LETTERS = 80
_LONGEST_MS = 6000
_PAUSE_MS = 900


class Spoken(Protocol):
    """One word with its time."""

    @property
    def start_ms(self) -> int: ...

    @property
    def end_ms(self) -> int: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Said:
    """Something to caption that is not a database row."""

    start_ms: int
    end_ms: int
    text: str


def _stamp(ms: int) -> str:
    seconds, thousandths = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _fits(cue: Sequence[Spoken], word: Spoken) -> bool:
    letters = sum(len(w.text) + 1 for w in cue) + len(word.text)
    pause = word.start_ms - cue[-1].end_ms
    ended = cue[-1].text.endswith((".", "?", "!"))
    return (
        letters <= _LETTERS
        and word.end_ms - cue[0].start_ms <= _LONGEST_MS
        and pause < _PAUSE_MS
        and not (ended and letters > _LETTERS // 2)
    )


def cues(words: Iterable[Spoken]) -> Iterator[list[Spoken]]:
    """Group words into captions, in chronological order."""
    cue: list[Spoken] = []
    for word in words:
        if not word.text.strip():
            continue
        if cue and not _fits(cue, word):
            yield cue
            cue = []
        cue.append(word)
    if cue:
        yield cue


def _lines(texts: list[str]) -> str:
    """Split a caption in two so that both halves have about the same length."""
    whole = " ".join(texts)
    if len(whole) <= _LETTERS // 2 or len(texts) < 2:
        return whole
    cut = min(range(1, len(texts)), key=lambda i: abs(len(" ".join(texts[:i])) - len(" ".join(texts[i:]))))
    return " ".join(texts[:cut]) + "\n" + " ".join(texts[cut:])


def spoken(run: AnalysisRun | None) -> list[Spoken]:
    """What captions show, in order: the words, and the candidate's own text for a line they corrected."""
    found: list[Spoken] = []
    for line in transcript(run)["lines"]:
        if line["correction"]:
            own = [gettext("[corrected]"), *line["correction"].split()]
            lasts_ms = (line["end_ms"] - line["start_ms"]) / len(own)
            edges = [round(line["start_ms"] + i * lasts_ms) for i in range(len(own) + 1)]
            found += [Said(start, end, text) for (start, end), text in zip(pairwise(edges), own, strict=True)]
        else:
            found += [Said(word["start_ms"], word["end_ms"], word_text(word)) for word in line["words"]]
    return found


def of(run: AnalysisRun | None) -> str:
    """A run's captions as a WebVTT file; an empty file if there is no run."""
    return webvtt(spoken(run))


def webvtt(words: Iterable[Spoken]) -> str:
    """Return a WebVTT file. Words are escaped: a transcript can contain anything."""
    blocks = ["WEBVTT"]
    for cue in cues(words):
        start = cue[0].start_ms
        end = max(cue[-1].end_ms, start + 1)
        texts = [html.escape(" ".join(word.text.split()), quote=False) for word in cue]
        blocks.append(f"{_stamp(start)} --> {_stamp(end)}\n{_lines(texts)}")
    return "\n\n".join(blocks) + "\n"
