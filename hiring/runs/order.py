"""Which run a worker takes next: the table decides, whatever run a message names and in whatever order they arrive.

First come interrupted runs: someone has already waited for them. Then runs whose candidate has not submitted yet.
Then the rest. Positions take turns in both of these, so ten thousand runs of one position do not hold up three of
another: next is the position served least recently, and within it the oldest run.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from hiring.positions.models import Position
from hiring.runs.models import ATTEMPTS, AnalysisRun

State = AnalysisRun.State
#: Wait briefly after a failure: three attempts within one second would hit the same problem three times.
_PAUSE = timedelta(seconds=5)


def is_time(now: datetime) -> Q:
    """Runs that are not waiting for room, storage or database, or that have finished waiting."""
    return Q(not_before=None) | Q(not_before__lte=now)


def ready(now: datetime) -> QuerySet[AnalysisRun]:
    """The queued runs that a worker may take now, unordered."""
    rested = Q(attempt=0) | Q(heartbeat_at__lt=now - _PAUSE)
    return AnalysisRun.objects.filter(rested, is_time(now), state=State.QUEUED, attempt__lt=ATTEMPTS).order_by()


def lock_next(now: datetime) -> uuid.UUID | None:
    """Lock the next run and return its id; None if there is nothing to do. Call it in a transaction.

    On PostgreSQL several workers skip each other's rows; on SQLite a transaction has the write lock anyway.
    """
    for rows in _in_order(now):
        chosen = rows.select_for_update(skip_locked=True).values_list("pk", flat=True).first()
        if chosen is not None:
            return chosen
    return None


def _in_order(now: datetime) -> Iterator[QuerySet[AnalysisRun]]:
    """Ordered querysets, each to be checked for its first row; one is built only if the previous ones were empty."""
    yield ready(now).filter(attempt__gt=0).order_by("queued_at")
    # A dead worker's run that the reconciler has not found yet.
    died = AnalysisRun.objects.filter(state=State.RUNNING, lease_until__lt=now, attempt__lt=ATTEMPTS)
    yield died.order_by("lease_until")
    for is_settled in (False, True):
        rows = ready(now).filter(awaited_since__isnull=is_settled)
        for position in _turns(rows):
            yield rows.filter(position=position).order_by("awaited_since", "queued_at")
    yield ready(now).filter(position=None).order_by("queued_at")  # queued by an older release while this one starts


def _turns(rows: QuerySet[AnalysisRun]) -> Iterator[uuid.UUID]:
    """The positions of these runs, the one served least recently first."""
    started = AnalysisRun.objects.filter(position=OuterRef("pk"), started_at__isnull=False)
    served = Subquery(started.order_by("-started_at").values("started_at")[:1])
    waiting = Position.objects.filter(Exists(rows.filter(position=OuterRef("pk"))))
    in_turn = waiting.order_by(served.asc(nulls_first=True), F("created_at"), "pk")
    return in_turn.values_list("pk", flat=True).iterator()
