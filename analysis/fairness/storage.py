"""Image files in a folder, a tar or a zip: names and bytes. Nothing is unpacked to disk and no link is followed."""

from __future__ import annotations

import gzip
import hashlib
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

#: A file of groups that may accompany the images.
GROUPS_FILE = "groups.csv"
IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})

#: Limits on what a source may cost. A single file over its limit counts as unreadable; past the others the source is
#: refused.
MAX_FILE_BYTES = 32 << 20
MAX_FILES = 1_000_000
MAX_TOTAL_BYTES = 256 << 30

_DAMAGE = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, ValueError),
    # Encrypted, or compressed in a way that zipfile does not support (a NotImplementedError).
    RuntimeError,
)
_ZIP_START, _GZIP_START = b"PK", b"\x1f\x8b"


class BadImages(Exception):
    """The images cannot be audited; `str(error)` is one sentence that names the file or folder."""


class Unreadable(Exception):
    """One of many files is damaged, too large or not an image."""


class Store(ABC):
    """names: image files and GROUPS_FILE, as paths with `/`, in the order that is best for reading.

    left_out: images that are links, or whose names lead out of the archive. sha256: of the archive, or over the
    sorted names and contents of a folder's files.
    """

    def __init__(self, source: Path) -> None:
        self.source = source
        self.names: list[str] = []
        self.left_out = 0
        self.sha256 = ""
        self._files, self._total_bytes = 0, 0

    @abstractmethod
    def read(self, name: str) -> bytes:
        """The bytes of a file, at most MAX_FILE_BYTES. Raises Unreadable."""

    def _wanted(self, name: str, *, is_file: bool, size_bytes: int) -> str | None:
        """The plain name under which a file is kept, or None if it is left out. Raises BadImages."""
        self._files += 1
        self._total_bytes += size_bytes
        if self._files > MAX_FILES or self._total_bytes > MAX_TOTAL_BYTES:
            bounds = f"{MAX_FILES:,} files or {MAX_TOTAL_BYTES >> 30} GiB"
            raise BadImages(f"{self.source} holds more than {bounds}.")
        path = PurePosixPath(name)
        hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
        if hidden or (path.suffix.lower() not in IMAGE_SUFFIXES and path.name != GROUPS_FILE):
            return None
        if not is_file or path.is_absolute() or ".." in path.parts:
            self.left_out += 1
            return None
        return str(path)


class _Folder(Store):
    def __init__(self, source: Path) -> None:
        super().__init__(source)
        for place, _, files in os.walk(source):  # does not follow links to folders
            for file in files:
                path = Path(place, file)
                about = path.lstat()
                relative = path.relative_to(source).as_posix()
                name = self._wanted(relative, is_file=stat.S_ISREG(about.st_mode), size_bytes=about.st_size)
                self.names += [] if name is None else [name]
        self.names.sort()
        self.sha256 = self._digest()

    def read(self, name: str) -> bytes:
        try:
            with (self.source / name).open("rb") as file:
                return _bounded(file, name)
        except OSError as error:
            raise Unreadable(f"{name} cannot be read: {error}") from error

    def _digest(self) -> str:
        digest = hashlib.sha256()
        for name in self.names:
            digest.update(name.encode("utf-8", "surrogateescape") + b"\0")
            try:
                with (self.source / name).open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
            except OSError:
                digest.update(b"unreadable")
        return digest.hexdigest()


class _Tar(Store):
    def __init__(self, source: Path, opened: Any) -> None:
        super().__init__(source)
        self._archive = tarfile.open(fileobj=opened, mode="r:")  # noqa: SIM115 (lives as long as this)
        self._members: dict[str, tarfile.TarInfo] = {}
        for member in self._archive:
            if member.isdir():
                continue
            name = self._wanted(member.name, is_file=member.isreg(), size_bytes=member.size)
            if name is not None:
                self._members[name] = member  # of duplicates, unpacking would leave the last
        self.names = sorted(self._members, key=lambda name: self._members[name].offset)
        # At a damaged or missing header tarfile stops as if nothing were wrong; a complete archive ends in empty
        # blocks.
        opened.seek(self._archive.offset)
        if opened.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError("it breaks off")

    def read(self, name: str) -> bytes:
        try:
            file = self._archive.extractfile(self._members[name])
            if file is None:
                raise Unreadable(f"{name} is no file")
            with file:
                return _bounded(file, name)
        except _DAMAGE as error:
            raise Unreadable(f"{name} cannot be read: {error}") from error


class _Zip(Store):
    def __init__(self, source: Path, opened: IO[bytes]) -> None:
        super().__init__(source)
        self._archive = zipfile.ZipFile(opened)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in self._archive.infolist():
            if member.is_dir():
                continue
            kind = stat.S_IFMT(member.external_attr >> 16)  # 0 if the archive was not made on Unix
            name = self._wanted(member.filename, is_file=kind in (0, stat.S_IFREG), size_bytes=member.file_size)
            if name is not None:
                self._members[name] = member
        self.names = sorted(self._members, key=lambda name: self._members[name].header_offset)

    def read(self, name: str) -> bytes:
        try:
            with self._archive.open(self._members[name]) as file:
                return _bounded(file, name)
        except _DAMAGE as error:
            raise Unreadable(f"{name} cannot be read: {error}") from error


@contextmanager
def opened_store(source: Path) -> Iterator[Store]:
    """The images of a folder, a .tar, a .tar.gz or a .zip. Raises BadImages."""
    if source.is_dir():
        yield _Folder(source)
        return
    if not source.is_file():
        raise BadImages(f"There is no folder or archive at {source}.")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(source.open("rb"))
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            store = _archive(source, file)
        except _DAMAGE as error:
            raise BadImages(f"{source} is damaged, or no folder, tar or zip of images: {error}.") from error
        store.sha256 = sha256
        yield store


def _archive(source: Path, file: IO[bytes]) -> Store:
    start = file.read(2)
    file.seek(0)
    if start == _ZIP_START:
        return _Zip(source, file)
    return _Tar(source, _Bounded(gzip.open(file)) if start == _GZIP_START else file)


class _Bounded:
    """A decompressed tar that refuses to return more than MAX_FILE_BYTES at once.

    tarfile reads an extended header whole, however long it claims to be: a few kilobytes of gzip could demand
    gigabytes of memory.
    """

    def __init__(self, file: Any) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= MAX_FILE_BYTES:
            raise tarfile.ReadError("a part of it is too large")
        return bytes(self._file.read(size))

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return int(self._file.seek(offset, whence))

    def tell(self) -> int:
        return int(self._file.tell())


def _bounded(file: Any, name: str) -> bytes:
    content: bytes = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise Unreadable(f"{name} is larger than {MAX_FILE_BYTES >> 20} MiB")
    return content
