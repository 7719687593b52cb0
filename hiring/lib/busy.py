"""Limits on what one process does at once. A request that finds no free slot gets a 429 and a sentence."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Busy(Exception):
    """The limit on work in progress is reached; `str(error)` is a sentence for the person. Nothing was done."""

    def __init__(self, sentence: str, *, retry_after_s: int = 5) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s


class Places:
    """A limited number at once; a few more wait, for a bounded time, because a waiting request holds a thread."""

    def __init__(self, at_once: int, *, waiting: int, wait_s: float) -> None:
        self._free = threading.Semaphore(at_once)
        self._room = threading.Semaphore(at_once + waiting)
        self._wait_s = wait_s

    @contextmanager
    def one(self, sentence: str) -> Iterator[None]:
        """Hold a slot for the block. Raises Busy with `sentence` if none is free in time."""
        if not self._room.acquire(blocking=False):
            raise Busy(sentence)
        try:
            if not self._free.acquire(timeout=self._wait_s):
                raise Busy(sentence)
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._room.release()


class Shares:
    """A limited number at once, per person and in total. No one waits."""

    def __init__(self, *, each: int, together: int) -> None:
        self._each, self._together = each, together
        self._taken: Counter[str] = Counter()
        # Returned by a finalizer, which may run in the middle of `take`, in the thread that holds the lock.
        self._given_back: deque[str] = deque()
        self._lock = threading.Lock()

    def take(self, person: str, sentence: str) -> Callable[[], None]:
        """Take a share, and return the function that gives it back; to be called once. Raises Busy."""
        with self._lock:
            self._settle()
            if self._taken[person] >= self._each or self._taken.total() >= self._together:
                raise Busy(sentence)
            self._taken[person] += 1
        return lambda: self._given_back.append(person)

    def _settle(self) -> None:
        while self._given_back:
            self._taken[self._given_back.popleft()] -= 1
        self._taken += Counter()  # drop those who hold none
