"""A migration of a large table takes longer than any query of a page may."""

from __future__ import annotations

import pytest
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection


@pytest.mark.django_db
def test_the_limit_on_a_statement_is_lifted_for_the_process_that_migrates():
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL limits a statement")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '1min'")
        emit_pre_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "0"
