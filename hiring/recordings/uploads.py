"""Resumable upload: creating, appending at an offset, giving up. The HTTP side is hiring.candidate.tus."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from analysis.config import sniff_container
from hiring.audit import services as audit
from hiring.positions.models import Interview, Question
from hiring.recordings import keys
from hiring.recordings.models import Recording

_WRITER_S = 30
_NOTE_EVERY_S = 5.0
_HEAD_BYTES = 4096
_ROOM_LEFT = 64 * 1024 * 1024


class UploadRefused(Exception):
    """`code` names why: size, busy, offset, checksum, type, room, gone. `str(error)` is a sentence for the person."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


_NO_ROOM = "There is no room on the server just now. Nothing was lost; please go on in a while."


def path_of(recording: Recording) -> Path:
    """Where the bytes of an unfinished upload lie: a folder of its own, under a name that nobody chose."""
    return Path(settings.UPLOAD_DIR) / str(recording.pk) / "upload"


def create(*, interview: Interview, question: Question, size_bytes: int, file_name: str) -> Recording:
    """Open an upload of `size_bytes` for one answer. Raises UploadRefused: size, room, busy."""
    if size_bytes <= 0:
        raise UploadRefused("size", "This file is empty. Please choose another one.")
    if size_bytes > settings.MAX_UPLOAD_BYTES:
        limit = settings.MAX_UPLOAD_BYTES // 1024**2
        raise UploadRefused("size", f"This file is larger than {limit} MB. Please choose a smaller one.")
    folder = Path(settings.UPLOAD_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(folder).free < size_bytes + _ROOM_LEFT:
        raise UploadRefused("room", _NO_ROOM)
    try:
        with transaction.atomic():
            recording = Recording.objects.create(
                interview=interview, question=question, size_bytes=size_bytes, file_name=Path(file_name).name[:200]
            )
            # The only place that makes a key: a late writer can never bring an erased interview's key back.
            keys.get_or_create(interview.pk)
            audit.record(actor=interview.as_actor(), action="upload.started", obj=recording, interview=interview)
    except IntegrityError as error:
        raise UploadRefused("busy", "There is already a video for this answer. Delete it first to use another.") from error
    return recording


def append(*, recording: Recording, offset: int, pieces: Iterator[bytes], sha256: bytes | None = None) -> int:
    """Append a chunk at `offset` and return the new offset.

    One writer at a time: of two at the same offset exactly one succeeds. A chunk that came with a checksum counts
    whole or not at all; without one, what arrived before the line dropped is kept.
    Raises UploadRefused: offset, checksum, type, room, gone.
    """
    writer = _become_writer(recording, offset)
    try:
        counted = pieces if sha256 is not None else _noting(recording, writer, offset, pieces)
        written = _write(path_of(recording), recording, offset, counted, sha256)
    except BaseException:
        _stop_writing(recording, writer, offset)
        raise
    return _stop_writing(recording, writer, offset + written)


def _become_writer(recording: Recording, offset: int) -> uuid.UUID:
    now, writer = timezone.now(), uuid.uuid4()
    free = Q(writer=None) | Q(writer_until__lt=now)
    won = Recording.objects.filter(
        free, pk=recording.pk, state=Recording.State.UPLOADING, received_bytes=offset
    ).update(writer=writer, writer_until=now + timedelta(seconds=_WRITER_S))
    if not won:
        recording.refresh_from_db()
        if recording.state != Recording.State.UPLOADING:
            raise UploadRefused("gone", "This upload is already finished or was given up.")
        if recording.received_bytes == offset:
            raise UploadRefused("busy", "Another window is sending this file just now.")
        raise UploadRefused("offset", "This part of the file does not continue where the upload stands.")
    return writer


def _noting(recording: Recording, writer: uuid.UUID, offset: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Pass pieces on; every few seconds note how far they are, so that a killed server loses seconds, not the file."""
    noted, written = time.monotonic(), 0
    for piece in pieces:
        if time.monotonic() - noted > _NOTE_EVERY_S:
            noted = time.monotonic()
            _keep_writing(recording, writer, offset + written)
        yield piece
        written += len(piece)


def _keep_writing(recording: Recording, writer: uuid.UUID, received_bytes: int) -> None:
    still = Recording.objects.filter(pk=recording.pk, writer=writer, state=Recording.State.UPLOADING).update(
        writer_until=timezone.now() + timedelta(seconds=_WRITER_S), received_bytes=received_bytes
    )
    if not still:
        raise UploadRefused("gone", "This upload was given up or continued elsewhere.")


def _write(path: Path, recording: Recording, offset: int, pieces: Iterator[bytes], sha256: bytes | None) -> int:
    digest, written = hashlib.sha256(), 0
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with path.open("r+b") as file:
            file.truncate(offset)
            file.seek(offset)
            for piece in pieces:
                if offset + written + len(piece) > recording.size_bytes:
                    file.truncate(offset)
                    raise UploadRefused("size", "More bytes arrived than the file was said to have.")
                file.write(piece)
                digest.update(piece)
                written += len(piece)
            file.flush()
            os.fsync(file.fileno())
            if sha256 is not None and digest.digest() != sha256:
                file.truncate(offset)
                raise UploadRefused("checksum", "A part of the file was damaged on the way. It is sent again.")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise UploadRefused("room", _NO_ROOM) from error
    if offset < _HEAD_BYTES <= offset + written or offset + written == recording.size_bytes:
        _refuse_if_not_video(path, recording)
    return written


def _refuse_if_not_video(path: Path, recording: Recording) -> None:
    with path.open("rb") as file:
        if sniff_container(file.read(_HEAD_BYTES)) is None:
            give_up(recording=recording, reason="type")
            raise UploadRefused("type", "This file is not a video that can be read. Please choose an MP4, MOV or WebM file.")


def _stop_writing(recording: Recording, writer: uuid.UUID, offset: int) -> int:
    """Let go of the upload and note how far it is. Whoever lost the lease meanwhile changes nothing."""
    kept = Recording.objects.filter(pk=recording.pk, writer=writer, state=Recording.State.UPLOADING).update(
        writer=None, writer_until=None, received_bytes=offset
    )
    if not kept:
        recording.refresh_from_db()
        return recording.received_bytes
    recording.received_bytes = offset
    return offset


def give_up(*, recording: Recording, reason: str = "candidate") -> None:
    """Remove an unfinished upload, bytes and row."""
    with transaction.atomic():
        gone, _ = Recording.objects.filter(pk=recording.pk, state=Recording.State.UPLOADING).delete()
        if not gone:
            raise UploadRefused("gone", "This upload is already finished or was given up.")
        audit.record(
            actor=recording.interview.as_actor(), action="upload.given_up", interview=recording.interview, reason=reason
        )
    shutil.rmtree(path_of(recording).parent, ignore_errors=True)


def mark_received(recording: Recording) -> bool:
    """Move a complete upload on. Returns False where somebody else did, or bytes are missing."""
    return bool(
        Recording.objects.filter(
            pk=recording.pk, state=Recording.State.UPLOADING, received_bytes=F("size_bytes")
        ).update(state=Recording.State.RECEIVED, received_at=timezone.now(), writer=None, writer_until=None)
    )


def abandoned(older_than: timedelta = timedelta(days=7)) -> list[Recording]:
    """Uploads that nobody continued for a week."""
    return list(
        Recording.objects.filter(state=Recording.State.UPLOADING, created_at__lt=timezone.now() - older_than)
    )
