"""The two ends of the pipe and the shared memory between a pipeline and its decoding child.

Messages are lines of JSON, never pickles: a child taken over by a hostile file must not run code in its parent.
Pixels and samples go through a ring of equal slots in anonymous memory, so that no crash can leave it behind.
"""

from __future__ import annotations

import json
import mmap
import os
import socket
import tempfile
from collections import deque
from collections.abc import Mapping
from typing import Any

MAX_LINE_BYTES = 1 << 20
# No count, time or size that a child reports is larger; each fits every database's integers.
_LARGEST = 1 << 53


def number(value: Any, most: float = _LARGEST) -> float:
    """A number that a child sent. Raises ValueError if it is below 0, above `most`, or not a number at all."""
    if not isinstance(value, int | float) or not 0 <= value <= most:
        raise ValueError("the decoder sent something else than a number within reason")
    return value


def whole(value: Any, most: int = _LARGEST) -> int:
    """As `number`, rounded."""
    return round(number(value, most))


def anonymous_memory(size: int) -> int:
    """A file descriptor of `size` bytes of memory that vanishes with its last owner."""
    if hasattr(os, "memfd_create"):
        fd = os.memfd_create("sightline-ring")
    else:
        with tempfile.TemporaryFile() as file:
            fd = os.dup(file.fileno())
    os.ftruncate(fd, size)
    return fd


class Ring:
    """`slots` equal pieces of one shared memory. Messages settle who may write which, not this class."""

    def __init__(self, fd: int, slots: int, slot_bytes: int) -> None:
        self.slots = slots
        self.slot_bytes = slot_bytes
        self._memory = mmap.mmap(fd, slots * slot_bytes)

    def slot(self, number: int) -> memoryview:
        if not 0 <= number < self.slots:
            raise ValueError(f"there is no slot {number}")
        start = number * self.slot_bytes
        return memoryview(self._memory)[start : start + self.slot_bytes]

    def read(self, number: int, size: int) -> bytes:
        """A copy of the first `size` bytes of a slot, so that it can be given back at once."""
        if not (0 <= number < self.slots and 0 <= size <= self.slot_bytes):
            raise ValueError(f"there are no {size} bytes in slot {number}")
        start = number * self.slot_bytes
        return self._memory[start : start + size]


class ChildEnd:
    """The child's side: sends messages, and waits for a free slot before it writes into one."""

    def __init__(self, fd: int, ring: Ring) -> None:
        self._socket = socket.socket(fileno=fd)
        self._ring = ring
        self._free = deque(range(ring.slots))

    def send(self, message: Mapping[str, object]) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def write(self, pieces: list[memoryview], message: Mapping[str, object]) -> None:
        """Put `pieces` one after another into the next free slot and send `message` with its number."""
        if not self._free:
            self._free.extend(self._socket.recv(self._ring.slots))
        if not self._free:  # end of file: the parent is gone
            raise SystemExit(0)
        number = self._free.popleft()
        slot, at = self._ring.slot(number), 0
        for piece in pieces:
            slot[at : at + piece.nbytes] = piece
            at += piece.nbytes
        self.send({**message, "slot": number, "bytes": at})


class ParentEnd:
    """The parent's side: reads messages as they arrive and gives slots back."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._pending = b""
        self._lines: deque[bytes] = deque()

    def receive(self, timeout_s: float) -> dict[str, Any] | None:
        """The next message, or None after `timeout_s` seconds.

        Raises EOFError when the child has closed its end, ValueError for anything but a short line of JSON.
        """
        if not self._lines:
            self._socket.settimeout(timeout_s)
            try:
                data = self._socket.recv(1 << 16)
            except TimeoutError:
                return None
            except ConnectionError as error:
                raise EOFError from error
            if not data:
                raise EOFError
            *lines, self._pending = (self._pending + data).split(b"\n")
            self._lines.extend(lines)
        if len(self._pending) > MAX_LINE_BYTES:
            raise ValueError("a message from the decoder is too long")
        if not self._lines:
            return None
        try:
            message = json.loads(self._lines.popleft())
        except RecursionError:
            raise ValueError("a message from the decoder is nested too deeply") from None
        if not isinstance(message, dict):
            raise ValueError("a message from the decoder is not an object")
        return message

    def give_back(self, slot: int) -> None:
        try:
            self._socket.sendall(bytes([slot]))
        except OSError:  # the child has already ended and needs no slot
            return

    def close(self) -> None:
        self._socket.close()
