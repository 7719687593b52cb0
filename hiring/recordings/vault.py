"""Encrypted files: AES-256-GCM in blocks, so that a player can read any byte range.

Layout: an 8-byte magic, an 8-byte random nonce prefix, then blocks of 64 KiB of plaintext, each followed by its
16-byte tag. A block's nonce is the prefix and its number; its authenticated data are the file's name, the number and
whether it is the last. So blocks cannot be swapped between files, reordered, or cut off at the end unnoticed.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import struct
from pathlib import Path
from types import TracebackType
from typing import BinaryIO
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from hiring.recordings import keys

_MAGIC = b"SLVAULT1"
_HEADER = len(_MAGIC) + 8
BLOCK = 64 * 1024
_TAG = 16


class Damaged(Exception):
    """A vault file does not decrypt: it was changed, truncated or belongs elsewhere."""


def _path(interview_id: UUID, name: str) -> Path:
    if not name or "/" in name or name.startswith("."):
        raise ValueError(f"not a vault file's name: {name!r}")
    return Path(settings.VAULT_DIR) / str(interview_id) / name


def _associated(name: str, number: int, last: bool) -> bytes:
    return name.encode() + struct.pack(">IB", number, last)


def new_name(suffix: str) -> str:
    """Return a new file name that reveals nothing about its owner."""
    return f"{secrets.token_hex(16)}.{suffix}"


class Writer:
    """Writes one vault file; it appears under its name only if the `with` block succeeds."""

    def __init__(self, interview_id: UUID, name: str) -> None:
        self._name, self._path = name, _path(interview_id, name)
        self._draft = self._path.with_name(f".{name}.{secrets.token_hex(4)}")
        self._cipher = AESGCM(keys.get(interview_id))  # before the folder: an erased interview gets no new one
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._prefix = secrets.token_bytes(8)
        self._buffer = bytearray()
        self._number = 0

    def __enter__(self) -> Writer:
        self._file = self._draft.open("wb")
        self._file.write(_MAGIC + self._prefix)
        return self

    def write(self, plain: bytes | bytearray | memoryview) -> int:
        """Append plain bytes; a full block is held back until it is known whether it is the last."""
        self._buffer += plain
        while len(self._buffer) > BLOCK:
            self._seal(bytes(self._buffer[:BLOCK]), last=False)
            del self._buffer[:BLOCK]
        return len(plain)

    def _seal(self, plain: bytes, *, last: bool) -> None:
        nonce = self._prefix + struct.pack(">I", self._number)
        self._file.write(self._cipher.encrypt(nonce, plain, _associated(self._name, self._number, last)))
        self._number += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._seal(bytes(self._buffer), last=True)
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._draft.rename(self._path)
        finally:
            try:
                self._file.close()  # flushes the buffer, which fails on a full disk
            finally:
                self._draft.unlink(missing_ok=True)


class Reader(io.RawIOBase):
    """A seekable reader of one vault file's plain bytes. Raises keys.KeyGone, FileNotFoundError, Damaged."""

    def __init__(self, interview_id: UUID, name: str) -> None:
        super().__init__()
        self._name = name
        self._cipher = AESGCM(keys.get(interview_id))
        self._file = _path(interview_id, name).open("rb")
        head = self._file.read(_HEADER)
        if head[: len(_MAGIC)] != _MAGIC or len(head) != _HEADER:
            self._file.close()
            raise Damaged("This is not a vault file.")
        self._prefix = head[len(_MAGIC) :]
        sealed = os.fstat(self._file.fileno()).st_size - _HEADER
        self._blocks = max(1, -(-sealed // (BLOCK + _TAG)))
        self.size = sealed - self._blocks * _TAG
        self._position = 0
        self._cached: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._position >= self.size:
            return 0
        number, inside = divmod(self._position, BLOCK)
        piece = self._block(number)[inside : inside + len(buffer)]
        buffer[: len(piece)] = piece
        self._position += len(piece)
        return len(piece)

    def _block(self, number: int) -> bytes:
        if self._cached[0] != number:
            self._file.seek(_HEADER + number * (BLOCK + _TAG))
            sealed = self._file.read(BLOCK + _TAG)
            nonce = self._prefix + struct.pack(">I", number)
            last = number == self._blocks - 1
            try:
                plain = self._cipher.decrypt(nonce, sealed, _associated(self._name, number, last))
            except InvalidTag as error:
                raise Damaged("This file was changed or cut off.") from error
            self._cached = (number, plain)
        return self._cached[1]

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def store(interview_id: UUID, source: BinaryIO, suffix: str) -> str:
    """Encrypt everything in `source` and return the new file's name."""
    name = new_name(suffix)
    with Writer(interview_id, name) as writer:
        shutil.copyfileobj(source, writer, 1024 * 1024)
    return name


def open_file(interview_id: UUID, name: str) -> io.BufferedReader:
    """Open a vault file for reading and seeking."""
    return io.BufferedReader(Reader(interview_id, name), BLOCK)


def extract(interview_id: UUID, name: str, target: Path) -> None:
    """Decrypt a whole vault file to `target`, readable only by its owner."""
    target.touch(mode=0o600)
    with open_file(interview_id, name) as source, target.open("wb") as plain:
        shutil.copyfileobj(source, plain, 1024 * 1024)


def delete(interview_id: UUID, name: str) -> bool:
    """Remove one file. Returns whether there was one."""
    try:
        _path(interview_id, name).unlink()
    except FileNotFoundError:
        return False
    return True


def names(interview_id: UUID) -> list[str]:
    """Names of every file kept for this interview."""
    folder = Path(settings.VAULT_DIR) / str(interview_id)
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def delete_all(interview_id: UUID) -> int:
    """Remove every file of this interview. Returns how many."""
    folder = Path(settings.VAULT_DIR) / str(interview_id)
    count = len(list(folder.iterdir())) if folder.exists() else 0
    shutil.rmtree(folder, ignore_errors=True)
    return count
