"""One worker at a time holds a run, and only the holder saves."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from analysis.types import Progress, Stage, Step
from hiring.actions.retry_run import retry
from hiring.lib.jobs import LeaseLost
from hiring.runs import lease, results
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from tests import factories


@pytest.fixture
def queued(db) -> AnalysisRun:
    return runs.queue(recording=factories.make_ready_recording())


def _expire(run: AnalysisRun) -> None:
    AnalysisRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def _outcome(run: AnalysisRun):
    return factories.make_outcome(12_000, [Stage(stage) for stage in run.plan])


def test_a_queued_run_is_claimed_once(queued):
    first, second = lease.claim(queued.pk), lease.claim(queued.pk)
    assert first is not None and first.attempt == 1 and first.token
    assert second is None


def test_a_run_whose_lease_is_over_is_claimed_by_another_worker(queued):
    first = lease.claim(queued.pk)
    _expire(first)
    second = lease.claim(queued.pk)
    assert second.attempt == 2 and second.token != first.token


def test_who_lost_the_lease_can_neither_beat_nor_save(queued):
    first = lease.claim(queued.pk)
    _expire(first)
    second = lease.claim(queued.pk)
    with pytest.raises(LeaseLost):
        lease.heartbeat(first)
    with pytest.raises(LeaseLost):
        lease.complete(run=first, outcome=_outcome(first), observations_file="late.parquet")
    assert not first.words.exists()
    lease.complete(run=second, outcome=_outcome(second), observations_file="good.parquet")
    second.refresh_from_db()
    assert second.state == "complete" and second.observations_file == "good.parquet"
    assert second.words.count() == 7


def test_results_and_state_are_saved_together_or_not_at_all(queued, monkeypatch):
    run = lease.claim(queued.pk)

    def broken(*_):
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr(results, "_moments", broken)
    with pytest.raises(RuntimeError):
        lease.complete(run=run, outcome=_outcome(run), observations_file="x.parquet")
    run.refresh_from_db()
    assert run.state == "running" and not run.words.exists() and not run.segments.exists()


def test_a_heartbeat_renews_the_lease_and_notes_the_progress(queued):
    run = lease.claim(queued.pk)
    AnalysisRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() + timedelta(seconds=1))
    lease.heartbeat(run, Progress(Step.FRAMES, 3000, 12_000))
    run.refresh_from_db()
    assert run.lease_until > timezone.now() + timedelta(seconds=5)
    assert (run.step, run.percent) == ("frames", 25)


def test_a_cancelled_run_stops_at_its_next_heartbeat(queued):
    run = lease.claim(queued.pk)
    runs.cancel(recording=run.recording)
    with pytest.raises(LeaseLost):
        lease.heartbeat(run)


def test_the_same_configuration_is_queued_once(queued):
    assert runs.queue(recording=queued.recording).pk == queued.pk


def test_a_failed_run_can_be_tried_again_as_a_new_one(queued):
    run = lease.claim(queued.pk)
    lease.fail(run=run, step="frames", sentence="The picture could not be read.")
    again = retry(run=run, actor=factories.SYSTEM)
    assert again.pk != run.pk and again.state == "queued"


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_exactly_one_claims():
    run = runs.queue(recording=factories.make_ready_recording())
    won, barrier = [], threading.Barrier(8)

    def worker():
        barrier.wait()
        try:
            won.append(lease.claim(run.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 8 and sum(claimed is not None for claimed in won) == 1


@pytest.mark.django_db
def test_the_message_is_sent_after_the_commit_and_not_before(django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr(runs, "wake", sent.append)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        run = runs.queue(recording=factories.make_ready_recording())
        assert sent == []
    assert sent == [run.pk]
