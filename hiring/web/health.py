"""Is the process alive, and is everything it needs available?"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from hiring.celery import app
from hiring.lib import room

#: With less room than this, pages may still open, but uploads are refused and analyses wait.
LEAST_ROOM = 512 * 1024 * 1024


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations are waiting")


def _broker() -> None:
    with app.connection_for_write() as link:
        link.ensure_connection(max_retries=1, timeout=2)


def _storage() -> None:
    for folder in (settings.VAULT_DIR, settings.UPLOAD_DIR, settings.KEY_DIR, settings.WORK_DIR):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"ready")
            file.flush()
            os.fsync(file.fileno())


def _room() -> None:
    for folder in (settings.VAULT_DIR, settings.UPLOAD_DIR, settings.WORK_DIR):
        room.require(Path(folder), LEAST_ROOM)


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "storage": _storage,
    "room": _room,
}


def readyz(request: HttpRequest) -> JsonResponse:
    """Database, migrations, broker, storage and its room, tested by use. 503 if one fails; exposes no details."""
    state = {}
    for name, check in CHECKS.items():
        try:
            check()
            state[name] = "ok"
        except Exception:
            state[name] = "failed"
    ready = set(state.values()) == {"ok"}
    return JsonResponse({"ready": ready, **state}, status=200 if ready else 503)
