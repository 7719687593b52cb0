"""Receive a video part by part, until its analysis is queued."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.consent import selectors as consent
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview, Question
from hiring.recordings import uploads
from hiring.recordings.models import Recording
from hiring.recordings.uploads import Checksum, UploadRefused
from hiring.runs import services as runs


def may_upload(interview: Interview) -> bool:
    """Whether a video can be uploaded: the candidate agreed to be recorded, and no decision has been made yet."""
    taking = interview.state in (Interview.State.OPENED, Interview.State.SUBMITTED)
    return taking and Purpose.RECORDING in consent.granted(interview)


def _require(interview: Interview) -> None:
    if not may_upload(interview):
        sentence = _("Videos can be uploaded only while you agree to be recorded and before the decision.")
        raise UploadRefused("not_allowed", sentence)


def start(*, interview: Interview, question: Question, size_bytes: int, file_name: str) -> Recording:
    """Open an upload for one answer. Raises UploadRefused: not_allowed, empty, size, room, busy."""
    _require(interview)
    return uploads.create(interview=interview, question=question, size_bytes=size_bytes, file_name=file_name)


def append(*, recording: Recording, offset: int, pieces: Iterator[bytes], checksum: Checksum | None = None) -> int:
    """Append a part at `offset` and return the new offset; the last byte starts the recording's analysis.

    Raises UploadRefused: not_allowed, or any code that uploads.append raises.
    """
    _require(recording.interview)
    offset = uploads.append(recording=recording, offset=offset, pieces=pieces, checksum=checksum)
    if offset == recording.size_bytes:
        finish(recording=recording)
    return offset


@transaction.atomic
def finish(*, recording: Recording) -> bool:
    """Move a complete upload to analysis. Returns False if another request already did, or if bytes are missing."""
    if not uploads.mark_received(recording):
        return False
    recording.refresh_from_db()
    interview = recording.interview
    audit.record(actor=interview.as_actor(), action=Action.RECORDING_RECEIVED, obj=recording, interview=interview)
    runs.queue(recording=recording)
    return True
