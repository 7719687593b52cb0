"""Reading what reviewers see of one recording."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from analysis.types import VOICES, Stage
from hiring.accounts.models import User
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.review import observations, overview, sound
from hiring.review.inbox import inbox as inbox
from hiring.review.models import Decision, Note, Verdict
from hiring.review.wording import kind_label, moment_rule, moment_sentence, stage_label, voices_label
from hiring.runs import points, savepoints
from hiring.runs.models import AnalysisRun, Moment, Segment, Word
from hiring.runs.selectors import complete_run, latest_run, network_is_off

#: A pause longer than this is shown as a row of its own.
SILENCE_MS = 1500
_LINE_WORDS, _LONGEST_LINE_WORDS = 30, 60
#: Frames take tens of megabytes while they are thinned, and threads share one processor: more at once are no quicker.
_READING = threading.BoundedSemaphore(2)


def _duration_ms(recording: Recording, run: AnalysisRun) -> int:
    return recording.duration_ms or run.total_ms or 1


def timeline(
    recording: Recording, start_ms: int | None = None, end_ms: int | None = None, points: int = 2000
) -> dict[str, Any] | None:
    """Everything the timeline draws in a window (the whole recording by default), at most `points` to a line.

    None while there is no complete run.
    """
    run = complete_run(recording)
    if run is None:
        return None
    duration_ms = _duration_ms(recording, run)
    start_ms = min(max(start_ms or 0, 0), duration_ms - 1)
    end_ms = max(min(duration_ms if end_ms is None else end_ms, duration_ms), start_ms + 1)
    points = min(max(points, observations.FEWEST_POINTS), observations.MOST_POINTS)
    with _READING:
        drawn = _drawn(recording, run, start_ms, end_ms, points)
    inside = {"start_ms__lt": end_ms, "end_ms__gte": start_ms}
    return {
        "recording": str(recording.pk),
        "run": str(run.pk),
        "duration_ms": duration_ms,
        "start_ms": start_ms,
        "end_ms": end_ms,
        "points": points,
        **drawn,
        "segments": list(run.segments.filter(**inside).values("lane", "value", "start_ms", "end_ms", "mean_prob")),
        "moments": [_mark(moment) for moment in run.moments.filter(**inside)],
    }


def _drawn(recording: Recording, run: AnalysisRun, start_ms: int, end_ms: int, points: int) -> dict[str, Any]:
    """The lines of a window: a long one from the overview, a short one from its frames."""
    window = (start_ms, end_ms)
    coarse = overview.read(recording.interview_id, run.overview_file, *window, points)
    found = coarse or observations.frames(recording.interview_id, run.observations_file, *window)
    heard: list[dict[str, Any]] = []
    if Stage.VOICE in run.plan and coarse is not None:
        heard = sound.thinned_lines(coarse.lines, points, run.baseline)
    elif Stage.VOICE in run.plan:
        heard = sound.lines(recording.interview_id, run.sound_file, *window, points, run.baseline)
    return {
        "series": [observations.series(found, name, points) for name in found.expressions]
        if found and Stage.EXPRESSION in run.plan
        else [],
        "signals": [observations.signal(found, name, points) for name in found.face_signals]
        if found and Stage.LANDMARKS in run.plan
        else [],
        "sound": heard,
        "gaps": observations.gaps(found, *window, (end_ms - start_ms) // points) if found else [],
    }


def _mark(moment: Moment) -> dict[str, Any]:
    return {
        "id": str(moment.pk),
        "kind": moment.kind,
        "label": kind_label(moment.kind),
        "start_ms": moment.start_ms,
        "end_ms": moment.end_ms,
        "peak_ms": moment.peak_ms,
        "sentence": moment_sentence(moment),
    }


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
    """The lines, each with what the candidate wrote instead of it: a correction belongs to the line at its time."""
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


def words(recording: Recording) -> QuerySet[Word]:
    """The words of the newest complete run, in order."""
    run = complete_run(recording)
    return run.words.all() if run else Word.objects.none()


def transcript(recording: Recording) -> dict[str, Any]:
    """Words in lines with pauses between them, and where they come from. JSON-ready."""
    run = complete_run(recording)
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
        "lines": _corrected(_lines(spoken), recording),
        "silences": _silences(run, spoken),
    }


def _silences(run: AnalysisRun, spoken: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """When nobody speaks for a while: as it was listened for, or else between words."""
    heard = list(run.segments.filter(lane="speech").values_list("start_ms", "end_ms"))
    spans = heard or sorted((word["start_ms"], word["end_ms"]) for word in spoken)
    silences, until = [], 0
    for start, end in spans:
        if start - until > SILENCE_MS:
            silences.append((until, start))
        until = max(until, end)
    return silences


def _verdict(verdict: Verdict, viewer: User | None) -> dict[str, Any]:
    return {
        "answer": verdict.answer,
        "reason": verdict.reason,
        "reviewer": verdict.reviewer.name,
        "own": viewer is not None and verdict.reviewer_id == viewer.pk,
        "at": verdict.at.isoformat(),
    }


def _regions(moment: Moment) -> dict[str, Any] | None:
    """Which parts of the face carried the moment's expression, and in which frame; None where it has none."""
    found = getattr(moment, "explanation", None)
    if found is None:
        return None
    return {"at_ms": found.at_ms, "expression": found.expression, "shares": found.regions}


