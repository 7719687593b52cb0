"""Reports to a caller how far an analysis is, at least once a second, and for how long each stage has worked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

from analysis.types import Progress, Step

T = TypeVar("T")

_EVERY_S = 0.5
_LOOK_UP_S = 0.2


class Heartbeat:
    """Calls `report` with the latest progress twice a second. Whatever `report` raises propagates to the caller."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self._report = report
        self._now = Progress(Step.PROBE, 0, 0)
        self._told_s = 0.0

    def at(self, step: Step, done_ms: int, total_ms: int) -> None:
        """Record the progress; report it at once if this begins a new step."""
        begins = step != self._now.step
        self._now = Progress(step, min(done_ms, total_ms) if total_ms else done_ms, total_ms)
        if begins:
            self._told_s = 0.0
        self.again()

    def again(self) -> None:
        """Report the latest recorded progress, unless that was done a moment ago."""
        if time.monotonic() - self._told_s >= _EVERY_S:
            self._told_s = time.monotonic()
            self._report(self._now)

    def wait_for(self, work: Callable[[], T]) -> T:
        """The result of `work`, which may take long, run in a thread so that progress is still reported."""
        pool, to_the_end = ThreadPoolExecutor(1), True
        try:
            future = pool.submit(work)
            while not wait([future], timeout=_LOOK_UP_S).done:
                self.again()
            return future.result()
        except SystemExit:
            to_the_end = False  # this program is ending, and cleanup must not wait for what loads a model
            raise
        finally:
            pool.shutdown(wait=to_the_end)


class StageClock:
    """Adds up wall time by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        started_s = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started_s
