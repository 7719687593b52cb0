"""Celery tasks. They carry only ids, and may be delivered twice or never: the rows decide."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready
from django.db import close_old_connections

from hiring.actions import switch_model
from hiring.actions.change_places import discard_withheld
from hiring.audit import checks
from hiring.networks import fairness
from hiring.runs import lease

#: How long deleting may hold up other work in the same queue.
_SLICE_S = 5.0


@shared_task(name="sightline.run")
def run(run_id: str = "") -> str:
    """There is work. run_id is why the message was sent; the table decides which run comes next.

    torch and friends are loaded here, in the worker's child process, and nowhere else.
    """
    from hiring.worker.execute import work

    return ", ".join(work()) or "nothing to do"


@shared_task(name="sightline.reconcile")
def reconcile() -> dict[str, int]:
    """Find what the broker lost, finish runs that still use a disabled model, and look for new points.

    Then continue a long sweep; it comes last because the other tasks take only a moment.
    """
    from hiring.worker.points import look_again
    from hiring.worker.sweep import go_on_erasing

    found = {**lease.reconcile(), **fairness.reconcile(), "stopped": switch_model.stop_running()}
    found["discarded"] = discard_withheld(for_s=_SLICE_S)
    checks.go_on(for_s=_SLICE_S)
    return {**found, "looked_again": look_again(), "erased": go_on_erasing()}


@shared_task(name="sightline.register")
def register() -> str:
    """Tell the registry which model this worker has. Loads torch, so it also runs in the worker's child process."""
    from hiring.worker.networks import register_own

    close_old_connections()
    return str(register_own() or "no model")


@shared_task(name="sightline.audit")
def audit(audit_id: str) -> str:
    """Perform one fairness audit."""
    from hiring.worker.fairness import perform

    close_old_connections()
    return perform(UUID(audit_id))


@shared_task(name="sightline.discard")
def discard() -> int:
    """Delete what changed places forbid, one slice of it: the reconciler continues."""
    return discard_withheld(for_s=_SLICE_S)


@shared_task(name="sightline.check_record")
def check_record() -> bool:
    """Continue the check of the audit record for one slice: the reconciler does the rest."""
    return checks.go_on(for_s=_SLICE_S)


@shared_task(name="sightline.sweep")
def sweep() -> dict[str, int]:
    """Erase what is due; clean up."""
    from hiring.worker.sweep import sweep as do_sweep

    return do_sweep()


@worker_ready.connect
def _look_at_once(**_: object) -> None:
    """When a worker starts, it reports its model and looks for what was queued while no worker was running."""
    register.delay()
    reconcile.delay()
    sweep.delay()
