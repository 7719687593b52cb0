"""A full disk, storage or a database that is away for a while: nothing is set aside, and it ends by itself."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError

from analysis.types import BadVideo
from hiring.actions import receive_upload
from hiring.lib import room
from hiring.policy.rules import Purpose
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.runs import lease
from hiring.runs.models import ATTEMPTS, AnalysisRun
from hiring.worker import execute as module
from hiring.worker import intake
from hiring.worker.execute import execute
from tests import factories
from tests.worker import hostile as made

# The keeper's thread has a connection of its own, so rows must really be committed.
pytestmark = pytest.mark.django_db(transaction=True)


def _received(content: bytes) -> AnalysisRun:
    interview = factories.make_interview(granted=[Purpose.RECORDING])
    recording = uploads.create(
        interview=interview, question=interview.position.questions.first(), size_bytes=len(content), file_name="a.mp4"
    )
    uploads.append(recording=recording, offset=0, pieces=iter([content]))
    assert receive_upload.finish(recording=recording)
    return AnalysisRun.objects.get()


def _now(run: AnalysisRun) -> str:
    """Perform the run as if its time had come."""
    AnalysisRun.objects.update(not_before=None)
    ended = execute(run.pk)
    run.refresh_from_db()
    return ended


def _waits_and_then_completes(run: AnalysisRun, monkeypatch) -> None:
    for _ in range(ATTEMPTS + 1):
        assert _now(run) == "waits"
    assert (run.state, run.attempt, run.waits) == ("queued", 0, ATTEMPTS + 1)
    assert uploads.path_of(run.recording).exists() and vault.names(run.recording.interview_id) == []
    monkeypatch.undo()
    assert _now(run) == "complete" and run.attempt == 1
    assert Recording.objects.get().state == "ready"


def _raising(error: Exception):
    def broken(*_, **__):
        raise error

    return broken


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE])
def test_a_vault_that_takes_nothing_uses_up_no_attempt(monkeypatch, number):
    run = _received(made.plain())
    monkeypatch.setattr(vault, "store", _raising(OSError(number, os.strerror(number))))
    _waits_and_then_completes(run, monkeypatch)


def test_a_work_folder_that_cannot_be_made_uses_up_no_attempt(monkeypatch):
    run = _received(made.plain())
    monkeypatch.setattr(Path, "mkdir", _raising(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))))
    _waits_and_then_completes(run, monkeypatch)


def test_a_database_that_is_away_for_a_moment_uses_up_no_attempt(monkeypatch):
    run = _received(made.plain())
    monkeypatch.setattr(lease, "accept", _raising(OperationalError("server closed the connection")))
    _waits_and_then_completes(run, monkeypatch)


def test_a_worker_goes_on_saying_so_until_the_database_is_back(monkeypatch):
    run = _received(made.plain())
    real, asked = lease.give_back, []

    def away_at_first(**kwargs):
        asked.append(1)
        if len(asked) < 3:
            raise OperationalError("the database is starting up")
        real(**kwargs)

    monkeypatch.setattr(lease, "accept", _raising(OperationalError("server closed the connection")))
    monkeypatch.setattr(lease, "give_back", away_at_first)
    monkeypatch.setattr(module, "_TELL_EVERY_S", 0)
    assert _now(run) == "waits" and len(asked) == 3
    assert (run.state, run.attempt) == ("queued", 0)


def test_a_full_disk_is_not_taken_for_a_video_without_a_playable_copy(monkeypatch):
    run = _received(made.plain())
    monkeypatch.setattr(intake, "make_playable", _raising(BadVideo("damaged", "It had to be stopped.")))
    answers = iter([10**12, 0] * (ATTEMPTS + 1))
    monkeypatch.setattr(room, "free_bytes", lambda folder: next(answers))
    _waits_and_then_completes(run, monkeypatch)


def test_storage_that_does_not_answer_is_not_taken_for_a_bad_video(monkeypatch):
    run = _received(made.plain())
    monkeypatch.setattr(intake, "look_at", _raising(BadVideo("not_video", "It cannot be read.")))
    monkeypatch.setattr(intake, "read_through", _raising(OSError(errno.EIO, os.strerror(errno.EIO))))
    _waits_and_then_completes(run, monkeypatch)


@pytest.fixture
def small_disk(settings, tmp_path, monkeypatch) -> Iterator[Path]:
    """Vault, uploads and work folder on a real file system of eight megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("needs the right to mount a small file system, which is missing here")
    settings.VAULT_DIR, settings.UPLOAD_DIR, settings.WORK_DIR = disk / "vault", disk / "uploads", disk / "work"
    monkeypatch.setattr(uploads, "_ROOM_LEFT", 0)
    monkeypatch.setattr(uploads, "_NOT_FOR_UPLOADS", 0)
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_disk_that_is_really_full_keeps_nothing_half_and_the_run_completes_with_room(small_disk, monkeypatch):
    content = made.plain()
    run = _received(content)
    # Without the check beforehand, so that the writes themselves meet the end of the disk, one after the other.
    monkeypatch.setattr(room, "require", lambda folder, needed_bytes: None)
    ballast = small_disk / "ballast"
    for free in (0, len(content) // 2, len(content) + 4096):
        ballast.write_bytes(b"")
        with ballast.open("wb") as file:
            while room.free_bytes(small_disk) > free + 4096:
                file.write(bytes(4096))
                file.flush()
        assert _now(run) == "waits"
        assert vault.names(run.recording.interview_id) == [] and not list((small_disk / "work").iterdir())
    assert (run.state, run.attempt) == ("queued", 0) and uploads.path_of(run.recording).read_bytes() == content
    ballast.unlink()
    assert _now(run) == "complete" and run.attempt == 1
