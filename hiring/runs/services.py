"""Request an analysis, and cancel it. Holding a run and ending it is done by hiring.runs.lease."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone

from analysis.config import PipelineConfig
from analysis.types import Stage
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.consent import selectors as consent
from hiring.lib import broker
from hiring.networks import selectors as networks
from hiring.policy.rules import stages_of
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs import messages, order, savepoints
from hiring.runs.models import (
    AnalysisRun,
    Explanation,
    FollowUpOffer,
)

State = AnalysisRun.State


def allowed_for(interview: Interview) -> frozenset[Stage]:
    """The stages that the candidate agreed to and the law currently allows."""
    return stages_of(consent.agreed(interview))


def plan_for(interview: Interview, weights_sha256: str = "") -> frozenset[Stage]:
    """What is currently allowed, without the stages whose model an administrator has switched off.

    A worker asks about the weights it has; without a hash, the model that a worker reported most recently is checked.
    """
    off = frozenset() if networks.is_on(weights_sha256=weights_sha256) else frozenset({Stage.EXPRESSION})
    return allowed_for(interview) - off


def config_for(plan: Iterable[Stage]) -> PipelineConfig:
    """The configuration of a run with this plan on this installation."""
    return PipelineConfig(
        plan=frozenset(plan),
        threads=settings.ANALYSIS_THREADS,
        model_dir=settings.MODEL_DIR,
        speech_model=settings.SPEECH_MODEL,
    )


def _fingerprint(recording: Recording, plan: frozenset[Stage]) -> str:
    """What a run's results depend on besides the recording: its configuration, and any transcript sent with it."""
    of_config = config_for(plan).fingerprint()
    if not recording.transcript_file or Stage.TRANSCRIPT not in plan:
        return of_config
    return hashlib.sha256(f"{of_config} {recording.transcript_file}".encode()).hexdigest()


@transaction.atomic
def queue(*, recording: Recording, tell_worker: bool = True, weights_sha256: str = "") -> AnalysisRun:
    """Queue the analysis that `plan_for` currently allows; an equal run that is not over is returned instead.

    `tell_worker=False` is for a caller that claims the run itself right away; if it does not, the reconciler steps
    in.
    """
    # Locked, so that this and a change of consent agree on which came first.
    rows = Recording.objects.select_for_update(of=("self",)).select_related("interview__position")
    recording = rows.get(pk=recording.pk)
    plan = plan_for(recording.interview, weights_sha256)
    fingerprint = _fingerprint(recording, plan)
    try:
        with transaction.atomic():
            run = AnalysisRun.objects.create(
                recording=recording,
                position_id=recording.interview.position_id,
                plan=sorted(plan),
                fingerprint=fingerprint,
                awaited_since=timezone.now() if recording.interview.state == Interview.State.OPENED else None,
                woken_at=None if tell_worker else timezone.now(),
            )
    except IntegrityError:
        return AnalysisRun.objects.get(
            recording=recording, fingerprint=fingerprint, state__in=[State.QUEUED, State.RUNNING, State.COMPLETE]
        )
    # Omits the configuration: the record must not reveal who left out a purpose.
    audit.record(actor=audit.SYSTEM, action=Action.RUN_QUEUED, obj=run, interview=recording.interview_id)
    if tell_worker:
        transaction.on_commit(lambda: tell(run.pk))
    return run


def tell(run_id: uuid.UUID) -> None:
    """Wake a worker for a queued run, unless enough messages wait: each takes the next run, not its own."""
    if messages.room():
        wake(run_id)


def tell_of_more() -> None:
    """Wake another worker while runs wait. Every worker that takes a run calls this: one message wakes them all."""
    waiting = order.ready(timezone.now()).values_list("pk", flat=True).first()
    if waiting is not None:
        tell(waiting)


def wake(run_id: uuid.UUID) -> bool:
    """Notify a worker of a queued run. Returns False if the broker is away; the reconciler notifies one later."""
    if not broker.tell("sightline.run", str(run_id)):
        return False
    AnalysisRun.objects.filter(pk=run_id, state=State.QUEUED).update(woken_at=timezone.now())
    return True


@transaction.atomic
def cancel(*, recording: Recording) -> int:
    """Cancel what is queued or running for a recording; a running worker notices at its next heartbeat."""
    stopped = AnalysisRun.objects.filter(recording=recording, state__in=[State.QUEUED, State.RUNNING]).update(
        state=State.CANCELLED, token=None, lease_until=None, finished_at=timezone.now()
    )
    savepoints.drop(AnalysisRun.objects.filter(recording=recording))
    return stopped


def _hanging_on_runs() -> list[type[Model]]:
    """The tables whose rows reference runs: all such rows were derived from the recording."""
    return [relation.related_model for relation in AnalysisRun._meta.related_objects]  # type: ignore[misc]


@transaction.atomic
def discard_results(*, recording: Recording) -> list[str]:
    """Delete everything derived from a recording; its runs stay as cancelled rows.

    Returns the vault files that the caller removes once this is committed.
    """
    cancel(recording=recording)
    rows = AnalysisRun.objects.filter(recording=recording)
    pictures = Explanation.objects.filter(moment__run__recording=recording)
    named = [*rows.values_list(*AnalysisRun.VAULT_FILES), *pictures.values_list(*Explanation.VAULT_FILES)]
    files = [name for names in named for name in names if name]
    for derived in _hanging_on_runs():
        derived._default_manager.filter(run__recording=recording).delete()
    # A question that was answered is still asked: the answer belongs to it.
    FollowUpOffer.objects.filter(recording=recording).delete()
    rows.filter(Q(state=State.COMPLETE) | Q(to_discard=True)).update(
        state=State.CANCELLED,
        to_discard=False,
        **dict.fromkeys(AnalysisRun.VAULT_FILES, ""),
        baseline={},
        manifest={},
        frames=0,
        frames_with_face=0,
        transcript_note="",
        topics=[],
    )
    return files
