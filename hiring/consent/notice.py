"""The notice that a candidate reads: one Markdown-like text for each version and language, and its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "notices"
CURRENT = "2027-01"
LANGUAGES = ("en", "es", "de", "fr")


@dataclass(frozen=True)
class Notice:
    """`sections` are (heading, paragraphs); `sha256` is of the file's bytes."""

    version: str
    language: str
    sha256: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def notice_bytes(language: str, version: str) -> bytes:
    """The file of a notice, as a receipt's hash is of it."""
    return (_FOLDER / version / f"{language}.md").read_bytes()


@cache
def notice(language: str, version: str = CURRENT) -> Notice:
    """Return the notice in this language, or in English where it has no translation."""
    chosen = language.split("-")[0] if language.split("-")[0] in LANGUAGES else "en"
    raw = notice_bytes(chosen, version)
    sections = []
    for block in raw.decode().split("\n## ")[1:]:
        heading, _, body = block.partition("\n")
        paragraphs = tuple(" ".join(part.split()) for part in body.strip().split("\n\n") if part.strip())
        sections.append((heading.strip(), paragraphs))
    return Notice(version, chosen, hashlib.sha256(raw).hexdigest(), tuple(sections))
