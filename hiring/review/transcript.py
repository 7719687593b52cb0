"""What was said, in lines."""

from __future__ import annotations

from typing import Any

from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun

#: A pause longer than this is shown as a separate row.
SILENCE_MS = 1500
_LINE_WORDS, _LONGEST_LINE_WORDS = 30, 60


def _silence(start_ms: int, end_ms: int) -> dict[str, Any]:
    return {"kind": "silence", "start_ms": start_ms, "end_ms": end_ms, "speaker": "", "words": []}


def _ends_line(line: dict[str, Any], word: dict[str, Any]) -> bool:
    """Whether this word starts a new line: another speaker, a full sentence in a long line, or a very long line."""
    count = len(line["words"])
    sentence_over = line["words"][-1]["text"].endswith((".", "?", "!"))
    return (
        word["speaker"] != line["speaker"] or (count >= _LINE_WORDS and sentence_over) or count >= _LONGEST_LINE_WORDS
    )


def _lines(words: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Group words into lines, with a row for each long pause between them."""
    rows: list[dict[str, Any]] = []
    spoken_until = 0
    for word in words:
        pause = word["start_ms"] - spoken_until
        if pause > SILENCE_MS:
            rows.append(_silence(spoken_until, word["start_ms"]))
        if not rows or rows[-1]["kind"] == "silence" or _ends_line(rows[-1], word):
            rows.append({"kind": "speech", "start_ms": word["start_ms"], "speaker": word["speaker"], "words": []})
        rows[-1]["words"].append(word)
        rows[-1]["end_ms"] = spoken_until = max(spoken_until, word["end_ms"])
    return rows


def _corrected(lines: list[dict[str, Any]], recording: Recording) -> list[dict[str, Any]]:
    """The lines, each with the candidate's replacement text if any: a correction applies to the line at its time."""
    corrections = list(recording.corrections.values_list("start_ms", "text"))
    starts = [line["start_ms"] for line in lines if line["kind"] == "speech"]
    of_line: dict[int, list[str]] = {}
    for start_ms, text in corrections:
        nearest = min(starts, key=lambda start: abs(start - start_ms), default=None)
        if nearest is not None:
            of_line.setdefault(nearest, []).append(text)
    return [
        line | {"correction": " ".join(of_line.get(line["start_ms"], [])) if line["kind"] == "speech" else ""}
        for line in lines
    ]


def transcript(run: AnalysisRun | None) -> dict[str, Any]:
    """Words in lines with pauses between them, and their source. JSON-ready."""
    if run is None:
        nothing: dict[str, Any] = {"words": [], "lines": [], "silences": []}
        return {"source": "none", "language": "", "low_confidence": False, "note": "", **nothing}
    columns = ("position", "start_ms", "end_ms", "text", "confidence", "speaker", "mark")
    spoken = list(run.words.values(*columns))
    return {
        "source": run.transcript_source or "none",
        "language": run.transcript_language,
        "low_confidence": run.transcript_low_confidence,
        "note": run.transcript_note,
        "words": spoken,
        "lines": _corrected(_lines(spoken), run.recording),
        "silences": _silences(run, spoken),
    }


def _silences(run: AnalysisRun, spoken: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """When no one speaks for a while: from speech detection, otherwise the gaps between words."""
    heard = list(run.segments.filter(lane="speech").values_list("start_ms", "end_ms"))
    spans = heard or sorted((word["start_ms"], word["end_ms"]) for word in spoken)
    silences, until = [], 0
    for start, end in spans:
        if start - until > SILENCE_MS:
            silences.append((until, start))
        until = max(until, end)
    return silences
