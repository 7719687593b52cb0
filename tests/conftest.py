"""What every test shares: folders of its own, no broker, and the files that developers have beside the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from kombu.transport import memory

if "PYTEST_XDIST_WORKER" in os.environ:
    # Read when a library loads: processes side by side, each with a thread for every processor, wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path: Path) -> None:
    """Vault, keys, uploads and work files of a test lie in its own temporary folder."""
    settings.VAULT_DIR = tmp_path / "vault"
    settings.KEY_DIR = tmp_path / "keys"
    settings.UPLOAD_DIR = tmp_path / "uploads"
    settings.WORK_DIR = tmp_path / "work"
    settings.AUDIT_DIR = tmp_path / "audits"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES = {
        **django_settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def own_language() -> None:
    """A test starts in the language of the settings: a German page of an earlier test leaves its own active."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def no_real_broker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages go nowhere, and none of an earlier test waits.

    Tests of delivery start a real broker and say so with the mark `e2e`.
    """
    from hiring.celery import app
    from hiring.lib import broker

    broker.ask_again()
    if "e2e" not in request.keywords:
        monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # Celery believes it more than its own configuration
        app.conf.broker_url = "memory://"
        memory.Channel.queues.clear()


@pytest.fixture
def shared():
    """Return a function that finds a developer's file, and skips the test, with the reason, where it is missing."""

    def find(relative: str) -> Path:
        path = SHARED / relative
        if not path.exists():
            pytest.skip(f"needs the developers' file {relative}, which is not here")
        return path

    return find
