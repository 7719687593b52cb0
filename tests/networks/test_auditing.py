"""A fairness audit from the click to the result: claimed once, ended once, never running for ever."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from hiring.audit.models import Event
from hiring.lib.jobs import LeaseLost
from hiring.networks import fairness, sources
from hiring.networks.models import FairnessAudit
from hiring.worker import fairness as worker
from hiring.worker.networks import register_own
from tests import factories


@pytest.fixture
def folder(settings):
    """Where the server's administrator puts pictures."""
    settings.AUDIT_DIR.mkdir()
    return settings.AUDIT_DIR


def _pictures(folder, count: int = 3):
    """Grey noise under UTKFace's names: pictures without any face."""
    folder.mkdir()
    for number in range(count):
        pixels = np.random.default_rng(number).integers(90, 160, (80, 80, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{20 + number}_{number % 2}_0_201701{number:02}.jpg")
    return folder


def _started(source: str = "pictures") -> FairnessAudit:
    return fairness.start(network=register_own(), source=source, person=factories.make_user("administrator"))


# The pulse is a thread with a connection of its own, so rows must really be committed.
@pytest.mark.django_db(transaction=True)
def test_an_audit_of_real_pictures_ends_with_a_result_that_names_the_network(folder):
    _pictures(folder / "pictures")
    row = _started()
    assert worker.perform(row.pk) == "complete"
    row.refresh_from_db()
    assert row.result["weights_sha256"] == row.network.weights_sha256
    assert row.result["dataset"]["images"] == 3 and (row.done, row.total) == (3, 3)
    assert row.token is None and row.finished_at and row.failure == ""
    assert worker.perform(row.pk) == "unavailable", "a message that is delivered twice does nothing"


@pytest.mark.django_db(transaction=True)
def test_pictures_that_cannot_be_audited_end_with_one_sentence_that_names_the_folder_alone(folder):
    (folder / "empty").mkdir()
    row = _started("empty")
    assert worker.perform(row.pk) == "failed"
    row.refresh_from_db()
    assert row.failure.startswith("empty ") and str(folder) not in row.failure and row.failure.endswith(".")
    assert row.result == {}


@pytest.mark.django_db(transaction=True)
def test_an_audit_that_breaks_says_so_and_keeps_nothing(folder, monkeypatch):
    _pictures(folder / "pictures")

    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(worker, "audit", broken)
    row = _started()
    assert worker.perform(row.pk) == "failed"
    row.refresh_from_db()
    assert "RuntimeError" in row.failure and row.result == {}


@pytest.mark.django_db
def test_a_folder_that_was_taken_away_meanwhile_is_named(folder):
    pictures = _pictures(folder / "pictures")
    row = _started()
    for path in pictures.iterdir():
        path.unlink()
    pictures.rmdir()
    assert worker.perform(row.pk) == "failed"
    row.refresh_from_db()
    assert "pictures" in row.failure


@pytest.mark.django_db
def test_a_worker_with_other_weights_does_not_audit_in_their_name(folder):
    _pictures(folder / "pictures")
    person = factories.make_user("administrator")
    row = fairness.start(network=factories.make_network("b" * 64), source="pictures", person=person)
    assert worker.perform(row.pk) == "failed"
    row.refresh_from_db()
    assert "different weights" in row.failure


@pytest.mark.django_db
def test_starting_twice_is_one_audit_and_is_written_down_once(folder):
    _pictures(folder / "pictures")
    first = _started()
    assert _started().pk == first.pk
    assert Event.objects.filter(action="fairness.started", object_id=str(first.pk)).count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        FairnessAudit.objects.create(network=first.network, source="pictures")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["../pictures", "/etc", "..", "", "pictures/deeper", ".hidden", "link", "a.txt"])
def test_only_a_name_that_is_offered_is_taken(folder, tmp_path, name):
    _pictures(folder / "pictures")
    _pictures(tmp_path / "outside")
    (folder / ".hidden").mkdir()
    (folder / "a.txt").write_text("x")
    (folder / "link").symlink_to(tmp_path / "outside", target_is_directory=True)
    assert sources.offered() == ["pictures"]
    with pytest.raises(sources.UnknownSource):
        _started(name)
    assert not FairnessAudit.objects.exists()


def test_folders_and_archives_are_offered_in_order_and_no_folder_is_no_fault(folder, settings, tmp_path):
    for name in ("b.zip", "a.tar", "c.tar.gz", "notes.pdf"):
        (folder / name).write_bytes(b"")
    (folder / "aa").mkdir()
    assert sources.offered() == ["a.tar", "aa", "b.zip", "c.tar.gz"]
    settings.AUDIT_DIR = tmp_path / "nowhere"
    assert sources.offered() == []


@pytest.mark.django_db
def test_an_audit_whose_worker_died_is_failed_with_a_sentence_and_can_be_started_again(folder):
    _pictures(folder / "pictures")
    row = fairness.claim(_started().pk)
    assert fairness.reconcile()["audits_failed"] == 0
    FairnessAudit.objects.update(lease_until=timezone.now() - timedelta(minutes=3))
    assert fairness.reconcile()["audits_failed"] == 1
    with pytest.raises(LeaseLost):
        fairness.beat(row, 1, 2)
    with pytest.raises(LeaseLost):
        fairness.complete(row=row, result={"schema": 1})
    row.refresh_from_db()
    assert row.state == "failed" and "stopped" in row.failure and row.result == {}
    assert _started().pk != row.pk


@pytest.mark.django_db
def test_an_audit_that_no_worker_was_told_of_is_woken(folder, monkeypatch):
    _pictures(folder / "pictures")
    row, sent = _started(), []
    monkeypatch.setattr(fairness, "wake", sent.append)
    FairnessAudit.objects.update(queued_at=timezone.now() - timedelta(seconds=10))
    assert fairness.reconcile()["audits_woken"] == 1 and sent == [row.pk]


@pytest.mark.django_db(transaction=True)
def test_the_command_audits_any_folder_in_the_foreground_and_keeps_the_row(tmp_path):
    _pictures(tmp_path / "elsewhere")
    archive = tmp_path / "elsewhere.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted((tmp_path / "elsewhere").iterdir()):
            file.write(path, path.name)
    out = io.StringIO()
    call_command("audit_network", str(archive), json=True, stdout=out, stderr=io.StringIO())
    row = FairnessAudit.objects.get()
    assert row.state == "complete" and row.source == "elsewhere.zip" and row.started_by is None
    assert json.loads(out.getvalue()) == row.result


@pytest.mark.django_db(transaction=True)
def test_the_command_answers_bad_input_with_one_sentence_and_code_2(tmp_path):
    with pytest.raises(CommandError, match=r"no folder or archive .*nothing") as missing:
        call_command("audit_network", str(tmp_path / "nothing"), stderr=io.StringIO())
    assert missing.value.returncode == 2 and not FairnessAudit.objects.exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="empty") as empty:
        call_command("audit_network", str(tmp_path / "empty"), stderr=io.StringIO())
    assert empty.value.returncode == 2 and FairnessAudit.objects.get().state == "failed"


def test_a_folder_whose_name_is_no_text_is_not_offered(settings, tmp_path):
    settings.AUDIT_DIR = tmp_path
    for name in (b"good", b"bad\xff", b"bad\x01"):
        (tmp_path / os.fsdecode(name)).mkdir()
    assert sources.offered() == ["good"]


@pytest.mark.django_db
def test_a_sentence_that_names_such_a_folder_can_be_kept(folder):
    row = fairness.start_in_foreground(network=factories.make_network("b" * 64), source="pictures")
    fairness.fail(row=row, sentence="The folder bad\udcff\0 has no image.")
    row.refresh_from_db()
    assert row.failure == "The folder bad has no image."
