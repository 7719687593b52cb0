"""Deleting: on request, by withdrawal, because the time is over."""

from __future__ import annotations

import logging
import math
import shutil
import time
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.types import Stage
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.services import Actor
from hiring.consent import selectors as consent_selectors
from hiring.consent import services as consent
from hiring.lib import broker, deleted_rows
from hiring.policy.rules import Purpose
from hiring.positions import services as positions
from hiring.positions.models import Interview, Invitation, Position
from hiring.recordings import keys, uploads, vault
from hiring.recordings.models import Recording
from hiring.retention import holdings
from hiring.retention.models import ErasureCertificate
from hiring.retention.selectors import Due, due
from hiring.runs import places
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun

log = logging.getLogger(__name__)


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
        action=Action.RETENTION_CHANGED,
        obj=position,
        after_decision=after_decision,
        without_decision=without_decision,
    )


def _empty_rows(interview: Interview) -> dict[str, int]:
    """Delete what was derived and written about the person, empty the personal columns. Call it in a transaction.

    A worker at it finds its run gone at its next heartbeat. All that rows hang on is locked: none is added.
    """
    _locked(interview)
    counts = holdings.delete_rows(interview)
    Interview.objects.filter(pk=interview.pk).update(
        state=Interview.State.ERASED,
        candidate_name="",
        candidate_email="",
        accommodation="",
        erased_at=timezone.now(),
    )
    return counts


class _Leftovers:
    """Files that nothing names once a transaction is committed; removed after it, never before."""

    def __init__(self, interview: Interview) -> None:
        self.interview = interview
        self.files: list[str] = []
        self.folders: list[Path] = []

    def take(self, recording: Recording) -> None:
        """Everything that lies anywhere for a recording: in the vault, as an upload, in a worker's hands."""
        self.files += filter(None, (getattr(recording, column) for column in Recording.VAULT_FILES))
        self.folders.append(uploads.path_of(recording).parent)
        for run in recording.runs.all():
            self.folders += Path(settings.WORK_DIR).glob(f"{run.pk}.*")

    def remove(self) -> None:
        for name in self.files:
            vault.delete(self.interview.pk, name)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def _remove_files(interview: Interview) -> tuple[bool, int]:
    """Destroy the key first: from then on no copy can be read, even if the rest is interrupted."""
    destroyed, leftovers = keys.destroy(interview.pk), _Leftovers(interview)
    for recording in interview.recordings.prefetch_related(Prefetch("runs", AnalysisRun.objects.only("recording"))):
        leftovers.take(recording)
    files = vault.delete_all(interview.pk) + sum(folder.exists() for folder in leftovers.folders)
    leftovers.remove()
    return destroyed, files


def erase(*, interview: Interview, actor: Actor, reason: str, due_at: datetime | None = None) -> ErasureCertificate:
    """Erase an interview for good: key, files, rows. The certificate and the audit events stay.

    Safe to repeat after a crash in the middle: the key goes first, the rows last with the certificate.
    """
    certificate = _erase(interview, actor, reason, due_at)
    deleted_rows.wipe_soon()
    interview.refresh_from_db()
    return certificate


def _erase(interview: Interview, actor: Actor, reason: str, due_at: datetime | None) -> ErasureCertificate:
    """The same without wiping, for whoever erases many and wipes once."""
    destroyed, files = _remove_files(interview)
    with transaction.atomic():
        locked = Interview.objects.select_for_update().get(pk=interview.pk)
        if locked.state == Interview.State.ERASED:
            # The sweep, the candidate or another administrator was faster: theirs is the certificate.
            return ErasureCertificate.objects.filter(interview_id=interview.pk).earliest("erased_at")
        counts = _empty_rows(locked)
        certificate = ErasureCertificate.objects.create(
            interview_reference=interview.reference,
            interview_id=interview.pk,
            position_title=interview.position.title,
            reason=reason,
            due_at=due_at,
            counts={**counts, "files": files},
            # The first upload makes the key. Where an earlier attempt broke off, that one destroyed it.
            key_destroyed=destroyed or counts["recordings"] > 0,
        )
        audit.record(actor=actor, action=Action.INTERVIEW_ERASED, obj=certificate, interview=interview, reason=reason)
    # A worker that was writing while the key went may have left a file behind.
    vault.delete_all(interview.pk)
    keys.destroy(interview.pk)
    return certificate


def erase_due(now: datetime | None = None, *, actor: Actor = audit.SYSTEM, at_most: int | None = None) -> int:
    """Erase everything whose time is over. Returns how many; one that fails does not stop the others.

    A web request passes `at_most`, so that it ends in time; the hourly sweep erases the rest.
    """
    count = sum(erase_overdue(item, actor=actor) for item in list(due(now, at_most)))
    deleted_rows.wipe_soon()
    return count


def erase_overdue(item: Due, *, actor: Actor = audit.SYSTEM) -> bool:
    """Erase one interview whose time is over. Returns whether it is gone; the caller wipes deleted rows."""
    try:
        _erase(item.interview, actor, ErasureCertificate.Reason.RETENTION, item.due_at)
    except Exception:
        log.exception("Interview %s could not be erased; the next sweep tries again.", item.interview.pk)
        return False
    return True


