"""Read what reviewers see of one recording."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from analysis.types import VOICES, Stage, StageState
from hiring.accounts.models import User
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.review.models import Decision, Note
from hiring.review.moments import moments
from hiring.review.transcript import transcript
from hiring.review.wording import kind_label, moment_sentence, stage_label, voices_label
from hiring.runs import points, savepoints
from hiring.runs.models import AnalysisRun, Moment
from hiring.runs.selectors import complete_run, latest_run, network_is_off
from hiring.runs.standing import Standing, standing_of


def notes(recording: Recording) -> QuerySet[Note]:
    """Everyone's notes on a recording, in chronological order."""
    return recording.notes.select_related("author")


def decision_of(interview: Interview) -> Decision | None:
    """The decision on an interview, with who made it."""
    return Decision.objects.filter(interview=interview).select_related("decided_by").first()


@dataclass(frozen=True)
class Progress:
    """A recording's standing before its review, and the newest run, which determined it."""

    standing: Standing
    run: AnalysisRun | None


def progress(recording: Recording) -> Progress:
    """What a screen shows about a recording's analysis."""
    run = latest_run(recording)
    return Progress(standing_of(recording, run), run)


#: What a manifest reports for a stage that was planned but could not be computed on this installation.
_LACKING = (StageState.MODEL_MISSING, StageState.NEEDS_FACES)


@dataclass(frozen=True)
class SoFar:
    """What an unfinished run has marked up to `until_ms`: label, start_ms and sentence of each moment."""

    until_ms: int
    moments: list[dict[str, Any]]


def so_far(state: Progress) -> SoFar | None:
    """Moments that a running analysis has marked, which may still change; None if none have been saved yet."""
    saved = savepoints.of(state.run) if state.run is not None and state.standing.is_moving else None
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
    """Stages that were planned but whose model is missing on this installation."""
    stages = run.manifest.get("stages", {}) if run else {}
    return [Stage(name) for name in (run.plan if run else ()) if stages.get(name) in _LACKING]


def _in_words(missing: list[Stage], run: AnalysisRun | None) -> list[str]:
    """The same for display, including whether voices could not be distinguished."""
    voices = run.manifest.get("weights", {}).get(VOICES) == "" if run else False
    return [stage_label(stage) for stage in missing] + ([voices_label()] if voices else [])


def review_context(recording: Recording, viewer: User) -> dict[str, Any]:
    """Everything the review page shows about one recording except the timeline, which the page fetches afterward."""
    state = progress(recording)
    # Looked up once per page. The newest run is nearly always the one with results.
    run = state.run if state.standing == Standing.COMPLETE else complete_run(recording)
    found = moments(run, viewer)
    missing = _not_computed(run)
    has_timeline = run is not None and state.standing != Standing.UNANALYZED
    drawn = set(run.plan if run and has_timeline else ())
    return {
        "progress": state,
        "transcript": transcript(run),
        "points": points.of(recording, run),
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