def moment_details(moment: Moment, viewer: User | None = None) -> dict[str, Any]:
    """One moment with its reason and everybody's verdicts. JSON-ready."""
    verdicts = [_verdict(verdict, viewer) for verdict in moment.verdicts.all()]
    return _mark(moment) | {
        "rule": moment_rule(moment),
        "evidence": moment.evidence,
        "distance": moment.distance,
        "confidence": moment.confidence,
        "quality": moment.quality,
        "regions": _regions(moment),
        "verdicts": verdicts,
        "own": next((verdict for verdict in verdicts if verdict["own"]), None),
    }


def moments(recording: Recording, viewer: User | None = None) -> list[dict[str, Any]]:
    """Moments of the newest complete run in order of time, with the verdicts of everybody."""
    run = complete_run(recording)
    if run is None:
        return []
    rows = run.moments.select_related("explanation").prefetch_related("verdicts__reviewer")
    return [moment_details(moment, viewer) for moment in rows]


def notes(recording: Recording) -> QuerySet[Note]:
    """Everybody's notes on a recording, in order of time."""
    return recording.notes.select_related("author")


def decision_of(interview: Interview) -> Decision | None:
    """The decision on an interview, with who made it."""
    return Decision.objects.filter(interview=interview).select_related("decided_by").first()


@dataclass(frozen=True)
class Progress:
    """Where a recording stands on its way to being reviewed.

    stage: checking (the file was not looked at yet), refused, active, failed, alone (nothing was analysed), complete.
    """

    stage: str
    run: AnalysisRun | None

    @property
    def is_moving(self) -> bool:
        return self.stage in ("checking", "active")


def progress(recording: Recording) -> Progress:
    """What a screen says of a recording's analysis. Why nothing was analysed is not to be known here."""
    run = latest_run(recording)
    if recording.state == Recording.State.REFUSED:
        return Progress("refused", run)
    if run is not None and run.is_active:
        return Progress("active", run)
    if recording.state == Recording.State.RECEIVED:
        return Progress("failed" if run else "checking", run)
    if run is None or (run.state == AnalysisRun.State.COMPLETE and not run.plan):
        return Progress("alone", run)
    return Progress("complete" if run.state == AnalysisRun.State.COMPLETE else "failed", run)


#: What a manifest says of a stage that was planned and could not be computed on this installation.
_LACKING = ("model missing", "needs faces")


@dataclass(frozen=True)
class SoFar:
    """What a run that is not finished has marked up to `until_ms`: label, start_ms and sentence of each moment."""

    until_ms: int
    moments: list[dict[str, Any]]


def so_far(state: Progress) -> SoFar | None:
    """The moments that a running analysis has marked, which may still change; None where it saved none yet."""
    saved = savepoints.of(state.run) if state.run is not None and state.stage == "active" else None
    if saved is None:
        return None
    moments = [
        {
            "label": kind_label(told["kind"]),
            "start_ms": told["start_ms"],
            "sentence": moment_sentence(Moment(kind=told["kind"], sentence=told["sentence"], values=told["values"])),
        }
        for told in saved.moments
    ]
    return SoFar(saved.until_ms, moments)


def _not_computed(run: AnalysisRun | None) -> list[Stage]:
    """Stages that were planned but whose model this installation does not have."""
    stages = run.manifest.get("stages", {}) if run else {}
    return [Stage(name) for name in (run.plan if run else ()) if stages.get(name) in _LACKING]


def _in_words(missing: list[Stage], run: AnalysisRun | None) -> list[str]:
    """The same for a screen, and whether voices could not be told apart."""
    voices = run.manifest.get("weights", {}).get(VOICES) == "" if run else False
    return [stage_label(stage) for stage in missing] + ([voices_label()] if voices else [])


def review_context(recording: Recording, viewer: User) -> dict[str, Any]:
    """Everything the review page shows of one recording but the timeline, which the page fetches afterwards."""
    state, run = progress(recording), complete_run(recording)
    found = moments(recording, viewer)
    missing = _not_computed(run)
    has_timeline = run is not None and state.stage != "alone"
    drawn = set(run.plan if run and has_timeline else ())
    return {
        "progress": state,
        "transcript": transcript(recording),
        "points": points.of(recording),
        "topics": run.topics if run else [],
        "moments": found,
        "seen": sum(1 for moment in found if moment["own"]),
        "notes": notes(recording),
        "has_timeline": has_timeline,
        "has_expression": Stage.EXPRESSION in drawn and Stage.EXPRESSION not in missing,
        "has_head": Stage.LANDMARKS in drawn and Stage.LANDMARKS not in missing,
        "has_voice": Stage.VOICE in drawn and bool(run and run.sound_file),
        "missing_ms": recording.missing_ms or (run.manifest.get("missing_ms", 0) if run else 0),
        "not_computed": _in_words(missing, run),
        "network_is_off": network_is_off(run),
        "expression_was_off": run is not None and run.expression_was_off,
    }


def speech_spans(recording: Recording, start_ms: int, end_ms: int, pause_ms: int = 700) -> list[tuple[int, int]]:
    """When somebody speaks in a window: as it was listened for, else words with less than a short pause between."""
    run = complete_run(recording)
    heard = run.segments.filter(lane="speech") if run else Segment.objects.none()
    if heard.exists():
        return list(heard.filter(start_ms__lt=end_ms, end_ms__gte=start_ms).values_list("start_ms", "end_ms"))
    inside = words(recording).filter(start_ms__lt=end_ms, end_ms__gte=start_ms)
    spans: list[tuple[int, int]] = []
    for start, end in inside.order_by("start_ms").values_list("start_ms", "end_ms"):
        if spans and start - spans[-1][1] <= pause_ms:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans
