"""Image folders and archives on the server for audits: selected by name, never by a path."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import struct
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from analysis.text import is_plain
from hiring.lib.refused import Refused

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".zip")


#: An archive uploaded through a browser, and its limits.
UPLOADED = "uploaded-"
LARGEST_BYTES = 32 * 1024**2  # as much as waitress takes, and docker/nginx/sightline.conf
_MOST_FILES = 100_000
_MOST_UNPACKED_BYTES = 4 * 1024**3
_MOST_DIRECTORY_BYTES = 16 * 1024**2
_IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
_ROOM_LEFT = 512 * 1024**2
_LONGEST_END = 22 + 65_535


class ImagesRefused(Refused):
    """An archive of images cannot be accepted; `str(error)` is one sentence."""


class UnknownSource(Refused):
    """There is no such folder or archive; `str(error)` is one sentence."""


def folder() -> Path:
    """Where an administrator of the server puts them."""
    return Path(settings.AUDIT_DIR)


def offered() -> list[str]:
    """Sorted names of the subfolders and archives, without hidden ones and links: a link can lead anywhere."""
    try:
        entries = list(folder().iterdir())
    except OSError:
        return []
    return sorted(path.name for path in entries if _is_source(path))


def _is_source(path: Path) -> bool:
    # A name not encoded in UTF-8 could be neither shown nor stored.
    if path.name.startswith(".") or path.is_symlink() or len(path.name) > 255 or not is_plain(path.name):
        return False
    return path.is_dir() or (path.is_file() and path.name.lower().endswith(ARCHIVES))


def path_of(name: str) -> Path:
    """The path for a name that is currently offered. Raises UnknownSource for anything else."""
    if name not in offered():
        raise UnknownSource(
            _("There is no folder or archive “{name}” among the audit folders of this server.").format(name=name)
        )
    return folder() / name


def keep(*, name: str, size_bytes: int, pieces: Iterator[bytes]) -> str:
    """Save an uploaded ZIP among the audit folders, and return the name under which it is offered.

    Nothing is unpacked; a worker reads it later, image by image. Raises ImagesRefused and saves nothing.
    """
    if not 0 < size_bytes <= LARGEST_BYTES:
        limit = LARGEST_BYTES // 1024**2
        raise ImagesRefused(_("Please choose a ZIP file of at most {limit} MB.").format(limit=limit))
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder()).free < size_bytes + _ROOM_LEFT:
        raise ImagesRefused(_("There is not enough room on the server for this file."))
    draft = folder() / f".{uuid.uuid4()}.part"
    try:
        _write(draft, pieces, size_bytes)
        _check(draft)
        return _named(draft, name)
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, pieces: Iterator[bytes], size_bytes: int) -> None:
    written = 0
    with path.open("xb") as file:
        path.chmod(0o600)
        for piece in pieces:
            written += len(piece)
            if written > size_bytes:
                break
            file.write(piece)
    if written != size_bytes:
        raise ImagesRefused(_("The file did not arrive whole. Please try again."))


def _check(path: Path) -> None:
    """Check the archive's directory: that there is one, that it lists images, and that they stay within limits."""
    too_much = ImagesRefused(_("This archive holds too much: at most 100,000 files and 4 GB unpacked."))
    if _directory_bytes(path) > _MOST_DIRECTORY_BYTES:  # before it is read: each entry is an object
        raise too_much
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, struct.error) as error:
        raise ImagesRefused(_("This file is not a ZIP archive that can be read.")) from error
    if len(members) > _MOST_FILES or sum(member.file_size for member in members) > _MOST_UNPACKED_BYTES:
        raise too_much
    if not any(member.filename.lower().endswith(_IMAGES) for member in members):
        raise ImagesRefused(_("There is no picture in this archive: JPEG, PNG, WebP or BMP."))


def _directory_bytes(path: Path) -> int:
    """The size that the directory at an archive's end claims to have; 0 if there is none."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _LONGEST_END))
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    return int.from_bytes(end[at + 12 : at + 16], "little") if at >= 0 else 0


def _named(draft: Path, name: str) -> str:
    """Give a file a name of our own that is unique and still shows which file it was."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", Path(name).stem).strip("-")[:60] or "images"
    for number in itertools.count(1):
        chosen = f"{UPLOADED}{plain}{f'-{number}' if number > 1 else ''}.zip"
        try:
            os.link(draft, folder() / chosen)  # fails if another process was faster
        except FileExistsError:
            continue
        return chosen
    raise AssertionError("itertools.count never ends")


def remove(name: str) -> None:
    """Delete an uploaded archive; files placed on the server directly stay. Raises UnknownSource."""
    if not name.startswith(UPLOADED) or (folder() / name).is_dir():
        raise UnknownSource(_("Only archives that were uploaded here can be deleted here."))
    path_of(name).unlink(missing_ok=True)
