"""Deleting: on request, by withdrawal, because the time is over."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from datetime import datetime

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from hiring.audit import services as audit
from hiring.audit.services import Actor
from hiring.consent import selectors as consent_selectors
from hiring.consent import services as consent
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview, Position
from hiring.recordings import keys, uploads, vault
from hiring.recordings.models import Recording
from hiring.retention.models import ErasureCertificate
from hiring.retention.selectors import contents_of, due
from hiring.review.models import Decision
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, Moment, Segment, Word

log = logging.getLogger(__name__)
CANDIDATE_SESSION_KEY = "candidate_interview"


class DaysRefused(Exception):
    """A retention time is outside what is allowed; `str(error)` is one sentence."""


@transaction.atomic
def set_days(*, position: Position, after_decision: int, without_decision: int, actor: Actor) -> None:
    """Set how long a position's interviews are kept. Raises DaysRefused."""
    for days in (after_decision, without_decision):
        if not 1 <= days <= 3650:
            raise DaysRefused(_("Please choose between 1 and 3650 days."))
    position.days_after_decision, position.days_without_decision = after_decision, without_decision
    position.save(update_fields=["days_after_decision", "days_without_decision"])
    audit.record(
        actor=actor,
        action="retention.changed",
        obj=position,
        after_decision=after_decision,
        without_decision=without_decision,
    )


@transaction.atomic
def _empty_rows(interview: Interview) -> dict[str, int]:
    """Stop the runs, delete what was derived and written about the person, empty the personal columns."""
    for recording in Recording.objects.select_for_update().filter(interview=interview):
        runs.cancel(recording=recording)
    counts = contents_of(interview)
    interview.recordings.all().delete()
    Decision.objects.filter(interview=interview).delete()
    interview.consents.all().delete()
    interview.invitations.all().delete()
    Interview.objects.filter(pk=interview.pk).update(
        state=Interview.State.ERASED,
        candidate_name="",
        candidate_email="",
        accommodation="",
        erased_at=timezone.now(),
    )
    return counts


def _remove_files(interview: Interview, recordings: Iterable[Recording]) -> tuple[bool, int]:
    """Destroy the key first: from then on no copy can be read, even if the rest is interrupted."""
    destroyed = keys.destroy(interview.pk)
    files = vault.delete_all(interview.pk)
    for recording in recordings:
        folder = uploads.path_of(recording).parent
        if folder.exists():
            files += 1
            shutil.rmtree(folder, ignore_errors=True)
    return destroyed, files


def _end_candidate_sessions(interview: Interview) -> None:
    for session in Session.objects.iterator():
        if session.get_decoded().get(CANDIDATE_SESSION_KEY) == str(interview.pk):
            session.delete()


def erase(*, interview: Interview, actor: Actor, reason: str, due_at: datetime | None = None) -> ErasureCertificate:
    """Erase an interview for good: key, files, rows. The certificate and the audit events stay.

    Safe to repeat after a crash in the middle: the key goes first, the rows last with the certificate.
    """
    recordings = list(interview.recordings.all())
    destroyed, files = _remove_files(interview, recordings)
    with transaction.atomic():
        locked = Interview.objects.select_for_update().get(pk=interview.pk)
        if locked.state == Interview.State.ERASED:
            # The sweep, the candidate or another administrator was faster: theirs is the certificate.
            return ErasureCertificate.objects.filter(interview_id=interview.pk).earliest("erased_at")
        counts = _empty_rows(interview)
        certificate = ErasureCertificate.objects.create(
            interview_reference=interview.reference,
            interview_id=interview.pk,
            position_title=interview.position.title,
            reason=reason,
            due_at=due_at,
            counts={**counts, "files": files},
            key_destroyed=destroyed,
        )
        audit.record(actor=actor, action="interview.erased", obj=certificate, interview=interview, reason=reason)
        _end_candidate_sessions(interview)
    # A worker that was writing while the key went may have left a file behind.
    vault.delete_all(interview.pk)
    keys.destroy(interview.pk)
    interview.refresh_from_db()
    return certificate


def erase_due(now: datetime | None = None, *, actor: Actor = audit.SYSTEM, at_most: int | None = None) -> int:
    """Erase everything whose time is over. Returns how many; one that fails does not stop the others.

    A web request passes `at_most`, so that it ends in time; the hourly sweep erases the rest.
    """
    count = 0
    for item in list(due(now))[:at_most]:
        try:
            erase(
                interview=item.interview,
                actor=actor,
                reason=ErasureCertificate.Reason.RETENTION,
                due_at=item.due_at,
            )
            count += 1
        except Exception:
            log.exception("Interview %s could not be erased; the next sweep tries again.", item.interview.pk)
    return count


def change_consent(*, interview: Interview, granted: Iterable[Purpose], language: str) -> None:
    """Change what the candidate agrees to. What rests on a withdrawn purpose is deleted at once.

    What is still agreed to is computed again without it. Withdrawing the recording itself erases the recordings.
    Raises consent.NotOffered and changes nothing.
    """
    before, after = consent_selectors.granted(interview), frozenset(granted)
    files: list[str] = []
    with transaction.atomic():
        consent.choose(interview=interview, granted=after, language=language)
        if before == after:
            return
        recordings = list(interview.recordings.all())
        for recording in recordings:
            files += runs.discard_results(recording=recording)
            # A received one waits for its first run, which has just been cancelled: it needs the new one too.
            if Purpose.RECORDING in after and recording.state in (Recording.State.RECEIVED, Recording.State.READY):
                runs.queue(recording=recording)
    for name in files:
        vault.delete(interview.pk, name)
    if Purpose.RECORDING in before - after:
        for recording in recordings:
            delete_recording(recording=recording)


def delete_recording(*, recording: Recording) -> None:
    """Delete one answer: its files, and every row that was derived from it or written about it."""
    interview, upload = recording.interview, uploads.path_of(recording)  # named before delete() forgets the id
    if recording.state == Recording.State.UPLOADING:
        uploads.give_up(recording=recording)
        return
    with transaction.atomic():
        files = runs.discard_results(recording=recording)
        files += [recording.original_file, recording.playable_file, recording.poster_file, recording.transcript_file]
        audit.record(actor=interview.as_actor(), action="recording.deleted", obj=recording, interview=interview)
        recording.delete()
        if not interview.recordings.exists() and interview.state == Interview.State.SUBMITTED:
            Interview.objects.filter(pk=interview.pk).update(state=Interview.State.OPENED, submitted_at=None)
    for name in filter(None, files):
        vault.delete(interview.pk, name)
    shutil.rmtree(upload.parent, ignore_errors=True)
