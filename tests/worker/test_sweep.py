"""What crashes and abandoned uploads leave behind goes; what is needed stays."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from hiring.actions import erase
from hiring.positions.models import Interview
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.worker import sweep as module
from hiring.worker import tasks
from hiring.worker.sweep import sweep
from tests import factories

pytestmark = pytest.mark.django_db


def _age(path: Path, days: int = 3) -> None:
    then = timezone.now().timestamp() - days * 86400
    os.utime(path, (then, then))


def test_an_upload_that_nobody_continued_for_a_week_goes():
    interview = factories.make_interview()
    question = interview.position.questions.first()
    recording = uploads.create(interview=interview, question=question, size_bytes=9000, file_name="a.mp4")
    uploads.append(recording=recording, offset=0, pieces=iter([b"x" * 10]))
    assert sweep()["uploads"] == 0
    Recording.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert sweep()["uploads"] == 1
    assert not uploads.path_of(recording).parent.exists() and not Recording.objects.exists()


def test_a_vault_file_that_no_row_names_goes_and_the_others_stay(settings):
    run = factories.make_complete_run()
    interview_id = run.recording.interview_id
    orphan = vault.store(interview_id, io.BytesIO(b"left behind"), "parquet")
    for path in (settings.VAULT_DIR / str(interview_id)).iterdir():
        _age(path)
    assert sweep()["orphans"] == 1
    assert orphan not in vault.names(interview_id) and run.observations_file in vault.names(interview_id)


def test_plain_video_of_a_run_that_is_over_does_not_stay(settings):
    run = factories.make_complete_run()
    folder = Path(settings.WORK_DIR) / f"{run.pk}.1"
    folder.mkdir(parents=True)
    (folder / "source").write_bytes(b"plain video")
    assert sweep()["work"] == 1 and not folder.exists()


@pytest.fixture
def overdue(monkeypatch) -> list[Interview]:
    """Interviews whose time is over, and a clock by which each erasure takes longer than a slice."""
    monkeypatch.setattr(module, "_SLICE_S", 0.0)
    monkeypatch.setattr(module, "_erasing", module._Erasing())
    interviews = [factories.make_interview() for _ in range(3)]
    Interview.objects.update(created_at=timezone.now() - timedelta(days=400))
    return interviews


def _left() -> int:
    return Interview.objects.exclude(state="erased").count()


def test_a_long_sweep_lets_the_reconciler_work_and_goes_on_in_each_of_its_rounds(overdue):
    assert sweep()["erased"] == 1 and _left() == 2
    assert tasks.reconcile()["erased"] == 1 and _left() == 1
    assert tasks.reconcile()["erased"] == 1 and _left() == 0
    assert tasks.reconcile()["erased"] == 0


def test_once_everything_is_erased_the_reconciler_does_not_even_look(overdue, monkeypatch):
    sweep()
    while not module._erasing.is_over:
        module.go_on_erasing()
    monkeypatch.setattr(module, "due", None)
    assert _left() == 0 and module.go_on_erasing() == 0


def test_an_erasure_that_fails_is_tried_once_in_a_sweep_and_keeps_no_other_waiting(overdue, monkeypatch):
    real, tried = erase.keys.destroy, []

    def broken(pk):
        tried.append(pk)
        if pk == overdue[0].pk:
            raise OSError("the key store is away")
        return real(pk)

    monkeypatch.setattr(erase.keys, "destroy", broken)
    sweep()
    while not module._erasing.is_over:
        module.go_on_erasing()
    assert _left() == 1 and tried.count(overdue[0].pk) == 1
    monkeypatch.undo()
    assert sweep()["erased"] == 1 and _left() == 0
