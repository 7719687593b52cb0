"""The life cycle of a fairness audit: requested, claimed by one worker, ended once, never running forever.

Simpler than a run: there is one attempt, and an audit that died fails with a sentence, because restarting takes one
click.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.text import plain
from hiring.accounts.models import User
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib import broker, jobs
from hiring.lib.jobs import LeaseLost
from hiring.networks import sources
from hiring.networks.models import FairnessAudit, Network

State = FairnessAudit.State


@transaction.atomic
def start(*, network: Network, source: str, person: User) -> FairnessAudit:
    """Queue an audit of this model on a folder that the server offers; if one is in progress, it is returned instead.

    Raises sources.UnknownSource and changes nothing.
    """
    sources.path_of(source)
    try:
        with transaction.atomic():
            row = FairnessAudit.objects.create(network=network, source=source, started_by=person)
    except IntegrityError:
        return FairnessAudit.objects.get(network=network, source=source, state__in=[State.QUEUED, State.RUNNING])
    _note_start(row, person.as_actor())
    transaction.on_commit(lambda: wake(row.pk))
    return row


def keep_images(*, name: str, size_bytes: int, pieces: Iterator[bytes], person: User) -> str:
    """Save an uploaded archive of images and return its name. Raises sources.ImagesRefused and saves nothing."""
    kept = sources.keep(name=name, size_bytes=size_bytes, pieces=pieces)
    audit.record(actor=person.as_actor(), action=Action.FAIRNESS_IMAGES_ADDED, size_bytes=size_bytes)
    return kept


@transaction.atomic
def remove_images(*, name: str, person: User) -> None:
    """Delete an uploaded archive. Raises sources.UnknownSource, also while an audit of it is in progress."""
    if FairnessAudit.objects.filter(source=name, state__in=[State.QUEUED, State.RUNNING]).exists():
        raise sources.UnknownSource(_("An audit of these images is under way. Delete them when it is over."))
    sources.remove(name)
    audit.record(actor=person.as_actor(), action=Action.FAIRNESS_IMAGES_DELETED)


@transaction.atomic
def start_in_foreground(*, network: Network, source: str) -> FairnessAudit | None:
    """Create an already claimed row for an audit that the caller runs immediately; None if one is in progress."""
    try:
        with transaction.atomic():
            row = FairnessAudit.objects.create(network=network, source=source, **jobs.holding(timezone.now()))
    except IntegrityError:
        return None
    _note_start(row, audit.SYSTEM)
    return row


def _note_start(row: FairnessAudit, actor: audit.Actor) -> None:
    audit.record(actor=actor, action=Action.FAIRNESS_STARTED, obj=row, weights=row.network.short_hash)


def wake(audit_id: uuid.UUID) -> None:
    """Notify a worker. If the broker is away, the reconciler notifies one later."""
    if not broker.tell("sightline.audit", str(audit_id)):
        return
    FairnessAudit.objects.filter(pk=audit_id, state=State.QUEUED).update(woken_at=timezone.now())


def claim(audit_id: uuid.UUID) -> FairnessAudit | None:
    """Claim a queued audit. Returns None if another worker was faster, or the audit has ended."""
    won = FairnessAudit.objects.filter(pk=audit_id, state=State.QUEUED).update(**jobs.holding(timezone.now()))
    return FairnessAudit.objects.select_related("network").get(pk=audit_id) if won else None


def beat(row: FairnessAudit, done: int | None = None, total: int | None = None) -> None:
    """Report that the audit is still running, and its progress in images. Raises LeaseLost."""
    columns = {} if done is None or total is None else {"done": done, "total": total}
    jobs.beat(FairnessAudit.objects.all(), row, **columns)


@transaction.atomic
def complete(*, row: FairnessAudit, result: dict[str, Any]) -> None:
    """Save the result and end the audit. Raises LeaseLost and saves nothing."""
    jobs.end(FairnessAudit.objects.all(), row, state=State.COMPLETE, result=result, done=F("total"))
    audit.record(actor=audit.SYSTEM, action=Action.FAIRNESS_COMPLETE, obj=row, weights=row.network.short_hash)


@transaction.atomic
def fail(*, row: FairnessAudit, sentence: str) -> None:
    """End an audit that cannot succeed, with one sentence. Raises LeaseLost."""
    jobs.end(FairnessAudit.objects.all(), row, state=State.FAILED, failure=plain(sentence)[:400])
    audit.record(actor=audit.SYSTEM, action=Action.FAIRNESS_FAILED, obj=row, weights=row.network.short_hash)


def reconcile() -> dict[str, int]:
    """Fail what died and wake what was not delivered. Safe at any time, any number of times, and concurrently."""
    now = timezone.now()
    counts = {"audits_failed": 0, "audits_woken": 0}
    for row in FairnessAudit.objects.filter(jobs.dead(now)).select_related("network"):
        try:
            fail(row=row, sentence=_("The worker that made this audit stopped; nothing of it was kept."))
        except LeaseLost:
            continue
        counts["audits_failed"] += 1
    waiting = FairnessAudit.objects.filter(jobs.undelivered(now))
    for audit_id in list(waiting.values_list("pk", flat=True)[:50]):
        wake(audit_id)
        counts["audits_woken"] += 1
    return counts
