"""Uploaded transcripts: WebVTT, SubRip, or JSON.

JSON is a list of objects, or an object whose "words" (or else "segments", or "entries" as Teams writes them) is one.
Each has "text" (or "word"), and "start_ms" and "end_ms" in milliseconds, "start" and "end" in seconds, or
"startOffset" and "endOffset" as hours, minutes and seconds; maybe "confidence" (0..1) and "speaker" (or
"speakerDisplayName"). A text of several words is a cue. Speakers are read from WebVTT's voice tags, as Teams writes
them, and from a name and a colon before the text, as Zoom does.
"""

from __future__ import annotations

import codecs
import io
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import webvtt
from webvtt.errors import MalformedCaptionError, MalformedFileError

from analysis.text import plain
from analysis.types import BadTranscript, Span, Transcript, Word

MAX_BYTES = 16 << 20
_MAX_MS = 24 * 60 * 60 * 1000
# Names before a colon: how long they are, how many there are, and in what share of the cues.
_LONGEST_NAME, _FEW_NAMES, _NAMED_SHARE = 60, 6, 0.8


def read_transcript(path: Path) -> Transcript:
    """The words of a file in order of time. Raises BadTranscript.

    Where only whole cues have times, each word gets a share of its cue by its length, and no confidence.
    """
    text = _text(path)
    try:
        words = list(_json_words(text) if text.lstrip()[:1] in ("[", "{") else _subtitle_words(text))
    except (ValueError, ArithmeticError, TypeError, LookupError, AttributeError, RecursionError) as error:
        if isinstance(error, BadTranscript):
            raise
        raise BadTranscript("The transcript has an entry without a text, or with times that make no sense.") from None
    if not words:
        raise BadTranscript("The transcript has no words.")
    return Transcript(tuple(sorted(words, key=lambda word: word.span.start_ms)), "uploaded")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadTranscript(f"The transcript is larger than {MAX_BYTES >> 20} MB.")
        content = path.read_bytes()
        coding = "utf-16" if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"
        return plain(content.decode(coding))
    except OSError:
        raise BadTranscript("The transcript's file is missing or cannot be read.") from None
    except UnicodeDecodeError:
        raise BadTranscript("The transcript is not a text file in UTF-8 or UTF-16.") from None


def _subtitle_words(text: str) -> Iterator[Word]:
    kind = "vtt" if text.lstrip().startswith("WEBVTT") else "srt"
    try:
        cues = webvtt.from_buffer(io.BytesIO(text.encode()), format=kind)
    except (MalformedFileError, MalformedCaptionError):
        raise BadTranscript("The transcript is neither WebVTT, SRT nor JSON.") from None
    names = _names(cue.text for cue in cues if not cue.voice)
    for cue in cues:
        name, _, rest = cue.text.partition(": ")
        who, said = (name.strip(), rest) if not cue.voice and name.strip() in names else (cue.voice or "", cue.text)
        yield from spread(said, _span(_clock_ms(cue.start), _clock_ms(cue.end)), speaker=who)


def _names(texts: Iterable[str]) -> frozenset[str]:
    """What comes before a colon, if the same texts recur so often that they must be names."""
    said = list(texts)
    before = Counter(text.partition(": ")[0].strip() for text in said if ": " in text[:_LONGEST_NAME])
    few = len(before) <= max(_FEW_NAMES, len(said) // 10)
    return frozenset(before) if few and sum(before.values()) >= _NAMED_SHARE * len(said) else frozenset()


def _clock_ms(time: str) -> int:
    *hours, minutes, seconds = time.replace(",", ".").split(":")
    return round((int(hours[0] if hours else 0) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


def _json_words(text: str) -> Iterator[Word]:
    try:
        found: Any = json.loads(text)
    except json.JSONDecodeError:
        raise BadTranscript("The transcript is not valid JSON.") from None
    if isinstance(found, dict):
        found = found.get("words") or found.get("segments") or found.get("entries")
    if not isinstance(found, list):
        raise BadTranscript("The transcript's JSON is not a list of words with times.")
    for entry in found:
        said = entry["text"] if "text" in entry else entry["word"]
        if not isinstance(said, str):
            raise ValueError("a text must be a string")
        span = _span(_entry_ms(entry, "start"), _entry_ms(entry, "end"))
        yield from spread(
            said,
            span,
            _confidence(entry.get("confidence")),
            str(entry.get("speaker") or entry.get("speakerDisplayName") or ""),
        )


def _entry_ms(entry: dict[str, Any], edge: str) -> int:
    if f"{edge}Offset" in entry:
        return _clock_ms(entry[f"{edge}Offset"])
    return round(float(entry[f"{edge}_ms"])) if f"{edge}_ms" in entry else round(float(entry[edge]) * 1000)


def _confidence(value: Any) -> float | None:
    share = math.nan if value is None else float(value)
    return None if math.isnan(share) else min(max(share, 0.0), 1.0)


def _span(start_ms: int, end_ms: int) -> Span:
    if end_ms > _MAX_MS:
        raise ValueError("a transcript does not last longer than a day")
    return Span(start_ms, end_ms)


def spread(text: str, span: Span, confidence: float | None = None, speaker: str = "") -> Iterator[Word]:
    """The words of a cue, one after another, each with a share of its time by its number of characters.

    A cue of one word keeps its confidence; the words of a longer one have none, because their times are a guess.
    """
    words = plain(text).split()  # once more: JSON's escapes can spell what its file does not hold
    total = sum(len(word) for word in words)
    before = 0
    for word in words:
        start_ms = span.start_ms + span.duration_ms * before // total
        before += len(word)
        end_ms = span.start_ms + span.duration_ms * before // total
        yield Word(Span(start_ms, end_ms), word, confidence if len(words) == 1 else None, speaker)
