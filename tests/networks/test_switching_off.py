"""The kill switch: from one moment to the next nothing is computed with a network that is off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from analysis.types import Stage
from hiring.actions import switch_model
from hiring.audit import checks
from hiring.audit import services as audit
from hiring.audit.models import Event
from hiring.lib.jobs import LeaseLost
from hiring.networks.models import Network
from hiring.policy.rules import Purpose
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, Moment, Segment
from hiring.worker import execute as module
from hiring.worker import networks as worker
from hiring.worker.tasks import reconcile
from tests import factories

pytestmark = pytest.mark.django_db
SHA = "a" * 64


@pytest.fixture
def network() -> Network:
    return factories.make_network(SHA)


@pytest.fixture
def administrator():
    return factories.make_user("administrator")


def _off(network: Network, administrator) -> int:
    return switch_model.switch_off(network=network, person=administrator, reason="It is wrong about glasses.")


def test_off_means_that_new_runs_leave_expression_out_and_on_that_they_have_it(network, administrator):
    _off(network, administrator)
    assert runs.queue(recording=factories.make_ready_recording()).plan == [
        "faces",
        "liveness",
        "speech",
        "transcript",
    ]
    switch_model.switch_on(network=network, person=administrator, reason="")
    assert runs.queue(recording=factories.make_ready_recording()).plan == [
        "expression",
        "faces",
        "liveness",
        "speech",
        "transcript",
    ]


def test_both_switches_are_written_down_with_who_and_why(network, administrator):
    _off(network, administrator)
    switch_model.switch_on(network=network, person=administrator, reason="  Measured\nagain. ")
    actions = Event.objects.filter(action__startswith="network.switched").order_by("id")
    assert [(row.action, row.actor_id, row.object_id) for row in actions] == [
        ("network.switched_off", str(administrator.pk), str(network.pk)),
        ("network.switched_on", str(administrator.pk), str(network.pk)),
    ]
    checks.start(actor=audit.SYSTEM, whole=True)
    assert not checks.go_on(for_s=60) and checks.latest().fault == ""
    told = [(row.is_on, row.by, row.reason) for row in network.switches.order_by("pk")]
    assert told == [(False, administrator, "It is wrong about glasses."), (True, administrator, "Measured again.")]


@pytest.mark.parametrize("reason", ["", "   \n ", "x" * 301])
def test_without_a_reason_it_stays_on(network, administrator, reason):
    with pytest.raises(switch_model.CannotSwitch):
        switch_model.switch_off(network=network, person=administrator, reason=reason)
    network.refresh_from_db()
    assert network.is_on and not network.switches.exists()
    assert not Event.objects.filter(action__startswith="network.switched").exists()


def test_the_second_of_two_who_switch_it_off_is_told_and_changes_nothing(network, administrator):
    stale = Network.objects.get(pk=network.pk)
    _off(network, administrator)
    with pytest.raises(switch_model.CannotSwitch, match="already done"):
        _off(stale, administrator)
    assert network.switches.count() == 1


def test_a_running_run_is_cancelled_and_queued_again_without_expression(network, administrator):
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk, weights_sha256=SHA)
    assert switch_model.in_work(network) == {"running": 1, "waiting": 0}
    assert _off(network, administrator) == 1
    run.refresh_from_db()
    assert run.state == "cancelled" and run.token is None
    assert AnalysisRun.objects.get(state="queued").plan == ["faces", "liveness", "speech", "transcript"]
    with pytest.raises(LeaseLost):
        lease.heartbeat(run)
    outcome = factories.make_outcome(12_000, [Stage(stage) for stage in run.plan])
    with pytest.raises(LeaseLost):
        lease.complete(run=run, outcome=outcome, observations_file="late.parquet")
    assert not Moment.objects.exists() and not Segment.objects.exists()


def test_a_run_that_has_no_expression_in_its_plan_goes_on(network, administrator):
    interview = factories.make_interview(granted=(Purpose.RECORDING, Purpose.TRANSCRIPT))
    run = lease.claim(runs.queue(recording=factories.make_ready_recording(interview)).pk, weights_sha256=SHA)
    assert _off(network, administrator) == 0
    run.refresh_from_db()
    assert run.state == "running"


def test_a_run_with_another_network_goes_on(network, administrator):
    factories.make_network("b" * 64)
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk, weights_sha256="b" * 64)
    assert _off(network, administrator) == 0
    assert reconcile()["stopped"] == 0
    run.refresh_from_db()
    assert run.state == "running"


def test_a_switch_that_broke_off_half_way_is_finished_by_the_reconciler(network, administrator, monkeypatch):
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk, weights_sha256=SHA)
    with monkeypatch.context() as patched:
        patched.setattr(switch_model, "stop_running", lambda: 0)  # the web process dies after the first step
        _off(network, administrator)
    run.refresh_from_db()
    assert run.state == "running"
    assert reconcile()["stopped"] == 1 and reconcile()["stopped"] == 0
    run.refresh_from_db()
    assert run.state == "cancelled"


def test_a_waiting_run_is_asked_again_when_a_worker_takes_it(monkeypatch, administrator):
    own = worker.register_own()
    run = runs.queue(recording=factories.make_ready_recording())
    _off(own, administrator)
    monkeypatch.setattr(module, "_attempt", lambda *_: pytest.fail("it must not be computed"))
    assert module.execute(run.pk) == "stopped"
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert AnalysisRun.objects.get(state="queued").plan == ["faces", "liveness", "speech", "transcript"]


def test_a_worker_whose_own_weights_are_off_computes_no_expression_while_others_may(monkeypatch, administrator):
    """Old and new workers run side by side for a while: each is asked for the weights that it has."""
    own = worker.register_own()
    _off(own, administrator)
    other = factories.make_network("d" * 64)
    run = runs.queue(recording=factories.make_ready_recording())
    assert "expression" in run.plan
    # The other worker names its network again between this one's naming its own and asking.
    real = worker.register_own

    def overtaken():
        found = real()
        factories.make_network(other.weights_sha256)
        return found

    monkeypatch.setattr(module.networks, "register_own", overtaken)
    monkeypatch.setattr(module, "_attempt", lambda *_: pytest.fail("it must not be computed"))
    assert module.execute(run.pk) == "stopped"
    assert AnalysisRun.objects.get(state="queued").plan == ["faces", "liveness", "speech", "transcript"]


def test_nothing_of_expression_can_be_written_for_a_run_that_was_planned_without(network, administrator):
    _off(network, administrator)
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk, weights_sha256=SHA)
    disobedient = factories.make_outcome(12_000, [Stage.FACES, Stage.EXPRESSION, Stage.TRANSCRIPT])
    with pytest.raises(DatabaseError, match="not in the plan"), transaction.atomic():
        lease.complete(run=run, outcome=disobedient, observations_file="x.parquet")
    assert not Moment.objects.exists() and not Segment.objects.exists()
    with pytest.raises(DatabaseError, match="not in the plan"), transaction.atomic():
        Segment.objects.create(run=run, stage="expression", lane="x", value="y", start_ms=0, end_ms=1)


def test_results_that_are_here_stay(network, administrator):
    run = factories.make_complete_run(weights=SHA)
    _off(network, administrator)
    run.refresh_from_db()
    assert run.state == "complete" and run.moments.filter(kind="expression_shift").exists()


def test_a_position_that_changes_its_places_loses_no_results_because_a_network_is_off(network, administrator):
    run = factories.make_complete_run(weights=SHA)
    _off(network, administrator)
    factories.move_position(run.recording.interview.position, "us-il")
    assert run.moments.filter(kind="expression_shift").exists()


def test_every_run_notes_that_the_network_was_off_whatever_its_candidate_agreed_to(network, administrator):
    _off(network, administrator)
    for granted in ((Purpose.RECORDING,), (Purpose.RECORDING, Purpose.EXPRESSION)):
        interview = factories.make_interview(granted=granted)
        assert factories.make_complete_run(factories.make_ready_recording(interview)).expression_was_off


def test_a_run_that_is_taken_over_after_the_switch_is_asked_again(monkeypatch, administrator):
    own = worker.register_own()
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk, weights_sha256=own.weights_sha256)
    Network.objects.update(is_on=False)
    AnalysisRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    monkeypatch.setattr(module, "_attempt", lambda *_: pytest.fail("it must not be computed"))
    assert module.execute(run.pk) == "stopped"
