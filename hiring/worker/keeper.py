"""Keeps a claimed run alive from a thread of its own, and tells the pipeline when to stop."""

from __future__ import annotations

import logging
import threading
import time

from django.conf import settings
from django.db import Error, connection

from analysis.types import Cancelled, Progress
from hiring.runs import lease
from hiring.runs.models import AnalysisRun

log = logging.getLogger(__name__)
_PROGRESS_S = 1.0


class Keeper:
    """Use as `with Keeper(run) as keeper:` and hand `keeper.report` to the pipeline.

    The thread renews the lease six times in its length, so a long step without progress does not lose the run. Where
    the run was cancelled or taken over, `report` raises Cancelled: consent withdrawn stops the work within seconds.
    """

    def __init__(self, run: AnalysisRun) -> None:
        self._run = run
        self._stop, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"keeper-{run.pk}", daemon=True)
        self._reported = 0.0
        self.step = ""

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _beat(self) -> None:
        try:
            while not self._stop.wait(settings.RUN_LEASE_SECONDS / 6):
                self._renew()
                if self._lost.is_set():
                    return
        finally:
            connection.close()

    def _renew(self, progress: Progress | None = None) -> None:
        try:
            lease.heartbeat(self._run, progress)
        except lease.LeaseLost:
            self._lost.set()
        except Error:
            # The database may be restarting. The lease outlives a few missed beats; if not, saving is refused.
            connection.close_if_unusable_or_obsolete()
            log.warning("Run %s could not renew its lease just now.", self._run.pk)

    def check(self) -> None:
        """Raise Cancelled where the run is no longer ours."""
        if self._lost.is_set():
            raise Cancelled

    def report(self, progress: Progress) -> None:
        """Note the progress, at most once a second. Raises Cancelled."""
        self.check()
        changed, self.step = progress.step != self.step, progress.step
        now = time.monotonic()
        if changed or now - self._reported >= _PROGRESS_S:
            self._reported = now
            self._renew(progress)
            self.check()
