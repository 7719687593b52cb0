"""After an erasure no byte of the database's files says what the person said, whoever else has it open."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from hiring.actions.delete_recording import delete_recording
from hiring.actions.erase import erase
from hiring.lib import deleted_rows
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview
from hiring.worker.sweep import sweep
from tests import factories

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's files are PostgreSQL's"),
]
WORDS, NAME, NOTE = "zirconium quagmire", "Xenophilia Candidate", "wombatlike quizzicality"


@pytest.fixture
def files() -> list[Path]:
    base = Path(str(connection.settings_dict["NAME"]))
    return [base, base.with_name(base.name + "-wal")]


def _readable(files: list[Path]) -> set[str]:
    """Which of the secrets stand in the files."""
    raw = b"".join(path.read_bytes() for path in files if path.exists())
    return {secret for secret in (*WORDS.split(), NAME, *NOTE.split()) if secret.encode() in raw}


@pytest.fixture
def interview() -> Interview:
    interview = factories.make_interview(name=NAME)
    recording = factories.make_ready_recording(interview)
    factories.make_complete_run(recording, text=" ".join([WORDS] * 200))
    recording.corrections.create(start_ms=0, text=NOTE)
    return interview


@pytest.fixture
def another(files) -> Iterator[sqlite3.Connection]:
    """Another process's connection, open and at rest, as a worker's is between two saves."""
    other = sqlite3.connect(files[0], isolation_level=None)
    other.execute("SELECT count(*) FROM runs_word").fetchone()
    yield other
    other.close()


def test_after_an_erasure_nothing_can_be_read_while_another_connection_is_open(interview, another, files):
    assert _readable(files) == {*WORDS.split(), NAME, *NOTE.split()}
    erase(interview=interview, actor=interview.as_actor(), reason="candidate")
    assert _readable(files) == set()


def test_after_withdrawing_the_transcript_no_word_can_be_read(interview, another, files):
    factories.change_consent(interview, [Purpose.RECORDING])
    assert _readable(files) == {NAME}


def test_after_deleting_an_answer_nothing_of_it_can_be_read(interview, another, files):
    delete_recording(recording=interview.recordings.get())
    assert _readable(files) == {NAME}


def test_while_somebody_reads_the_erasure_is_done_and_the_sweep_wipes_later(interview, another, files, monkeypatch):
    monkeypatch.setattr(deleted_rows, "_WAIT_MS", 10)
    another.execute("BEGIN")
    another.execute("SELECT count(*) FROM runs_word").fetchone()
    began = time.monotonic()
    erase(interview=interview, actor=interview.as_actor(), reason="candidate")
    assert Interview.objects.get().state == "erased"
    assert _readable(files), "a reader still sees the state before, so the log cannot be cut yet"
    assert not deleted_rows.wipe() and time.monotonic() - began < 60
    another.execute("COMMIT")
    sweep()
    assert _readable(files) == set()


def test_connections_overwrite_what_they_delete_whatever_sqlite_was_compiled_with():
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA secure_delete").fetchone() == (1,)
