"""The moments of a run, as reviewers see them. JSON-ready."""

from __future__ import annotations

from typing import Any

from hiring.accounts.models import User
from hiring.review.models import Verdict
from hiring.review.wording import kind_label, moment_rule, moment_sentence
from hiring.runs.models import AnalysisRun, Moment


def mark(moment: Moment) -> dict[str, Any]:
    """What lists and the timeline show for a moment."""
    return {
        "id": str(moment.pk),
        "kind": moment.kind,
        "label": kind_label(moment.kind),
        "start_ms": moment.start_ms,
        "end_ms": moment.end_ms,
        "peak_ms": moment.peak_ms,
        "sentence": moment_sentence(moment),
    }


def _verdict(verdict: Verdict, viewer: User | None) -> dict[str, Any]:
    return {
        "answer": verdict.answer,
        "reason": verdict.reason,
        "reviewer": verdict.reviewer.name,
        "own": viewer is not None and verdict.reviewer_id == viewer.pk,
        "at": verdict.at.isoformat(),
    }


def _regions(moment: Moment) -> dict[str, Any] | None:
    """Which parts of the face determined the moment's expression, and in which frame; None if there are none."""
    found = getattr(moment, "explanation", None)
    if found is None:
        return None
    return {"at_ms": found.at_ms, "expression": found.expression, "shares": found.regions}


def moment_details(moment: Moment, viewer: User | None = None) -> dict[str, Any]:
    """One moment with its reason and everyone's verdicts. JSON-ready."""
    verdicts = [_verdict(verdict, viewer) for verdict in moment.verdicts.all()]
    return mark(moment) | {
        "rule": moment_rule(moment),
        "evidence": moment.evidence,
        "distance": moment.distance,
        "confidence": moment.confidence,
        "quality": moment.quality,
        "regions": _regions(moment),
        "verdicts": verdicts,
        "own": next((verdict for verdict in verdicts if verdict["own"]), None),
    }


def moments(run: AnalysisRun | None, viewer: User | None = None) -> list[dict[str, Any]]:
    """Moments of a run in chronological order, with everyone's verdicts."""
    if run is None:
        return []
    rows = run.moments.select_related("explanation").prefetch_related("verdicts__reviewer")
    return [moment_details(moment, viewer) for moment in rows]
