"""A transcript as WebVTT."""

from __future__ import annotations

from collections.abc import Iterator

from analysis.types import Transcript, Word

# Short enough to read while it is shown (about two lines); a pause begins a new one.
_MAX_WORDS = 12
_PAUSE_MS = 700


def as_vtt(transcript: Transcript) -> str:
    """Cues of up to a dozen words, with each word's own time inside the cue (`<00:00:01.500>`)."""
    parts = ["WEBVTT"]
    if transcript.low_confidence:
        parts.append(f"NOTE {transcript.note}")
    parts += [_cue(words) for words in cues(transcript.words)]
    return "\n\n".join(parts) + "\n"


def cues(words: tuple[Word, ...]) -> Iterator[list[Word]]:
    """Consecutive words of one speaker, cut at pauses and at a dozen."""
    cue: list[Word] = []
    for word in words:
        if cue and (
            len(cue) == _MAX_WORDS
            or word.span.start_ms - cue[-1].span.end_ms > _PAUSE_MS
            or word.speaker != cue[-1].speaker
        ):
            yield cue
            cue = []
        cue.append(word)
    if cue:
        yield cue


def _cue(words: list[Word]) -> str:
    first_ms = words[0].span.start_ms
    last_ms = max(first_ms + 1, max(word.span.end_ms for word in words))  # a cue of zero length is invalid
    said, at_ms = _escaped(words[0].text), first_ms
    for word in words[1:]:
        # Time stamps inside a cue must rise.
        if at_ms < word.span.start_ms < last_ms:
            at_ms = word.span.start_ms
            said += f" <{clock(at_ms)}>{_escaped(word.text)}"
        else:
            said += f" {_escaped(word.text)}"
    voice = f"<v {_escaped(words[0].speaker)}>" if words[0].speaker else ""
    return f"{clock(first_ms)} --> {clock(last_ms)}\n{voice}{said}"


def clock(ms: int) -> str:
    """hh:mm:ss.mmm"""
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _escaped(text: str) -> str:
    return " ".join(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").split())
