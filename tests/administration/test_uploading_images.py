"""Images for a fairness audit come in through the browser: bounded, checked, and deleted again."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Mapping

import pytest
from django.urls import reverse, reverse_lazy

from hiring.audit.models import Event
from hiring.networks import fairness, sources
from hiring.networks.models import FairnessAudit
from hiring.worker.sweep import sweep
from tests import factories
from tests.administration.conftest import text_of

PAGE, UPLOAD = reverse_lazy("administration:fairness_audits"), reverse_lazy("administration:upload_images")


@pytest.fixture
def network(db):
    return factories.make_network()


def _zip(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


GOOD = _zip({"30_0_1_a.jpg": b"\xff\xd8\xff", "30_1_1_b.jpg": b"\xff\xd8\xff"})


def _upload(admin, content: bytes, name: str = "My%20people.zip", kind: str = "application/zip"):
    return admin.post(UPLOAD, content, content_type=kind, headers={"X-File-Name": name})


def test_a_zip_of_pictures_is_kept_offered_and_audited(admin, network):
    assert _upload(admin, GOOD).status_code == 201
    assert sources.offered() == ["uploaded-My-people.zip"]
    assert sources.path_of("uploaded-My-people.zip").read_bytes() == GOOD
    assert "uploaded-My-people.zip" in text_of(admin.get(PAGE))
    assert admin.post(PAGE, {"source": "uploaded-My-people.zip"}).status_code == 302
    assert FairnessAudit.objects.get().source == "uploaded-My-people.zip"
    assert Event.objects.filter(action="fairness.images_added").count() == 1


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "%00", "", ".zip", "a" * 500 + ".zip", "%E2%80%AE.zip"])
def test_whatever_a_file_is_called_it_stays_in_its_folder_under_a_plain_name(admin, network, settings, name):
    _upload(admin, GOOD, name)
    _upload(admin, GOOD, name)
    first, second = sources.offered()
    assert first != second and all(len(kept) < 90 for kept in (first, second))
    assert sorted(path.name for path in settings.AUDIT_DIR.iterdir()) == [first, second]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"PK\x03\x04 no archive", "application/zip"),
        (b"", "application/zip"),
        (_zip({"notes.txt": b"no picture"}), "application/zip"),
        (GOOD[: len(GOOD) // 2], "application/zip"),
        (GOOD, "text/plain"),
        (GOOD, "application/octet-stream"),
    ],
)
def test_what_is_no_zip_of_pictures_is_refused_and_nothing_is_kept(admin, network, settings, content, kind):
    answer = _upload(admin, content, kind=kind)
    assert answer.status_code == 422 and answer.json()["sentence"].endswith(".")
    assert not settings.AUDIT_DIR.exists() or list(settings.AUDIT_DIR.iterdir()) == []
    assert not Event.objects.filter(action="fairness.images_added").exists()


def test_an_archive_that_would_unpack_to_more_than_is_allowed_is_refused(admin, network, monkeypatch):
    monkeypatch.setattr(sources, "_MOST_UNPACKED_BYTES", 10_000)
    bomb = _zip({"a.jpg": bytes(20_000)})
    assert len(bomb) < 1000
    assert "too much" in _upload(admin, bomb).json()["sentence"]
    monkeypatch.setattr(sources, "_MOST_FILES", 1)
    assert "too much" in _upload(admin, GOOD).json()["sentence"]


def test_more_than_the_limit_is_refused_before_a_byte_is_read(admin, network, monkeypatch):
    monkeypatch.setattr(sources, "LARGEST_BYTES", 100)
    assert "at most" in _upload(admin, GOOD).json()["sentence"]


def test_a_full_disk_is_said(admin, network, monkeypatch):
    monkeypatch.setattr(sources, "_ROOM_LEFT", 1 << 62)
    assert "room" in _upload(admin, GOOD).json()["sentence"]


def test_uploaded_images_are_deleted_and_those_of_the_server_are_not(admin, network, settings):
    _upload(admin, GOOD)
    (settings.AUDIT_DIR / "set").mkdir()
    for name in ("uploaded-My-people.zip", "set", "..", "uploaded-..%2Fx.zip"):
        admin.post(reverse("administration:delete_images", args=[name]))
    assert sources.offered() == ["set"]


def test_images_of_an_audit_that_is_under_way_stay(admin, administrator, network):
    _upload(admin, GOOD)
    fairness.start(network=network, source="uploaded-My-people.zip", person=administrator)
    answer = admin.post(reverse("administration:delete_images", args=["uploaded-My-people.zip"]), follow=True)
    assert "under way" in text_of(answer) and sources.offered() == ["uploaded-My-people.zip"]


def test_a_list_of_files_that_would_fill_the_memory_is_not_even_read(admin, network, monkeypatch):
    monkeypatch.setattr(sources, "_MOST_DIRECTORY_BYTES", 50)
    monkeypatch.setattr(sources.zipfile, "ZipFile", None)
    assert "too much" in _upload(admin, GOOD).json()["sentence"]


def test_what_an_upload_that_broke_off_left_is_swept_after_a_day(db, settings):
    settings.AUDIT_DIR.mkdir(parents=True)
    old, new = (settings.AUDIT_DIR / f".{name}.part" for name in ("old", "new"))
    for path in (old, new):
        path.write_bytes(b"PK")
    os.utime(old, (0, 0))
    sweep()
    assert not old.exists() and new.exists()
