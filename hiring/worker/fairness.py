"""One fairness audit from claim to save."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection

from analysis.audit.audit import audit
from analysis.audit.storage import BadImages
from analysis.expression import weights_file
from hiring.networks import audits, sources
from hiring.networks.models import FairnessAudit, Network
from hiring.worker.networks import register_own

log = logging.getLogger(__name__)
_BEAT_S, _PROGRESS_S = 10.0, 1.0


def perform(audit_id: UUID) -> str:
    """Perform a queued audit if it is to be had, and return how it ended: a state, `stopped` or `not to be had`."""
    own = register_own()
    row = audits.claim(audit_id)
    if row is None:
        return "not to be had"
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
    """Make a claimed audit with this worker's own network. Keeps its result, or one sentence on why there is none."""
    if own is None or own.pk != row.network_id:
        return _failed(row, "The worker has other weights than the network that was to be audited.")
    try:
        with _Pulse(row, report) as pulse:
            result = audit(source, weights_file.SHIPPED, settings.ANALYSIS_THREADS, reader, pulse.report)
        audits.complete(row=row, result=result)
    except audits.AuditLost:
        log.info("Audit %s was stopped.", row.pk)
        return "stopped"
    except (BadImages, weights_file.BadWeights) as error:
        # The sentence is for a screen: people there know the folder by its name, not by its place on the server.
        return _failed(row, str(error).replace(str(source), row.source))
    except Exception as error:
        log.exception("Audit %s broke off.", row.pk)
        return _failed(row, f"The audit broke off ({type(error).__name__}); the worker's log has the details.")
    return FairnessAudit.State.COMPLETE


def _failed(row: FairnessAudit, sentence: str) -> str:
    try:
        audits.fail(row=row, sentence=sentence)
    except audits.AuditLost:
        return "stopped"
    return FairnessAudit.State.FAILED


class _Pulse:
    """Says that the audit goes on, from a thread of its own: hashing a large archive reports nothing for minutes."""

    def __init__(self, row: FairnessAudit, also: Callable[[int, int], None] | None) -> None:
        self._row, self._also = row, also
        self._stop, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"audit-{row.pk}", daemon=True)
        self._reported = 0.0

    def __enter__(self) -> _Pulse:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            while not self._stop.wait(_BEAT_S) and not self._lost.is_set():
                self._beat()
        finally:
            connection.close()

    def _beat(self, *progress: int) -> None:
        try:
            audits.beat(self._row, *progress)
        except audits.AuditLost:
            self._lost.set()
        except DatabaseError:
            log.warning("Audit %s could not say that it goes on just now.", self._row.pk)

    def report(self, done: int, total: int) -> None:
        """Note the progress in images, at most once a second and at the end. Raises AuditLost."""
        now = time.monotonic()
        if done >= total or now - self._reported >= _PROGRESS_S:
            self._reported = now
            self._beat(done, total)
        if self._lost.is_set():
            raise audits.AuditLost(f"audit {self._row.pk} is not ours any more")
        if self._also:
            self._also(done, total)
