"""Resumable upload: create, append at an offset, give up. The HTTP side is hiring.candidate.tus."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.config import sniff_container
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib import room
from hiring.lib.refused import Refused
from hiring.positions.models import Interview, Question
from hiring.recordings import keys
from hiring.recordings.models import Recording
from hiring.recordings.selectors import needed_bytes

_WRITER_S = 30
_NOTE_EVERY_S = 5.0
_HEAD_BYTES = 4096
_ROOM_LEFT = 64 * 1024 * 1024
#: Concurrent uploads may together need more than there is. The last of the disk is reserved for the database, or
#: every page fails.
_NOT_FOR_UPLOADS = 32 * 1024 * 1024


class UploadRefused(Refused):
    """`code` names why: empty, size, busy, offset, checksum, type, room, gone.

    `str(error)` is a sentence for the person, in their language.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a chunk's bytes must hash to. tus requires every server to support sha1; our own pages send sha256."""

    algorithm: str
    digest: bytes


CHECKSUM_ALGORITHMS = ("sha256", "sha1")


def _no_room() -> UploadRefused:
    return UploadRefused(
        "room", _("The server is out of space at the moment. Nothing was lost; please continue later.")
    )


def _gone() -> UploadRefused:
    return UploadRefused("gone", _("This upload is already finished or was given up."))


def _elsewhere() -> UploadRefused:
    return UploadRefused("offset", _("This part of the file does not continue where the upload stands."))


def _busy() -> UploadRefused:
    return UploadRefused("busy", _("Another window is sending this file just now."))


@contextmanager
def _full_disk_is_refused() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in room.NO_ROOM:
            raise
        raise _no_room() from error


@contextmanager
def _full_disk_gets_back(path: Path, offset: int, still_ours: Callable[[], bool]) -> Iterator[None]:
    """If writing fails, free what was written after `offset`: it does not count and fills the disk."""
    try:
        yield
    except OSError:
        if path.exists() and still_ours():
            os.truncate(path, offset)
        raise


def path_of(recording: Recording) -> Path:
    """Where the bytes of an unfinished upload are stored: a separate folder, under a name that no one chose."""
    return Path(settings.UPLOAD_DIR) / str(recording.pk) / "upload"


def create(*, interview: Interview, question: Question, size_bytes: int, file_name: str) -> Recording:
    """Open an upload of `size_bytes` for one answer. Raises UploadRefused: empty, size, room, busy."""
    if size_bytes <= 0:
        raise UploadRefused("empty", _("This file is empty. Please choose another one."))
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // 1024**2
        raise UploadRefused(
            "size", _("This file is larger than %(limit)s MB. Please choose a smaller one.") % {"limit": limit}
        )
    folder = Path(settings.UPLOAD_DIR)
    with _full_disk_is_refused():
        folder.mkdir(parents=True, exist_ok=True)
        if room.free_bytes(folder) < needed_bytes(size_bytes) + _ROOM_LEFT:
            raise _no_room()
        return _create_row(interview, question, size_bytes, _shown_name(file_name))


def _shown_name(file_name: str) -> str:
    """Just the name, without characters that would reverse or break the surrounding text."""
    return "".join(letter for letter in Path(file_name).name if letter.isprintable())[:200]


def _create_row(interview: Interview, question: Question, size_bytes: int, file_name: str) -> Recording:
    try:
        with transaction.atomic():
            recording = Recording.objects.create(
                interview=interview, question=question, size_bytes=size_bytes, file_name=file_name
            )
            # This is the only place that creates a key, so a late writer can never bring an erased interview's key
            # back.
            keys.get_or_create(interview.pk)
            audit.record(actor=interview.as_actor(), action=Action.UPLOAD_STARTED, obj=recording, interview=interview)
    except IntegrityError as error:
        sentence = _("There is already a video for this answer. Delete it first to use another.")
        raise UploadRefused("busy", sentence) from error
    return recording


def append(*, recording: Recording, offset: int, pieces: Iterator[bytes], checksum: Checksum | None = None) -> int:
    """Append a chunk at `offset` and return the new offset.

    One writer at a time: of two at the same offset exactly one succeeds. A chunk sent with a checksum counts
    completely or not at all; without one, what arrived before the connection dropped is kept.
    Raises UploadRefused: size, busy, offset, checksum, type, room, gone.
    """
    writer = _become_writer(recording, offset)
    there = _bytes_there(path_of(recording))
    if there < offset:
        # The file has fewer bytes than the row says (power cut, lost disk): writing on would leave a hole of zeros.
        _stop_writing(recording, writer, there)
        raise _elsewhere()
    try:
        watched = _watching(recording, writer, offset, pieces, counts=checksum is None)
        written = _write(recording, writer, offset, watched, checksum)
    except BaseException:
        _stop_writing(recording, writer, offset)
        raise
    if not _stop_writing(recording, writer, offset + written):
        raise _gone()
    recording.received_bytes = offset + written
    return recording.received_bytes


