"""A few minutes of what `make torture` does for longer, on PostgreSQL and Redis of their own."""

from __future__ import annotations

import os

import pytest

from tests.torture import outages, uploads, workers
from tests.torture.servers import MISSING

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
    pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="runs with the tests against servers, in .ci/run"),
]


def test_workers_are_killed_until_all_runs_are_over():
    print(workers.kill_at_random(runs=8, every_s=4, workers=2))


def test_the_database_is_restarted_while_people_upload():
    print(outages.database(restarts=2, uploads=2, every_s=6))


def test_uploads_are_cut_off_in_the_middle():
    print(uploads.cut_at_random(uploads=4, size=6 << 20))
