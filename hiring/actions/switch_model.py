"""Switch a model off and on. Off takes effect immediately: runs that use it are stopped and requeued without it."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from analysis.types import Stage
from hiring.accounts.models import User
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib.refused import Refused
from hiring.networks import selectors
from hiring.networks.models import Network, Switch
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun

LONGEST_REASON = 300


class CannotSwitch(Refused):
    """The model cannot be switched; `str(error)` is one sentence."""


def switch_off(*, network: Network, person: User, reason: str) -> int:
    """Switch a model off and stop the runs that use it. Returns how many runs were stopped. Raises CannotSwitch.

    Two steps, not one transaction: once the first is committed, anything that queues or claims a run sees that the
    model is off, so the second step finds every run that began before. If the second step is interrupted, the
    reconciler repeats it. Runs that are only waiting are checked again when a worker takes them.
    """
    _switch(network, person, reason, is_on=False)
    return stop_running()


def switch_on(*, network: Network, person: User, reason: str) -> None:
    """Let runs use a model again from now on. Raises CannotSwitch."""
    _switch(network, person, reason, is_on=True)


@transaction.atomic
def _switch(network: Network, person: User, reason: str, *, is_on: bool) -> None:
    sentence = " ".join(reason.split())
    if not is_on and not sentence:
        raise CannotSwitch(_("Please say why, in one sentence."))
    if len(sentence) > LONGEST_REASON:
        raise CannotSwitch(_("Please use {count} characters or fewer.").format(count=LONGEST_REASON))
    if not Network.objects.filter(pk=network.pk, is_on=not is_on).update(is_on=is_on):
        raise CannotSwitch(_("Someone else has already done this."))
    Switch.objects.create(network=network, by=person, is_on=is_on, reason=sentence)
    action = Action.NETWORK_SWITCHED_ON if is_on else Action.NETWORK_SWITCHED_OFF
    audit.record(actor=person.as_actor(), action=action, obj=network, weights=network.short_hash)
    network.refresh_from_db()


def stop_running() -> int:
    """Stop runs that compute expression with a model that is off, and requeue them. Returns how many.

    Safe to repeat: the reconciler repeats it when switching off was interrupted halfway.
    """
    off = set(selectors.hashes_that_are_off())
    return sum(_stop(run) for run in _with_expression(AnalysisRun.State.RUNNING, off)) if off else 0


def in_work(network: Network) -> dict[str, int]:
    """Count the runs that compute expression with this model now, and those waiting to."""
    hashes = {network.weights_sha256}
    return {
        "running": len(_with_expression(AnalysisRun.State.RUNNING, hashes)),
        "waiting": len(_with_expression(AnalysisRun.State.QUEUED, hashes)),
    }


def _with_expression(state: AnalysisRun.State, hashes: set[str]) -> list[AnalysisRun]:
    """Runs in this state that have expression in their plan and use one of these models.

    A run that no worker has taken yet is assigned the model reported most recently.
    """
    newest = selectors.current()
    usual = newest.weights_sha256 if newest else ""
    columns = ("pk", "recording__interview_id", "plan", "token", "weights_sha256")
    rows = AnalysisRun.objects.filter(state=state).select_related("recording").only(*columns)
    return [run for run in rows if Stage.EXPRESSION in run.plan and (run.weights_sha256 or usual) in hashes]


@transaction.atomic
def _stop(run: AnalysisRun) -> bool:
    """Cancel one run and requeue its recording. Locks interview, recording and run, in this order."""
    interview = Interview.objects.select_for_update().filter(pk=run.recording.interview_id).first()
    recording = Recording.objects.select_for_update().filter(pk=run.recording_id).first()
    running = AnalysisRun.objects.filter(pk=run.pk, state=AnalysisRun.State.RUNNING, token=run.token)
    if interview is None or recording is None or running.select_for_update().first() is None:
        return False
    runs.cancel(recording=recording)
    runs.queue(recording=recording)
    return True
