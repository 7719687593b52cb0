"""/healthz says that the process answers; /readyz tries everything that it needs."""

import pytest
from django.db import connection

from hiring.lib import room
from hiring.web import health

pytestmark = pytest.mark.django_db


def test_the_process_answers(client):
    assert client.get("/healthz").content == b"ok\n"


def test_ready_where_everything_is_here(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "broker": "ok",
        "storage": "ok",
        "room": "ok",
    }


@pytest.mark.parametrize("name", sorted(health.CHECKS))
def test_not_ready_where_one_thing_fails_and_no_detail_leaves(client, monkeypatch, name):
    def broken():
        raise RuntimeError("password=hunter2")

    monkeypatch.setitem(health.CHECKS, name, broken)
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()[name] == "failed"
    assert b"hunter2" not in answer.content


def test_a_storage_that_cannot_be_written_is_noticed(settings, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    settings.VAULT_DIR = blocked / "vault"
    with pytest.raises(OSError):
        health.CHECKS["storage"]()


def test_a_disk_that_is_nearly_full_is_noticed(client, monkeypatch):
    usage = type(room.shutil.disk_usage("/"))
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: usage(2**40, 2**40 - 2**28, 2**28))
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["room"] == "failed" and answer.json()["storage"] == "ok"


def test_a_migration_that_was_not_applied_is_noticed():
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'runs'")
    with pytest.raises(RuntimeError, match="waiting"):
        health.CHECKS["migrations"]()
