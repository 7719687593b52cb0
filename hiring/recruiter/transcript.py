"""The transcript as HTML: five thousand words in a few milliseconds, with nothing but text in the markup.

The words' times are sent alongside as one JSON list; the script matches the two by their order.
"""

from __future__ import annotations

from html import escape  # Django's own does the same, but takes four times as long for each of thousands of words
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from analysis.types import FILLER, RESTART
from hiring.review.wording import word_text

#: Below this a word is shown fainter. Only its class says so: for a screen reader it is still the word.
UNSURE = 0.5


def _word(word: dict[str, Any]) -> str:
    unsure = word["confidence"] is not None and word["confidence"] < UNSURE
    classes = " ".join(filter(None, ("unsure" if unsure else "", word["mark"])))
    shown_as = f' class="{classes}"' if classes else ""
    return f"<span{shown_as}>{escape(word_text(word))}</span>"


def line_html(line: dict[str, Any]) -> SafeString:
    """The words of one line, each in a span."""
    return mark_safe(" ".join(_word(word) for word in line["words"]))  # noqa: S308 (each word is escaped above)


def shown(transcript: dict[str, Any]) -> dict[str, Any]:
    """A transcript ready for the template: lines with HTML, and the times of words and silences for the script."""
    lines = [line | {"html": line_html(line)} for line in transcript["lines"]]
    return {
        **{name: transcript[name] for name in ("source", "language", "low_confidence", "note")},
        "lines": lines,
        "has_words": bool(transcript["words"]),
        "has_marks": any(word["mark"] in (FILLER, RESTART) for word in transcript["words"]),
        "times": {
            "words": [[word["start_ms"], word["end_ms"]] for word in transcript["words"]],
            "silences": transcript["silences"],
        },
    }
