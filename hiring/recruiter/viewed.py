"""Rows that a reviewer views: access opens them once they have been submitted, and each view is logged."""

from __future__ import annotations

from uuid import UUID

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.audit import services as audit
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs.models import Moment


def seen_recording(request: SignedIn, pk: UUID) -> Recording:
    """A recording whose content is about to be shown. Raises Http404."""
    row = access.recording_for(request.user, pk)
    audit.record_look(actor=request.user.as_actor(), obj=row, interview=row.interview_id)
    return row


def seen_moment(request: SignedIn, pk: UUID) -> Moment:
    """A moment that is about to be shown. Raises Http404."""
    row = access.moment_for(request.user, pk)
    recording = row.run.recording
    audit.record_look(actor=request.user.as_actor(), obj=recording, interview=recording.interview_id)
    return row


def handed_in(interview: Interview) -> bool:
    """Whether reviewers may view the answers: before that, the candidate can still replace one."""
    return interview.state in access.HANDED_IN


def answers(request: SignedIn, interview: Interview) -> list[Recording]:
    """The newest recording of each question, in the questions' order."""
    if not handed_in(interview):
        return []
    rows = access.recordings(request.user).filter(interview=interview).order_by("question__order", "created_at")
    newest = {row.question_id: row for row in rows}
    return list(newest.values())
