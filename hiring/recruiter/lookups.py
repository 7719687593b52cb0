"""Rows for reviewers, always by way of access: what was not handed in yet is not theirs to see."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest

from hiring import access
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs.models import Moment

HANDED_IN = (Interview.State.SUBMITTED, Interview.State.DECIDED)


def handed_in(interview: Interview) -> bool:
    """Whether reviewers may look: before, the candidate can still replace an answer."""
    return interview.state in HANDED_IN


def recording(request: HttpRequest, pk: UUID) -> Recording:
    """A recording that was handed in. Raises Http404."""
    row = access.recording_for(request.user, pk)
    if not handed_in(row.interview):
        raise Http404
    return row


def moment(request: HttpRequest, pk: UUID) -> Moment:
    """A moment of a recording that was handed in. Raises Http404."""
    row = access.moment_for(request.user, pk)
    recording(request, row.run.recording_id)
    return row


def answers(request: HttpRequest, interview: Interview) -> list[Recording]:
    """The newest recording of each question, in the questions' order."""
    if not handed_in(interview):
        return []
    rows = access.recordings(request.user).filter(interview=interview).order_by("question__order", "created_at")
    newest = {row.question_id: row for row in rows}
    return list(newest.values())
