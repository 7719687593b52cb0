"""A message says that there is work, no more: what a worker does then is in the table."""

from __future__ import annotations

import pytest

from hiring.runs import lease, messages
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from hiring.worker import execute as module
from hiring.worker import tasks
from tests import factories

# The keeper's thread has a connection of its own, so rows must really be committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def worked(monkeypatch) -> list:
    """The runs that were performed, in order; each ends at once."""
    done = []

    def attempt(run, folder, keeper):
        done.append(run.pk)
        lease.fail(run=run, step="frames", sentence="It was dark.")
        return AnalysisRun.State.FAILED

    monkeypatch.setattr(module, "_attempt", attempt)
    return done


def _queued(count: int) -> list:
    return [runs.queue(recording=factories.make_ready_recording()).pk for _ in range(count)]


def test_one_message_is_enough_for_several_runs(worked):
    waiting = _queued(3)
    assert tasks.run(str(waiting[2])) == "failed, failed, failed"
    assert worked == waiting


def test_a_message_that_comes_twice_or_late_does_no_harm(worked):
    run = _queued(1)[0]
    tasks.run(str(run))
    assert tasks.run(str(run)) == "nothing to do" == tasks.run()
    AnalysisRun.objects.all().delete()
    assert tasks.run(str(run)) == "nothing to do"
    assert worked == [run]


def test_after_a_while_a_worker_ends_its_task_and_a_message_goes_on(worked, monkeypatch):
    waiting = _queued(3)
    monkeypatch.setattr(module, "_AT_ONCE_S", 0.0)
    assert tasks.run() == "failed" and worked == waiting[:1]
    assert messages.room() < messages.ENOUGH


def test_a_run_that_was_stopped_does_not_keep_a_worker_from_the_next(worked):
    stopped, other = _queued(2)
    interview = AnalysisRun.objects.get(pk=stopped).recording.interview
    interview.candidate_place = "eu"
    interview.save(update_fields=["candidate_place"])
    ended = module.work()
    assert ended[0] == "stopped" and ended[1:] == ["failed", "failed"]
    assert other in worked and stopped not in worked


def test_a_worker_without_a_broker_works_off_everything(worked, monkeypatch):
    waiting = _queued(2)
    monkeypatch.setattr(messages.current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    module.work()
    assert worked == waiting
