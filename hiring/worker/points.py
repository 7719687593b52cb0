"""Looks for a question's points in the words of an answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings

from hiring.positions.models import RubricPoint
from hiring.review.models import Correction
from hiring.runs import points
from hiring.runs.models import AnalysisRun

if TYPE_CHECKING:
    from analysis.speech.text_models import SentenceEncoder

log = logging.getLogger(__name__)
_MOST_AT_ONCE = 50
_LONGEST_S = 5.0


def look(run: AnalysisRun, encode: SentenceEncoder | None = None) -> None:
    """Look for every point not yet looked for, and offer a follow-up question where one is due.

    encode: what compares meanings; without it only words are compared.
    """
    wanted = list(points.to_look_for(run))
    said = _said(run) if wanted else []
    found = _found(wanted, said, run.transcript_language, encode) if said else {}
    points.conclude(run=run, quotes=found)


def _said(run: AnalysisRun) -> list[dict[str, Any]]:
    """The sentences of a run, followed by what the candidate wrote to replace lines: those words count as well.

    An empty sentence separates different kinds and lines, so that no passage runs from one into the other.
    """
    said = points.sentences_of(run)
    for row in Correction.objects.filter(recording=run.recording):
        at = {"start_ms": row.start_ms, "end_ms": row.start_ms}
        said += [{**at, "text": ""}, {**at, "text": row.text, "is_own": True}] if said else []
    return said


def _found(
    wanted: Sequence[RubricPoint], said: Sequence[Mapping[str, Any]], language: str, encode: SentenceEncoder | None
) -> dict[RubricPoint, list[dict[str, Any]] | None]:
    # Imported here, because a worker that has nothing to look for needs no dictionaries.
    from analysis.speech.point_matching import Quote, quotes

    texts = [sentence["text"] for sentence in said]

    def row(quote: Quote) -> dict[str, Any]:
        return {
            "start_ms": said[quote.first]["start_ms"],
            "end_ms": said[quote.after - 1]["end_ms"],
            "text": " ".join(texts[quote.first : quote.after]),
            "likeness": quote.likeness,
            "method": quote.method,
            **({"is_own": True} if said[quote.first].get("is_own") else {}),
        }

    found = quotes([point.text for point in wanted], texts, language, encode)
    return {
        point: None if of_point is None else [row(quote) for quote in of_point]
        for point, of_point in zip(wanted, found, strict=True)
    }


def _encoder() -> SentenceEncoder | None:
    """What compares meanings, if an administrator has put it into MODEL_DIR."""
    if not settings.MODEL_DIR:
        return None
    from analysis.speech.text_models import EMBEDDINGS, BadTextModel, SentenceEncoder

    try:
        return SentenceEncoder(Path(settings.MODEL_DIR) / EMBEDDINGS)
    except FileNotFoundError:
        return None
    except BadTextModel as error:
        log.warning("%s", error)
        return None


def look_safely(run_id: UUID) -> None:
    """The same, for a caller that must continue: a completed run stays complete, whatever happens to its points."""
    try:
        if points.are_wanted(run_id):
            look(_run(run_id), _encoder())
    except Exception:
        log.exception("The points of run %s could not be looked for.", run_id)


def _run(run_id: UUID) -> AnalysisRun:
    return AnalysisRun.objects.select_related("recording").get(pk=run_id)


def look_again() -> int:
    """Look again for runs whose question has changed since, or whose worker died; returns how many.

    For a few seconds at most: the caller has more urgent things to repeat, and calls again soon.
    """
    wanted = points.runs_to_look_at(_MOST_AT_ONCE)
    if not wanted:
        return 0
    encode, until_s = _encoder(), time.monotonic() + _LONGEST_S
    for count, run_id in enumerate(wanted, start=1):
        try:
            look(_run(run_id), encode)
        except Exception:
            log.exception("The points of run %s could not be looked for.", run_id)
        if time.monotonic() > until_s:
            return count
    return len(wanted)
