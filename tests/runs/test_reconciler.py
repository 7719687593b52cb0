"""What the broker lost is found again; what kills its worker is set aside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from hiring.audit.models import Event
from hiring.lib import broker
from hiring.runs import lease, messages
from hiring.runs import services as runs
from hiring.runs.models import ATTEMPTS, AnalysisRun
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch) -> list:
    out = []
    monkeypatch.setattr(lease, "wake", out.append)
    return out


def _age(run: AnalysisRun, **columns) -> None:
    AnalysisRun.objects.filter(pk=run.pk).update(**columns)


def test_a_run_that_no_worker_was_told_of_is_woken(sent):
    run = runs.queue(recording=factories.make_ready_recording())
    _age(run, queued_at=timezone.now() - timedelta(seconds=10))
    assert lease.reconcile()["woken"] == 1
    assert sent == [run.pk]


def test_a_run_that_was_woken_just_now_is_left_alone(sent):
    run = runs.queue(recording=factories.make_ready_recording())
    _age(run, queued_at=timezone.now() - timedelta(seconds=10), woken_at=timezone.now())
    assert lease.reconcile()["woken"] == 0 and sent == []


def test_a_message_that_got_lost_is_sent_again_after_half_a_minute(sent):
    run = runs.queue(recording=factories.make_ready_recording())
    _age(run, woken_at=timezone.now() - timedelta(seconds=31))
    assert lease.reconcile()["woken"] == 1 and sent == [run.pk]


def test_a_run_whose_worker_died_is_queued_and_woken_in_one_go(sent):
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk)
    ago = timezone.now() - timedelta(minutes=1)
    _age(run, lease_until=ago + timedelta(seconds=30), heartbeat_at=ago, queued_at=ago)
    counts = lease.reconcile()
    assert counts == {"quarantined": 0, "requeued": 1, "woken": 1}
    run.refresh_from_db()
    assert run.state == "queued" and run.token is None and sent == [run.pk]


def test_a_run_that_died_three_times_is_set_aside_with_a_reason(sent):
    run = runs.queue(recording=factories.make_ready_recording())
    for _ in range(ATTEMPTS):
        assert lease.claim(run.pk) is not None
        _age(run, lease_until=timezone.now() - timedelta(seconds=1))
    assert lease.claim(run.pk) is None
    assert lease.reconcile()["quarantined"] == 1
    run.refresh_from_db()
    assert run.state == "quarantined" and "3 times" in run.failure
    assert Event.objects.filter(action="run.quarantined").count() == 1
    assert lease.reconcile() == {"quarantined": 0, "requeued": 0, "woken": 0}


def test_with_thousands_waiting_no_more_messages_are_sent_than_are_of_use(monkeypatch):
    ago = timezone.now() - timedelta(minutes=1)
    recording = factories.make_ready_recording()
    rows = [AnalysisRun(recording=recording, fingerprint=str(n), queued_at=ago, woken_at=ago) for n in range(3000)]
    AnalysisRun.objects.bulk_create(rows)
    counts = [lease.reconcile()["woken"] for _ in range(3)]
    assert counts == [messages.ENOUGH, 0, 0]
    with messages.current_app.connection_for_read() as link, link.channel() as channel:
        assert channel.queue_declare(messages.QUEUE, passive=True).message_count == messages.ENOUGH
        channel.basic_get(messages.QUEUE, no_ack=True)
    assert lease.reconcile()["woken"] == 1


def test_while_the_broker_is_away_the_reconciler_notes_nothing_as_sent(settings, monkeypatch):
    run = runs.queue(recording=factories.make_ready_recording())
    _age(run, queued_at=timezone.now() - timedelta(seconds=10))
    monkeypatch.setattr(messages.current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    assert lease.reconcile()["woken"] == 0
    run.refresh_from_db()
    assert run.woken_at is None


def test_what_broke_a_moment_ago_is_not_woken_for_yet(sent):
    run = runs.queue(recording=factories.make_ready_recording())
    lease.put_back(run=lease.claim(run.pk), step="frames", sentence="It broke.")
    _age(run, queued_at=timezone.now() - timedelta(minutes=1))
    assert lease.reconcile()["woken"] == 0
    _age(run, heartbeat_at=timezone.now() - timedelta(seconds=6))
    assert lease.reconcile()["woken"] == 1 and sent == [run.pk]


def test_a_run_that_broke_is_put_back_twice_and_then_set_aside():
    run = runs.queue(recording=factories.make_ready_recording())
    states = []
    for _ in range(ATTEMPTS):
        claimed = lease.claim(run.pk)
        lease.put_back(run=claimed, step="frames", sentence="It broke.")
        run.refresh_from_db()
        states.append(run.state)
    assert states == ["queued", "queued", "quarantined"]


def test_a_broker_that_is_away_does_not_stop_the_candidate(settings, monkeypatch):
    from kombu.exceptions import OperationalError

    def away(*_, **__):
        raise OperationalError("nobody there")

    monkeypatch.setattr(broker.current_app, "send_task", away)
    run = runs.queue(recording=factories.make_ready_recording())
    runs.wake(run.pk)
    run.refresh_from_db()
    assert run.state == "queued" and run.woken_at is None


def test_a_broker_that_is_away_is_asked_once_and_not_for_each_run(monkeypatch):
    asked = []

    def away(*_, **__):
        asked.append(1)
        raise OSError("nobody there")

    for _ in range(5):
        run = runs.queue(recording=factories.make_ready_recording())
        _age(run, queued_at=timezone.now() - timedelta(seconds=10))
    monkeypatch.setattr(broker.current_app, "send_task", away)
    assert lease.reconcile()["woken"] == 0 and len(asked) == 1
    assert runs.wake(run.pk) is False and len(asked) == 1
    broker.ask_again()
    assert runs.wake(run.pk) is False and len(asked) == 2
