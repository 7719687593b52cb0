"""Make deleted data unreadable in the database's own files, as far as that is up to us."""

from __future__ import annotations

import logging

from django.db import connection, transaction

log = logging.getLogger(__name__)
#: How long a checkpoint waits for readers. The next sweep tries again, so no page waits for it.
_WAIT_MS = 500


def wipe_soon() -> None:
    """Wipe once the surrounding transaction is committed: until then the deleted rows are still needed."""
    transaction.on_commit(wipe)


def wipe() -> bool:
    """Move SQLite's write-ahead log into the database and truncate it. Returns False while someone is reading.

    Deleted rows remain in that log until then, whatever `secure_delete` overwrites in the database itself. PostgreSQL
    handles its files itself: docs/privacy.md says what it needs. Nothing happens inside a transaction, which would be
    its own reader.
    """
    if connection.vendor != "sqlite":
        return True
    if connection.in_atomic_block:
        return False
    with connection.cursor() as cursor:
        (usual_ms,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {_WAIT_MS}")
        try:
            (is_busy, _pages, _moved) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(usual_ms)}")
    if is_busy:
        log.info("Deleted rows are still in the write-ahead log: someone is reading. The next sweep tries again.")
    return not is_busy
