"""A row that is a job: announced to a worker, held by one at a time, ended once. The broker only wakes workers.

A worker that takes a job holds a lease and renews it. Every write is fenced by that lease's token, so a worker whose
lease expired, or whose job was canceled, can no longer save anything.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

#: The names of these two states, the same for every kind of job.
QUEUED, RUNNING = "queued", "running"
#: The columns of a row that no one holds.
RELEASED: dict[str, Any] = {"token": None, "lease_until": None}
_WAKE_AGAIN = timedelta(seconds=30)
#: How long a message sent on commit may take to arrive.
_ON_ITS_WAY = timedelta(seconds=2)


class LeaseLost(Exception):
    """The job was canceled, or another worker holds it now: stop and save nothing."""


class Job(models.Model):
    """The columns that make a row a job; `state` is the kind's own, with "queued" and "running" among its values.

    woken_at: when a worker was last notified of it. heartbeat_at: when its holder last reported that it is still
    running.
    """

    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    queued_at = models.DateTimeField(default=timezone.now)
    woken_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Held(Protocol):
    """A job as its holder sees it."""

    pk: Any
    token: uuid.UUID | None


def _leased(now: datetime) -> dict[str, Any]:
    return {"lease_until": now + timedelta(seconds=settings.RUN_LEASE_SECONDS), "heartbeat_at": now}


def holding(now: datetime) -> dict[str, Any]:
    """The columns to set on a row that is being taken now."""
    return {"state": RUNNING, "token": uuid.uuid4(), "started_at": now, **_leased(now)}


def _own(rows: QuerySet[Any], job: Held) -> QuerySet[Any]:
    return rows.filter(pk=job.pk, token=job.token, state=RUNNING)


def beat(rows: QuerySet[Any], job: Held, **columns: Any) -> None:
    """Renew the lease, and record the job's progress. Raises LeaseLost."""
    if not _own(rows, job).update(**_leased(timezone.now()), **columns):
        raise LeaseLost(f"job {job.pk} is no longer ours")


def release(rows: QuerySet[Any], job: Held, **columns: Any) -> bool:
    """Release the job. Returns False if it is not ours anymore."""
    return bool(_own(rows, job).update(**RELEASED, **columns))


def end(rows: QuerySet[Any], job: Held, **columns: Any) -> None:
    """End the job and set its last columns. Raises LeaseLost and changes nothing."""
    if not release(rows, job, finished_at=timezone.now(), **columns):
        raise LeaseLost(f"job {job.pk} is no longer ours")


def dead(now: datetime) -> Q:
    """Held by a worker whose lease expired."""
    return Q(state=RUNNING, lease_until__lt=now)


def undelivered(now: datetime) -> Q:
    """Waiting, and no worker was notified of it recently."""
    never = Q(woken_at=None, queued_at__lt=now - _ON_ITS_WAY)
    return Q(never | Q(woken_at__lt=now - _WAKE_AGAIN), state=QUEUED)
