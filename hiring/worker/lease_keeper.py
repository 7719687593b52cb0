"""Keeps a claimed job alive from a separate thread, and notices when the job is lost."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error, connection

from analysis.types import Cancelled, Progress
from hiring.lib.jobs import LeaseLost
from hiring.runs import lease
from hiring.runs.models import AnalysisRun

log = logging.getLogger(__name__)
_PROGRESS_S = 1.0


class LeaseKeeper:
    """Use as `with LeaseKeeper(beat, "audit 1") as keeper:`; `beat` renews the lease and takes progress as arguments.

    The thread renews the lease six times within its duration, so a long step without progress does not lose the job.
    """

    def __init__(self, beat: Callable[..., None], name: str) -> None:
        self._beat, self._name = beat, name
        self._stop, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._renew_again_and_again, name=f"lease of {name}", daemon=True)
        self._noted = 0.0

    def __enter__(self) -> LeaseKeeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def _renew_again_and_again(self) -> None:
        try:
            while not self._stop.wait(settings.RUN_LEASE_SECONDS / 6) and not self._lost.is_set():
                self._renew()
        finally:
            connection.close()

    def _renew(self, *progress: Any) -> None:
        try:
            self._beat(*progress)
        except LeaseLost:
            self._lost.set()
        except Error:
            # The database may be restarting. The lease outlives a few missed beats; if not, saving is refused.
            connection.close_if_unusable_or_obsolete()
            log.warning("The lease of %s could not be renewed just now.", self._name)

    def check(self) -> None:
        """Raise LeaseLost if the job is no longer ours."""
        if self._lost.is_set():
            raise LeaseLost(f"{self._name} is no longer ours")

    def note(self, *progress: Any, at_once: bool = False) -> None:
        """Record the progress, at most once a second. Raises LeaseLost."""
        self.check()
        now = time.monotonic()
        if at_once or now - self._noted >= _PROGRESS_S:
            self._noted = now
            self._renew(*progress)
            self.check()


class RunKeeper(LeaseKeeper):
    """The same for an analysis run: pass `report` to the pipeline.

    If the run was canceled or taken over, `report` raises Cancelled: withdrawn consent stops the work within seconds.
    """

    def __init__(self, run: AnalysisRun) -> None:
        super().__init__(lambda *progress: lease.heartbeat(run, *progress), f"run {run.pk}")
        self.step = ""

    def __enter__(self) -> RunKeeper:
        super().__enter__()
        return self

    def check(self) -> None:
        """Raise Cancelled if the run is no longer ours."""
        try:
            super().check()
        except LeaseLost as error:
            raise Cancelled from error

    def report(self, progress: Progress) -> None:
        """Record the progress. Raises Cancelled."""
        changed, self.step = progress.step != self.step, progress.step
        self.note(progress, at_once=changed)