def _locked(interview: Interview) -> list[Recording]:
    """The interview's recordings, locked with it and their runs: rows come before the audit record, everywhere."""
    Interview.objects.select_for_update().get(pk=interview.pk)
    rows = Recording.objects.select_for_update().filter(interview=interview).order_by("pk")
    recordings = list(rows)
    list(AnalysisRun.objects.select_for_update().filter(recording__in=recordings).order_by("pk").values_list("pk"))
    return recordings


def change_consent(*, interview: Interview, granted: Iterable[Purpose], language: str, link: Invitation) -> None:
    """Change what the candidate agrees to. What rests on a withdrawn purpose is deleted at once.

    What is still agreed to is computed again without it. Without the recording itself no recording stays.
    link: what opened the candidate's session. Raises consent.NotOffered or NotProven and changes nothing.
    """
    after, leftovers = frozenset(granted), _Leftovers(interview)
    with transaction.atomic():
        recordings = _locked(interview)
        before = consent_selectors.granted(interview)
        consent.choose(interview=interview, granted=after, language=language, link=link)
        for recording in recordings:
            if Purpose.RECORDING not in after:
                _delete_row(recording, leftovers)
            elif before != after:
                _compute_again(recording, leftovers, keep_transcript=Purpose.TRANSCRIPT in after)
        deleted_rows.wipe_soon()
    leftovers.remove()


def _compute_again(recording: Recording, leftovers: _Leftovers, *, keep_transcript: bool) -> None:
    leftovers.files += runs.discard_results(recording=recording)
    if not keep_transcript:
        recording.corrections.all().delete()
    if not keep_transcript and recording.transcript_file:
        leftovers.files.append(recording.transcript_file)
        recording.transcript_file = ""
        recording.save(update_fields=["transcript_file"])
    # A received one waits for its first run, which has just been cancelled: it needs the new one too.
    if recording.state in (Recording.State.RECEIVED, Recording.State.READY):
        runs.queue(recording=recording)


def revise_position(*, position: Position, questions: Iterable[str], actor: Actor, **columns: str | bool) -> Position:
    """Change a position with its questions, and withhold what its places now forbid: all of it, or nothing.

    From then on no page, download or API answer has it. Deleting it and analyzing again without it takes long where
    there are thousands of interviews: a worker does that (`discard_withheld`).
    Raises positions.NotAllowed and changes nothing.
    """
    before = Position.objects.values("employer_place", "job_place").get(pk=position.pk)
    after = {name: str(columns.get(name, place)) for name, place in before.items()}
    with transaction.atomic():
        if after != before and places.withhold(position=position, **after):  # before the audit record is locked
            transaction.on_commit(partial(broker.tell, "sightline.discard"))
        return positions.revise_position(position=position, questions=questions, actor=actor, **columns)


def discard_withheld(*, for_s: float = math.inf) -> int:
    """Delete what changed places forbid and analyze again without it. Returns for how many interviews.

    Each interview is a transaction of its own, and one that fails does not stop the others. What is not done within
    `for_s` seconds, or was broken off, the reconciler goes on with.
    """
    until, count = time.monotonic() + for_s, 0
    for interview in places.with_withheld():
        if time.monotonic() > until:
            break
        try:
            _discard_withheld_of(interview)
            count += 1
        except Exception:
            log.exception("Withheld results of interview %s could not be deleted; it is tried again.", interview.pk)
    if count:
        deleted_rows.wipe()
    return count


def _discard_withheld_of(interview: Interview) -> None:
    leftovers = _Leftovers(interview)
    with transaction.atomic():
        for recording in _locked(interview):
            if recording.runs.filter(to_discard=True).exists():  # else somebody else was faster
                keep_transcript = Stage.TRANSCRIPT in runs.allowed_for(interview)
                _compute_again(recording, leftovers, keep_transcript=keep_transcript)
    leftovers.remove()


def delete_recording(*, recording: Recording) -> None:
    """Delete one answer: its files, and every row that was derived from it or written about it."""
    leftovers = _Leftovers(recording.interview)
    with transaction.atomic():
        for locked in _locked(recording.interview):
            if locked.pk == recording.pk:
                _delete_row(locked, leftovers)
        deleted_rows.wipe_soon()
    leftovers.remove()


def _delete_row(recording: Recording, leftovers: _Leftovers) -> None:
    interview = leftovers.interview
    leftovers.take(recording)  # before delete() forgets the id
    leftovers.files += runs.discard_results(recording=recording)
    action = Action.UPLOAD_GIVEN_UP if recording.state == Recording.State.UPLOADING else Action.RECORDING_DELETED
    audit.record(actor=interview.as_actor(), action=action, obj=recording, interview=interview)
    recording.delete()
    if not Recording.objects.filter(interview=interview).exists():
        Interview.objects.filter(pk=interview.pk, state=Interview.State.SUBMITTED).update(
            state=Interview.State.OPENED, submitted_at=None
        )
