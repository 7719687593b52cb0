"""Starting, watching and ending the decoding child."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from analysis.config import SNIFF_BYTES, VideoLimits, sniff_container
from analysis.text import plain
from analysis.types import BadVideo, Interrupted
from analysis.video.channel import ParentEnd, Ring, anonymous_memory, whole

#: How long to wait for the child before each call of `on_wait`.
TICK_S = 0.25
#: A child that is idle this long and sends nothing hangs: running out of memory in an import can leave a lock held.
HANGS_AFTER_S = 60.0


#: Signals that come from outside; a crash, or a limit that a file exceeds, ends the child with others.
_FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT})


def nothing() -> None:
    """Default `on_wait`: does nothing."""


class _Silence:
    """Distinguishes a child that hangs from one that works or waits for a slow disk."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._since = time.monotonic()
        self._used_s = -1.0

    def broken(self) -> None:
        """Note that the child sent something."""
        self._used_s = -1.0

    def is_dead(self) -> bool:
        """Whether the child, silent now, has been asleep the whole time."""
        try:
            times, status = self._process.cpu_times(), self._process.status()
        except psutil.Error:
            return False  # it has ended: its end of the channel will show that
        used_s = times.user + times.system
        if used_s != self._used_s or status != psutil.STATUS_SLEEPING:
            self._used_s, self._since = used_s, time.monotonic()
        return time.monotonic() - self._since > HANGS_AFTER_S


class Child:
    """A decoding child at work on one file; a context manager that never leaves a process behind.

    Iterating gives its messages. `on_wait` is called at least every TICK_S while the child is silent; whatever it
    raises ends the child. Raises BadVideo for whatever the child reports or dies of, and Interrupted if it was ended
    from outside.
    """

    def __init__(
        self,
        job: str,
        source: Path,
        limits: VideoLimits,
        *,
        options: dict[str, Any] | None = None,
        slots: int = 1,
        slot_bytes: int = 4096,
        target: Path | None = None,
        on_wait: Callable[[], None] = nothing,
    ) -> None:
        self._limits = limits
        self._on_wait = on_wait
        with contextlib.ExitStack() as stack:
            source_fd = _open_source(source)
            stack.callback(os.close, source_fd)
            order: dict[str, Any] = {**(options or {}), "job": job, "container": _container_of(source_fd)}
            ring_fd = anonymous_memory(slots * slot_bytes)
            stack.callback(os.close, ring_fd)
            self.ring = Ring(ring_fd, slots, slot_bytes)
            passed = [source_fd, ring_fd]
            if target is not None:
                target_fd = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
                stack.callback(os.close, target_fd)
                order["target_fd"] = target_fd
                passed.append(target_fd)
            mine, theirs = socket.socketpair()
            stack.callback(theirs.close)
            order |= {"source_fd": source_fd, "ring_fd": ring_fd, "slots": slots, "slot_bytes": slot_bytes}
            order |= {"channel_fd": theirs.fileno(), "limits": asdict(limits), "parent_pid": os.getpid()}
            self._process = _start(order, [*passed, theirs.fileno()])
            self._end = ParentEnd(mine)
        self._deadline = time.monotonic() + limits.wall_s
        self._silence = _Silence(self._process.pid)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *exc: object) -> None:
        # The whole group: the child is its leader and cannot have started anything, but a damaged one is not trusted.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._end.close()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                message = self._end.receive(TICK_S)
            except EOFError:
                raise self._why_it_died() from None
            except ValueError:
                raise damaged() from None
            if time.monotonic() > self._deadline:
                raise _too_slow()
            if message is None:
                if self._silence.is_dead():
                    raise damaged()
                self._on_wait()
                continue
            self._silence.broken()
            if message.get("type") == "done":
                return
            elif message.get("type") == "bad_video":
                raise BadVideo(plain(str(message.get("code")))[:40], plain(str(message.get("sentence")))[:400])
            else:
                yield message

    def take(self, message: dict[str, Any]) -> bytes:
        """A copy of the bytes that `message` refers to. Its slot goes back to the child."""
        try:
            slot = whole(message["slot"])
            data = self.ring.read(slot, whole(message["bytes"]))
        except (KeyError, ValueError, TypeError):
            raise damaged() from None
        self._end.give_back(slot)
        return data

    def _why_it_died(self) -> BadVideo | Interrupted:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return _too_slow()
        if -code in _FROM_OUTSIDE:
            return Interrupted(f"The process that reads the recording was ended by {signal.Signals(-code).name}.")
        return BadVideo("damaged", "The recording is damaged: reading it had to be stopped.")


def damaged() -> BadVideo:
    return BadVideo("damaged", "The recording is damaged and could not be read.")


def _too_slow() -> BadVideo:
    return BadVideo("too_slow", "Reading the recording takes too long, so it was stopped.")


def _open_source(source: Path) -> int:
    """Raises BadVideo if it is missing, unreadable, or not a regular file."""
    try:
        # Without O_NONBLOCK, opening a named pipe would wait forever.
        fd = os.open(source, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        raise BadVideo("not_video", "The recording's file is missing or cannot be read.") from None
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise BadVideo("not_video", "This is not a video file.")
    return fd


def _container_of(fd: int) -> str:
    head = os.pread(fd, SNIFF_BYTES, 0)
    if not head:
        raise BadVideo("empty", "The file is empty.")
    container = sniff_container(head)
    if container is None:
        raise BadVideo(
            "not_video",
            "This is not a video file of a kind that can be read: MP4, MOV, WebM, MKV, AVI or MPEG.",
        )
    return container


def _start(order: dict[str, Any], fds: list[int]) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    # The child gets none of our environment: settings and secrets stay out of a process that reads hostile files.
    environment = {
        "PYTHONPATH": os.pathsep.join([str(root), *(path for path in sys.path if path)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # each further arena reserves 64 MB of the limited address space
    }
    return subprocess.Popen(
        [sys.executable, "-P", "-s", "-m", "analysis.video.child", json.dumps(order)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=fds,
        env=environment,
        cwd="/",
        start_new_session=True,
    )
