"""A row that is a job: told to a worker, held by one at a time, ended once. The broker only wakes workers.

Whoever takes a job holds a lease and renews it. Every write is fenced by the token of that holding, so a worker whose
lease ran out, or whose job was cancelled, saves nothing any more.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

#: What every kind of job calls these two states.
QUEUED, RUNNING = "queued", "running"
#: The columns of a row that nobody holds.
RELEASED: dict[str, Any] = {"token": None, "lease_until": None}
_WAKE_AGAIN = timedelta(seconds=30)
#: A message that was sent on commit is given this long to arrive.
_ON_ITS_WAY = timedelta(seconds=2)


class LeaseLost(Exception):
    """The job was cancelled, or another worker holds it now: stop and keep nothing."""


class Job(models.Model):
    """The columns that make a row a job; `state` is the kind's own, with "queued" and "running" among its values.

    woken_at: when a worker was last told of it. heartbeat_at: when its holder last said that it goes on.
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
    """A job as its holder has it."""

    pk: Any
    token: uuid.UUID | None


def _leased(now: datetime) -> dict[str, Any]:
    return {"lease_until": now + timedelta(seconds=settings.RUN_LEASE_SECONDS), "heartbeat_at": now}


def holding(now: datetime) -> dict[str, Any]:
    """The columns of a row that somebody takes now."""
    return {"state": RUNNING, "token": uuid.uuid4(), "started_at": now, **_leased(now)}


def _own(rows: QuerySet[Any], job: Held) -> QuerySet[Any]:
    return rows.filter(pk=job.pk, token=job.token, state=RUNNING)


def beat(rows: QuerySet[Any], job: Held, **columns: Any) -> None:
    """Renew the lease, and note how far the job is. Raises LeaseLost."""
    if not _own(rows, job).update(**_leased(timezone.now()), **columns):
        raise LeaseLost(f"job {job.pk} is not ours any more")


def release(rows: QuerySet[Any], job: Held, **columns: Any) -> bool:
    """Hold it no longer. Returns False where it is not ours any more."""
    return bool(_own(rows, job).update(**RELEASED, **columns))


def end(rows: QuerySet[Any], job: Held, **columns: Any) -> None:
    """End the job, with its last columns. Raises LeaseLost and changes nothing."""
    if not release(rows, job, finished_at=timezone.now(), **columns):
        raise LeaseLost(f"job {job.pk} is not ours any more")


def dead(now: datetime) -> Q:
    """Held by somebody whose lease ran out."""
    return Q(state=RUNNING, lease_until__lt=now)


def undelivered(now: datetime) -> Q:
    """Waiting, and no worker was told of it lately."""
    never = Q(woken_at=None, queued_at__lt=now - _ON_ITS_WAY)
    return Q(never | Q(woken_at__lt=now - _WAKE_AGAIN), state=QUEUED)
