"""What passes by itself uses up no attempt: the run waits, twice as long each time, and is not woken before."""

from __future__ import annotations

import errno
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from hiring.lib.outages import outage
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import ATTEMPTS, AnalysisRun
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def run() -> AnalysisRun:
    return runs.queue(recording=factories.make_ready_recording())


def _gives_back(run: AnalysisRun) -> float:
    """Claim it as if its time had come, give it back, and return how many seconds it waits now."""
    AnalysisRun.objects.filter(pk=run.pk).update(not_before=None)
    lease.give_back(run=lease.claim(run.pk), step="frames", sentence="No room.")
    run.refresh_from_db()
    return round((run.not_before - timezone.now()).total_seconds())


def test_an_attempt_that_is_given_back_does_not_count(run):
    for _ in range(2 * ATTEMPTS):
        _gives_back(run)
    assert (run.state, run.attempt, run.token, run.failure) == ("queued", 0, None, "No room.")


def test_each_wait_is_twice_as_long_up_to_ten_minutes(run):
    assert [_gives_back(run) for _ in range(8)] == [15, 30, 60, 120, 240, 480, 600, 600]


def test_a_run_that_waits_is_neither_claimed_nor_woken_until_its_time_has_come(run, monkeypatch):
    sent = []
    monkeypatch.setattr(lease, "wake", sent.append)
    _gives_back(run)
    AnalysisRun.objects.update(queued_at=timezone.now() - timedelta(minutes=1))
    assert lease.claim(run.pk) is None and lease.reconcile()["woken"] == 0
    AnalysisRun.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert lease.reconcile()["woken"] == 1 and sent == [run.pk]
    assert lease.claim(run.pk).attempt == 1


def test_an_attempt_that_breaks_for_another_reason_still_counts_and_the_waiting_begins_again(run):
    _gives_back(run)
    AnalysisRun.objects.update(not_before=None)
    lease.put_back(run=lease.claim(run.pk), step="frames", sentence="It broke.")
    run.refresh_from_db()
    assert (run.attempt, run.waits, run.not_before) == (1, 0, None)
    assert _gives_back(run) == 15 and run.attempt == 1


def test_whoever_lost_the_run_gives_nothing_back(run):
    claimed = lease.claim(run.pk)
    runs.cancel(recording=run.recording)
    lease.give_back(run=claimed, step="frames", sentence="No room.")
    run.refresh_from_db()
    assert (run.state, run.waits) == ("cancelled", 0)


@pytest.mark.parametrize(
    ("error", "missing"),
    [
        (OSError(errno.ENOSPC, ""), "room"),
        (OSError(errno.EDQUOT, ""), "room"),
        (OSError(errno.EIO, ""), "storage"),
        (OSError(errno.ESTALE, ""), "storage"),
        (OSError(errno.ENOTCONN, ""), "storage"),
        (OperationalError("server closed the connection"), "database"),
        (InterfaceError("connection already closed"), "database"),
        (FileNotFoundError(errno.ENOENT, ""), ""),
        (PermissionError(errno.EACCES, ""), ""),
        (BrokenPipeError(errno.EPIPE, ""), ""),
        (ValueError("a bug"), ""),
    ],
)
def test_an_outage_is_told_from_a_fault_of_the_work(error, missing):
    assert outage(error) == missing
    wrapped = RuntimeError("it broke")
    wrapped.__cause__ = error
    assert outage(wrapped) == missing
