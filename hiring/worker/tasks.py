"""Celery tasks. They carry ids only, and may be delivered twice or never: the rows decide."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from celery.signals import worker_ready
from django.db import close_old_connections

from hiring.runs import lease


@shared_task(name="sightline.run")
def run(run_id: str) -> str:
    """Perform one run. torch and friends are loaded here, in the worker's child, and nowhere else."""
    from hiring.worker.execute import execute

    close_old_connections()
    return execute(UUID(run_id))


@shared_task(name="sightline.reconcile")
def reconcile() -> dict[str, int]:
    """Find what the broker lost."""
    return lease.reconcile()


@shared_task(name="sightline.sweep")
def sweep() -> dict[str, int]:
    """Erase what is due; clean up."""
    from hiring.worker.sweep import sweep as do_sweep

    return do_sweep()


@worker_ready.connect
def _look_at_once(**_: object) -> None:
    """A worker that starts looks for what was queued while none was there."""
    reconcile.delay()
    sweep.delay()
