"""Savepoints of unfinished runs: written under the lease, removed when the run ends.

They contain the candidate's face and measurements, so they are encrypted like the recording and never outlive the
run.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from analysis.types import Moment as FoundMoment
from hiring.recordings import vault
from hiring.runs.models import AnalysisRun, Savepoint


def of(run: AnalysisRun) -> Savepoint | None:
    return Savepoint.objects.filter(run=run).first()


def write(
    *, run: AnalysisRun, state_file: str, part: str, begins: bool, moments: Iterable[FoundMoment], until_ms: int
) -> None:
    """Record a newer savepoint: `part` has the observations since the previous one, whose state file is removed.

    begins: `part` has the first frame, so this attempt started over, and what an earlier attempt saved is useless.
    Call it in a transaction that holds the run's lease.
    """
    before = Savepoint.objects.select_for_update().filter(run=run).first()
    kept = [] if before is None or begins else before.parts
    parts = [*kept, part]
    columns = {
        "state_file": state_file,
        "parts": parts,
        "moments": [_told(moment) for moment in moments],
        "until_ms": until_ms,
        "saved_at": timezone.now(),
    }
    Savepoint.objects.update_or_create(run=run, defaults=columns)
    if before:
        _remove_files(run.recording.interview_id, [name for name in before.files if name not in kept])


def _told(moment: FoundMoment) -> dict[str, Any]:
    return {
        "kind": str(moment.kind),
        "start_ms": moment.span.start_ms,
        "end_ms": moment.span.end_ms,
        "sentence": moment.sentence,
        "values": dict(moment.values),
    }


def drop(ended: QuerySet[AnalysisRun]) -> None:
    """Remove the savepoints of runs that have ended. Call it in the transaction that ends them."""
    for savepoint in Savepoint.objects.filter(run__in=ended).select_related("run__recording"):
        _remove_files(savepoint.run.recording.interview_id, savepoint.files)
        savepoint.delete()


def _remove_files(interview_id: UUID, names: list[str]) -> None:
    """Runs once it is certain that no row names them. The hourly sweep finds what a crash leaves behind."""
    for name in names:
        transaction.on_commit(partial(vault.delete, interview_id, name))
