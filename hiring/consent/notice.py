"""The notice that a candidate reads: one Markdown-like text for each version and language, and its hash.

The newest version is layered. A heading with one # starts a part: the first part is a summary, the others contain
sections, each under a heading with two #. A section about purposes names them in brackets, and is shown if all of
them are offered.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from hiring.policy.rules import Purpose

_FOLDER = Path(__file__).parent / "notices"
CURRENT = "2027-02"
LANGUAGES = ("en", "es", "de", "fr")


@dataclass(frozen=True)
class Section:
    """The text under one heading, for candidates who are offered all of `purposes`."""

    heading: str
    purposes: frozenset[Purpose]
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A part of a notice: points that are visible immediately, or sections to expand."""

    heading: str
    points: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Notice:
    """`sha256` covers the file's bytes: which of its sections were shown follows from the purposes on the receipt."""

    version: str
    language: str
    sha256: str
    parts: tuple[Part, ...]

    def for_whom_is_offered(self, purposes: AbstractSet[Purpose]) -> Notice:
        """Return the notice without sections about purposes that are not offered."""
        return replace(
            self,
            parts=tuple(
                replace(part, sections=tuple(section for section in part.sections if section.purposes <= purposes))
                for part in self.parts
            ),
        )


def notice_bytes(language: str, version: str) -> bytes:
    """The bytes of a notice file, as covered by a receipt's hash."""
    return (_FOLDER / version / f"{language}.md").read_bytes()


@cache
def notice(language: str) -> Notice:
    """Return the newest notice in this language, or in English if it has no translation."""
    chosen = language.split("-")[0] if language.split("-")[0] in LANGUAGES else "en"
    raw = notice_bytes(chosen, CURRENT)
    parts = tuple(_part(text) for text in re.split(r"^# ", raw.decode(), flags=re.MULTILINE)[1:])
    return Notice(CURRENT, chosen, hashlib.sha256(raw).hexdigest(), parts)


def _part(text: str) -> Part:
    first, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    heading, _, body = first.partition("\n")
    points = tuple(line.removeprefix("- ") for line in body.split("\n") if line)
    return Part(heading, points, tuple(_section(section) for section in sections))


def _section(text: str) -> Section:
    heading, _, body = text.partition("\n")
    names, _, words = heading.rpartition("] ")
    purposes = frozenset(map(Purpose, names.removeprefix("[").split()))
    return Section(words, purposes, tuple(body.strip().split("\n\n")))
