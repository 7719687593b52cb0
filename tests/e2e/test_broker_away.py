"""A broker that hangs, or is gone: whoever asks for an analysis gets an answer. Times are printed, not asserted."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from django.urls import reverse
from kombu import pools

from hiring.lib import broker
from hiring.runs import lease
from hiring.runs import services as runs
from tests import factories
from tests.recruiter.conftest import hand_in

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]


@pytest.fixture
def redis(tmp_path: Path, monkeypatch, settings) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis of this test's own, which it may stop: the one of the other tests stays as it is."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        pytest.skip("needs Redis as broker, as .ci/services starts it")
    from hiring.celery import app

    socket = tmp_path / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(tmp_path)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while not socket.exists():
        time.sleep(0.05)
    monkeypatch.setenv("CELERY_BROKER_URL", f"redis+socket://{socket}")  # it counts before the settings
    _forget_connections(app)
    yield server
    server.kill()
    server.wait()
    _forget_connections(app)


def _forget_connections(app: Celery) -> None:
    """Reconnect the next time, to the address configured then."""
    pools.reset()
    app._pool = app.amqp._producer_pool = None


def _asked_again(client, run, how: str, committing) -> None:
    """Press "Try again" on the review page, once with a broker that nobody knows to be away and once more."""
    for _ in range(2):
        began = time.monotonic()
        with committing(execute=True):
            answer = client.post(reverse("recruiter:retry", args=[run.recording_id]))
        print(f"{how}: answered after {time.monotonic() - began:.2f} s")
        assert answer.status_code == 302
        newest = run.recording.runs.first()
        assert newest.state == "queued"
        lease.fail(run=lease.claim(newest.pk), step="frames", sentence="It broke off.")


def test_an_analysis_is_asked_for_while_the_broker_answers_hangs_and_is_gone(
    redis, client, django_capture_on_commit_callbacks
):
    committing = django_capture_on_commit_callbacks
    user = factories.make_user()
    recording = factories.make_ready_recording(hand_in(factories.make_interview(factories.make_position(user))))
    run = runs.queue(recording=recording)
    lease.fail(run=lease.claim(run.pk), step="frames", sentence="It broke off.")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    _asked_again(client, run, "up", committing)
    os.kill(redis.pid, signal.SIGSTOP)
    _asked_again(client, run, "hanging", committing)
    os.kill(redis.pid, signal.SIGCONT)
    redis.kill()
    redis.wait()
    broker.ask_again()
    _asked_again(client, run, "gone", committing)