def _bytes_there(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _become_writer(recording: Recording, offset: int) -> uuid.UUID:
    now, writer = timezone.now(), uuid.uuid4()
    free = Q(writer=None) | Q(writer_until__lt=now)
    won = Recording.objects.filter(
        free, pk=recording.pk, state=Recording.State.UPLOADING, received_bytes=offset
    ).update(writer=writer, writer_until=now + timedelta(seconds=_WRITER_S))
    if not won:
        row = Recording.objects.filter(pk=recording.pk, state=Recording.State.UPLOADING).first()
        if row is None:
            raise _gone()
        if row.received_bytes == offset:
            raise _busy()
        raise _elsewhere()
    return writer


def _watching(
    recording: Recording, writer: uuid.UUID, offset: int, pieces: Iterator[bytes], *, counts: bool
) -> Iterator[bytes]:
    """Pass pieces on, and every few seconds check that no other writer took over.

    If each byte counts by itself, record the progress: a killed server then loses seconds, not the file.
    """
    noted, written = time.monotonic(), 0
    for piece in pieces:
        if time.monotonic() - noted > _NOTE_EVERY_S:
            noted = time.monotonic()
            _keep_writing(recording, writer, offset + written if counts else offset)
        yield piece
        written += len(piece)


def _keep_writing(recording: Recording, writer: uuid.UUID, received_bytes: int) -> None:
    uploading = Recording.objects.filter(pk=recording.pk, state=Recording.State.UPLOADING)
    still = uploading.filter(writer=writer).update(
        writer_until=timezone.now() + timedelta(seconds=_WRITER_S), received_bytes=received_bytes
    )
    if not still:
        raise _busy() if uploading.exists() else _gone()


def _write(
    recording: Recording, writer: uuid.UUID, offset: int, pieces: Iterator[bytes], checksum: Checksum | None
) -> int:
    path, written = path_of(recording), 0
    digest = hashlib.new(checksum.algorithm) if checksum else None
    ours = Recording.objects.filter(pk=recording.pk, writer=writer)
    with _full_disk_is_refused(), _full_disk_gets_back(path, offset, ours.exists):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("r+b") as file:
            file.truncate(offset)
            file.seek(offset)
            for piece in pieces:
                if offset + written + len(piece) > recording.size_bytes:
                    raise UploadRefused("size", _("More bytes arrived than the file was said to have."))
                if shutil.disk_usage(file.fileno()).free < _NOT_FOR_UPLOADS + len(piece):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                file.write(piece)
                if digest:
                    digest.update(piece)
                written += len(piece)
            file.flush()
            os.fsync(file.fileno())
            if checksum and digest and digest.digest() != checksum.digest:
                if ours.exists():  # otherwise another writer took over during a stall; these bytes are its own
                    file.truncate(offset)
                sentence = _("A part of the file was damaged on the way. It is sent again.")
                raise UploadRefused("checksum", sentence)
    if offset < _HEAD_BYTES <= offset + written or offset + written == recording.size_bytes:
        _refuse_if_not_video(path, recording)
    return written


def _refuse_if_not_video(path: Path, recording: Recording) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError as error:  # given up or erased by another request in the meantime
        raise _gone() from error
    if sniff_container(head) is None:
        give_up(recording=recording, reason="type")
        sentence = _("This file is not a video that can be read. Please choose an MP4, MOV or WebM file.")
        raise UploadRefused("type", sentence)


def _stop_writing(recording: Recording, writer: uuid.UUID, offset: int) -> bool:
    """Release the upload and record how far it is. A writer that has lost the lease changes nothing.

    Returns False in that case. If the row is gone, its bytes are removed too: this writer may have recreated the
    folder.
    """
    rows = Recording.objects.filter(pk=recording.pk)
    kept = rows.filter(writer=writer, state=Recording.State.UPLOADING).update(
        writer=None, writer_until=None, received_bytes=offset
    )
    if not kept and not rows.exists():
        shutil.rmtree(path_of(recording).parent, ignore_errors=True)
    return bool(kept)


def give_up(*, recording: Recording, reason: str = "candidate") -> None:
    """Remove an unfinished upload, both bytes and row."""
    with transaction.atomic():
        gone, _ = Recording.objects.filter(pk=recording.pk, state=Recording.State.UPLOADING).delete()
        if not gone:
            raise _gone()
        interview = recording.interview
        audit.record(actor=interview.as_actor(), action=Action.UPLOAD_GIVEN_UP, interview=interview, reason=reason)
    shutil.rmtree(path_of(recording).parent, ignore_errors=True)


def mark_received(recording: Recording) -> bool:
    """Mark a complete upload as received. Returns False if another request already did, or if bytes are missing."""
    if _bytes_there(path_of(recording)) != recording.size_bytes:
        return False
    return bool(
        Recording.objects.filter(
            pk=recording.pk, state=Recording.State.UPLOADING, received_bytes=F("size_bytes")
        ).update(state=Recording.State.RECEIVED, received_at=timezone.now(), writer=None, writer_until=None)
    )


def abandoned(older_than: timedelta = timedelta(days=7)) -> list[Recording]:
    """Uploads that no one has continued for a week."""
    return list(Recording.objects.filter(state=Recording.State.UPLOADING, created_at__lt=timezone.now() - older_than))
