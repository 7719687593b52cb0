"""Change a position: its text, its questions, and its places, including what they now forbid."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from analysis.types import Stage
from hiring.actions.held import Leftovers, compute_again, locked
from hiring.audit.services import Actor
from hiring.lib import broker, deleted_rows
from hiring.positions import services as positions
from hiring.positions.models import Interview, Position
from hiring.runs import places
from hiring.runs import services as runs

log = logging.getLogger(__name__)


def revise_position(*, position: Position, questions: Iterable[str], actor: Actor, **columns: str | bool) -> Position:
    """Update a position and its questions, and withhold what its places now forbid, in one transaction.

    From then on no page, download or API response includes withheld results. Deleting them and analyzing again
    without them takes long when there are thousands of interviews, so a worker does that (`discard_withheld`).
    Raises positions.NotAllowed and changes nothing.
    """
    before = Position.objects.values("employer_place", "job_place").get(pk=position.pk)
    after = {name: str(columns.get(name, place)) for name, place in before.items()}
    with transaction.atomic():
        if after != before and places.withhold(position=position, **after):  # before the audit record is locked
            transaction.on_commit(partial(broker.tell, "sightline.discard"))
        return positions.revise_position(position=position, questions=questions, actor=actor, **columns)


def discard_withheld(*, for_s: float = math.inf) -> int:
    """Delete what the changed places forbid and analyze again without it. Returns the number of interviews processed.

    Each interview is a separate transaction, and a failure in one does not stop the others. The reconciler continues
    with anything not finished within `for_s` seconds or interrupted.
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
    leftovers = Leftovers(interview)
    with transaction.atomic():
        for recording in locked(interview):
            if recording.runs.filter(to_discard=True).exists():  # otherwise another process was faster
                keep_transcript = Stage.TRANSCRIPT in runs.allowed_for(interview)
                compute_again(recording, leftovers, keep_transcript=keep_transcript)
    leftovers.remove()
