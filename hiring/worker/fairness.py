"""One fairness audit from claim to save."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings

from analysis.expression import weights_file
from analysis.fairness.audit import audit
from analysis.fairness.storage import BadImages
from hiring.lib.jobs import LeaseLost
from hiring.networks import fairness, sources
from hiring.networks.models import FairnessAudit, Network
from hiring.worker.lease_keeper import LeaseKeeper
from hiring.worker.networks import register_own

log = logging.getLogger(__name__)


def perform(audit_id: UUID) -> str:
    """Perform a queued audit if it is available, and return how it ended: a state, `stopped` or `unavailable`."""
    own = register_own()
    row = fairness.claim(audit_id)
    if row is None:
        return "unavailable"
    try:
        source = sources.path_of(row.source)
    except sources.UnknownSource as error:
        return _failed(row, str(error))
    return carry_out(row, source, own)


def carry_out(
    row: FairnessAudit,
    source: Path,
    own: Network | None,
    reader: str = "auto",
    report: Callable[[int, int], None] | None = None,
) -> str:
    """Run a claimed audit with this worker's own model. Stores its result, or one sentence on why there is none."""
    if own is None or own.pk != row.network_id:
        return _failed(row, "The worker has different weights from the model to be audited.")
    try:
        with LeaseKeeper(partial(fairness.beat, row), f"audit {row.pk}") as keeper:

            def told(done: int, total: int) -> None:
                keeper.note(done, total, at_once=done >= total)
                if report:
                    report(done, total)

            result = audit(source, weights_file.SHIPPED, settings.ANALYSIS_THREADS, reader, told)
        fairness.complete(row=row, result=result)
    except LeaseLost:
        log.info("Audit %s was stopped.", row.pk)
        return "stopped"
    except (BadImages, weights_file.BadWeights) as error:
        # The sentence is for a screen: people there know the folder by its name, not by its path on the server.
        return _failed(row, str(error).replace(str(source), row.source))
    except Exception as error:
        log.exception("Audit %s broke off.", row.pk)
        return _failed(row, f"The audit broke off ({type(error).__name__}); the worker's log has the details.")
    return FairnessAudit.State.COMPLETE


def _failed(row: FairnessAudit, sentence: str) -> str:
    try:
        fairness.fail(row=row, sentence=sentence)
    except LeaseLost:
        return "stopped"
    return FairnessAudit.State.FAILED
