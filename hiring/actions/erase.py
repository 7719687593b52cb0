"""Erase an interview permanently: on request, or because its retention period is over."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from hiring.actions.held import Leftovers, locked
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.services import Actor
from hiring.lib import deleted_rows
from hiring.positions.models import Interview
from hiring.recordings import keys, vault
from hiring.retention import holdings
from hiring.retention.models import ErasureCertificate
from hiring.retention.selectors import Due, due
from hiring.runs.models import AnalysisRun

log = logging.getLogger(__name__)


def erase(*, interview: Interview, actor: Actor, reason: str, due_at: datetime | None = None) -> ErasureCertificate:
    """Erase an interview permanently: key, files, rows. The certificate and the audit events stay.

    Safe to repeat after a crash in the middle: the key goes first, the rows last with the certificate.
    """
    certificate = _erase(interview, actor, reason, due_at)
    deleted_rows.wipe_soon()
    interview.refresh_from_db()
    return certificate


def _erase(interview: Interview, actor: Actor, reason: str, due_at: datetime | None) -> ErasureCertificate:
    """Same as `erase` but without wiping, for callers that erase many interviews and wipe once."""
    destroyed, files = _remove_files(interview)
    with transaction.atomic():
        row = Interview.objects.select_for_update().get(pk=interview.pk)
        if row.state == Interview.State.ERASED:
            # The sweep, the candidate or another administrator was faster; their certificate applies.
            return ErasureCertificate.objects.filter(interview_id=interview.pk).earliest("erased_at")
        counts = _empty_rows(row)
        certificate = ErasureCertificate.objects.create(
            interview_reference=interview.reference,
            interview_id=interview.pk,
            position_title=interview.position.title,
            reason=reason,
            due_at=due_at,
            counts={**counts, "files": files},
            # The first upload creates the key. If an earlier attempt was interrupted, that attempt destroyed it.
            key_destroyed=destroyed or counts["recordings"] > 0,
        )
        audit.record(actor=actor, action=Action.INTERVIEW_ERASED, obj=certificate, interview=interview, reason=reason)
    # A worker that was writing while the key was destroyed may have left a file behind.
    vault.delete_all(interview.pk)
    keys.destroy(interview.pk)
    return certificate


def erase_due(now: datetime | None = None, *, actor: Actor = audit.SYSTEM, at_most: int | None = None) -> int:
    """Erase everything whose retention period is over. Returns how many; one failure does not stop the others.

    A web request passes `at_most` so that it finishes in time; the hourly sweep erases the rest.
    """
    count = sum(erase_overdue(item, actor=actor) for item in list(due(now, at_most)))
    deleted_rows.wipe_soon()
    return count


def erase_overdue(item: Due, *, actor: Actor = audit.SYSTEM) -> bool:
    """Erase one interview whose retention period is over. Returns whether it is gone; the caller wipes rows."""
    try:
        _erase(item.interview, actor, ErasureCertificate.Reason.RETENTION, item.due_at)
    except Exception:
        log.exception("Interview %s could not be erased; the next sweep tries again.", item.interview.pk)
        return False
    return True


def _remove_files(interview: Interview) -> tuple[bool, int]:
    """Destroy the key first: from then on no copy can be read, even if the rest is interrupted."""
    destroyed, leftovers = keys.destroy(interview.pk), Leftovers(interview)
    for recording in interview.recordings.prefetch_related(Prefetch("runs", AnalysisRun.objects.only("recording"))):
        leftovers.take(recording)
    files = vault.delete_all(interview.pk) + sum(folder.exists() for folder in leftovers.folders)
    leftovers.remove()
    return destroyed, files


def _empty_rows(interview: Interview) -> dict[str, int]:
    """Delete what was derived or written about the person and clear the personal columns. Call it in a transaction.

    A worker processing it notices at its next heartbeat that its run is gone. All parent rows are locked, so no new
    rows can be added.
    """
    locked(interview)
    counts = holdings.delete_rows(interview)
    Interview.objects.filter(pk=interview.pk).update(
        state=Interview.State.ERASED,
        candidate_name="",
        candidate_email="",
        accommodation="",
        erased_at=timezone.now(),
    )
    return counts
