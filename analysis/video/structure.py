"""Whether a file ends before its own structure says: a few header bytes show what decoding alone cannot."""

from __future__ import annotations

import os

_MAX_BOXES = 10_000


def is_cut_short(fd: int, container: str) -> bool:
    """True if the last box, chunk or segment of the file behind `fd` runs past its end.

    MPEG program and transport streams carry no length, so for them the answer is always False.
    """
    size = os.fstat(fd).st_size
    if container == "mov":
        return _mp4_end(fd, size) > size
    if container == "avi":
        return _avi_end(fd) > size
    if container == "matroska":
        return _matroska_end(fd) > size
    return False


def _mp4_end(fd: int, size: int) -> int:
    at = 0
    for _ in range(_MAX_BOXES):
        head = os.pread(fd, 16, at)
        if len(head) < 8:
            # A few bytes after the last box are common padding; a box cut inside its header is not.
            return at if not head.strip(b"\0") else at + 8
        length = int.from_bytes(head[:4])
        if length == 1:
            length = int.from_bytes(head[8:16])
        if length < 8:  # 0 means "to the end of the file"; anything else is nonsense that decoding will run into
            return size
        at += length
        if at >= size:
            break
    return at


def _avi_end(fd: int) -> int:
    # Recorders that were cut off leave 0 or the largest number here, meaning "unknown".
    length = int.from_bytes(os.pread(fd, 4, 4), "little")
    return 0 if length in (0, 0xFFFFFFFF) else length + 8


def _matroska_end(fd: int) -> int:
    at = 0
    for _ in range(2):  # the EBML header, then the one segment
        head = os.pread(fd, 12, at)
        if len(head) < 12:
            return 0
        length, width = _ebml_size(head[4:])
        if length is None:
            return 0
        at += 4 + width + length
    return at


def _ebml_size(data: bytes) -> tuple[int | None, int]:
    """(size, number of bytes) of an EBML variable-length number; None for "unknown"."""
    if data[0] == 0:
        return None, 1
    width = 9 - data[0].bit_length()
    value = int.from_bytes(data[:width]) & ((1 << 7 * width) - 1)
    return (None if value == (1 << 7 * width) - 1 else value), width
