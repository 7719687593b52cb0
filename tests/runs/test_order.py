"""Which run is taken next: interrupted ones, then what a candidate waits for, positions in turn."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from hiring.actions.submit import submit
from hiring.positions.models import Interview, Position
from hiring.recordings.models import Recording
from hiring.runs import lease, messages, order
from hiring.runs import services as runs
from hiring.runs.models import ATTEMPTS, AnalysisRun
from tests import factories

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=6)


def _queued(position: Position, count: int, *, awaited: bool = False) -> list[AnalysisRun]:
    """Runs of a position in the order in which they were queued."""
    recording = factories.make_ready_recording(factories.make_interview(position))
    since = timezone.now()
    rows = [
        AnalysisRun(
            recording=recording,
            position=position,
            fingerprint=f"{number}{awaited}",
            queued_at=since + timedelta(microseconds=number),
            awaited_since=since + timedelta(microseconds=number) if awaited else None,
        )
        for number in range(count)
    ]
    return AnalysisRun.objects.bulk_create(rows)


def _interrupted(run: AnalysisRun, attempt: int = 1) -> AnalysisRun:
    AnalysisRun.objects.filter(pk=run.pk).update(attempt=attempt, heartbeat_at=timezone.now() - LATER)
    return run


def _taken(count: int) -> list[AnalysisRun]:
    taken = [lease.take() for _ in range(count)]
    assert None not in taken
    return taken


def test_two_positions_take_turns_however_much_one_has_queued_before():
    first, second = factories.make_position(), factories.make_position()
    many, few = _queued(first, 30), _queued(second, 3)
    taken = [run.pk for run in _taken(8)]
    expected = [many[0], few[0], many[1], few[1], many[2], few[2], many[3], many[4]]
    assert taken == [run.pk for run in expected]


def test_a_position_that_comes_later_is_served_at_once_and_then_in_turn():
    first, second, third = (factories.make_position() for _ in range(3))
    _queued(first, 20), _queued(second, 20)
    _taken(10)
    _queued(third, 2)
    positions = [run.recording.interview.position_id for run in _taken(6)]
    assert positions == [third.pk, first.pk, second.pk, third.pk, first.pk, second.pk]


def test_an_interrupted_run_comes_before_the_whole_backlog():
    position = factories.make_position()
    _queued(factories.make_position(), 30, awaited=True)
    late = _interrupted(_queued(position, 1)[0])
    assert lease.take().pk == late.pk


def test_a_run_whose_worker_died_is_taken_before_the_reconciler_has_found_it():
    position = factories.make_position()
    dead = lease.claim(_queued(position, 1)[0].pk)
    _queued(factories.make_position(), 5, awaited=True)
    AnalysisRun.objects.filter(pk=dead.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    taken = lease.take()
    assert taken.pk == dead.pk and taken.attempt == 2 and taken.token != dead.token


def test_a_run_that_broke_a_moment_ago_waits_while_others_are_taken():
    broken, other = _queued(factories.make_position(), 2)
    lease.put_back(run=lease.claim(broken.pk), step="frames", sentence="It broke.")
    assert lease.take().pk == other.pk and lease.take() is None
    _interrupted(broken)
    assert lease.take().pk == broken.pk


def test_a_run_that_had_its_attempts_is_not_taken():
    _interrupted(_queued(factories.make_position(), 1)[0], ATTEMPTS)
    assert lease.take() is None


def test_a_candidate_who_waits_comes_first_and_no_more_once_the_answers_are_handed_in():
    _queued(factories.make_position(), 10)
    waiting = runs.queue(recording=factories.make_ready_recording())
    assert waiting.awaited_since is not None and lease.take().pk == waiting.pk
    again = runs.queue(recording=factories.make_ready_recording())
    submit(interview=again.recording.interview)
    again.refresh_from_db()
    assert again.awaited_since is None and lease.take().position_id != again.position_id


def test_candidates_of_two_positions_who_wait_take_turns_as_well():
    first, second = factories.make_position(), factories.make_position()
    _queued(first, 10, awaited=True), _queued(second, 10, awaited=True)
    positions = [run.position_id for run in _taken(6)]
    assert positions == [first.pk, second.pk] * 3


def test_a_run_of_an_interview_that_is_handed_in_is_awaited_by_nobody():
    recording = factories.make_ready_recording()
    Interview.objects.update(state="submitted")
    assert runs.queue(recording=Recording.objects.get(pk=recording.pk)).awaited_since is None


def test_a_run_that_an_older_release_queued_is_not_forgotten():
    run = _queued(factories.make_position(), 1)[0]
    AnalysisRun.objects.update(position=None)
    assert lease.take().pk == run.pk


def test_without_work_nothing_is_taken():
    assert lease.take() is None and order.lock_next(timezone.now()) is None


def test_taking_a_run_costs_few_queries_however_many_wait(django_assert_max_num_queries):
    for _ in range(3):
        _queued(factories.make_position(), 200)
    with django_assert_max_num_queries(10):
        assert lease.take() is not None


@pytest.mark.django_db(transaction=True)
def test_many_workers_that_take_at_once_get_each_run_once_and_every_run():
    _queued(factories.make_position(), 6), _queued(factories.make_position(), 2)
    taken, faults, barrier = [], [], threading.Barrier(4)

    def worker():
        barrier.wait()
        try:
            while (run := lease.take()) is not None:
                taken.append(run.pk)
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == [] and len(taken) == len(set(taken)) == 8


def test_whoever_takes_a_run_wakes_another_worker_only_while_runs_wait(monkeypatch):
    sent = []
    monkeypatch.setattr(runs, "wake", sent.append)
    first, second = _queued(factories.make_position(), 2)
    assert lease.take().pk == first.pk
    runs.tell_of_more()
    assert sent == [second.pk]
    lease.take()
    runs.tell_of_more()
    assert sent == [second.pk]


def test_a_new_run_sends_no_message_where_enough_wait(monkeypatch):
    sent = []
    monkeypatch.setattr(runs, "wake", sent.append)
    run = runs.queue(recording=factories.make_ready_recording())
    monkeypatch.setattr(messages, "_waiting", lambda: messages.ENOUGH)
    runs.tell(run.pk)
    monkeypatch.setattr(messages, "_waiting", lambda: None)
    runs.tell(run.pk)
    assert sent == []
