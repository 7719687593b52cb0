"""Delete one answer."""

from __future__ import annotations

from django.db import transaction

from hiring.actions.held import Leftovers, locked
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib import deleted_rows
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs import services as runs


def delete_recording(*, recording: Recording) -> None:
    """Delete one answer: its files, and every row derived from it or written about it."""
    leftovers = Leftovers(recording.interview)
    with transaction.atomic():
        for row in locked(recording.interview):
            if row.pk == recording.pk:
                delete_row(row, leftovers)
        deleted_rows.wipe_soon()
    leftovers.remove()


def delete_row(recording: Recording, leftovers: Leftovers) -> None:
    """Delete a locked recording and everything attached to it. The caller removes the leftovers after the commit."""
    interview = leftovers.interview
    leftovers.take(recording)  # before delete() clears the id
    leftovers.files += runs.discard_results(recording=recording)
    action = Action.UPLOAD_GIVEN_UP if recording.state == Recording.State.UPLOADING else Action.RECORDING_DELETED
    audit.record(actor=interview.as_actor(), action=action, obj=recording, interview=interview)
    recording.delete()
    if not Recording.objects.filter(interview=interview).exists():
        Interview.objects.filter(pk=interview.pk, state=Interview.State.SUBMITTED).update(
            state=Interview.State.OPENED, submitted_at=None
        )
