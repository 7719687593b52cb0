"""Asking for an analysis, and taking it back. Holding a run and ending it is hiring.runs.lease."""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from analysis.config import PipelineConfig
from analysis.types import Stage
from hiring.audit import pace
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.consent import selectors as consent
from hiring.lib import broker
from hiring.networks import selectors as networks
from hiring.policy.rules import stages_of
from hiring.positions.models import Interview
from hiring.recordings import services as recordings
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.runs import messages, order, savepoints
from hiring.runs.models import (
    AnalysisRun,
    Explanation,
    FollowUpOffer,
)
from hiring.runs.selectors import latest_run, stopped

State = AnalysisRun.State
TRANSCRIPT_TYPES = ("vtt", "srt", "json")
TRANSCRIPT_BYTES = 2 * 1024 * 1024


class TranscriptRefused(Exception):
    """A transcript cannot be used; `str(error)` is a sentence for the person."""


def allowed_for(interview: Interview) -> frozenset[Stage]:
    """The stages that the candidate agreed to and the law allows, now."""
    return stages_of(consent.agreed(interview))


def plan_for(interview: Interview, weights_sha256: str = "") -> frozenset[Stage]:
    """What is allowed, now, without the stages whose network an administrator has switched off.

    A worker asks for the weights that it has; without them the network counts that a worker named last.
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
    """What a run's results depend on besides the recording: its configuration, and a transcript that came with it."""
    of_config = config_for(plan).fingerprint()
    if not recording.transcript_file or Stage.TRANSCRIPT not in plan:
        return of_config
    return hashlib.sha256(f"{of_config} {recording.transcript_file}".encode()).hexdigest()


@transaction.atomic
def queue(*, recording: Recording, tell_worker: bool = True, weights_sha256: str = "") -> AnalysisRun:
    """Queue the analysis that `plan_for` allows now; an equal run that is not over is returned instead.

    `tell_worker=False` is for a caller that claims the run itself at once; if it does not, the reconciler steps in.
    """
    # Locked, so that a change of consent and this agree on who comes first.
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
    # Not with which configuration: the record must not tell who left a purpose out.
    audit.record(actor=audit.SYSTEM, action=Action.RUN_QUEUED, obj=run, interview=recording.interview_id)
    if tell_worker:
        transaction.on_commit(lambda: tell(run.pk))
    return run


@transaction.atomic
def receive(*, recording: Recording) -> bool:
    """Move a complete upload on to its analysis. Returns False where somebody else did, or bytes are missing."""
    if not uploads.mark_received(recording):
        return False
    recording.refresh_from_db()
    interview = recording.interview
    audit.record(actor=interview.as_actor(), action=Action.RECORDING_RECEIVED, obj=recording, interview=interview)
    queue(recording=recording)
    return True


@transaction.atomic
def hand_in(*, interview: Interview) -> None:
    """Submit an interview: from now on nobody sits and waits for its analyses. Raises recordings.NotComplete."""
    Interview.objects.select_for_update().get(pk=interview.pk)
    waiting = AnalysisRun.objects.filter(recording__interview=interview, state=State.QUEUED)
    waiting.update(awaited_since=None)
    recordings.submit(interview=interview)  # last: rows are locked before the audit record


def tell(run_id: uuid.UUID) -> None:
    """Wake a worker for a queued run, unless enough messages wait: each takes the run that is next, not its own."""
    if messages.room():
        wake(run_id)


def tell_of_more() -> None:
    """Wake another worker while runs wait. Every worker that takes a run calls this: one message wakes them all."""
    waiting = order.ready(timezone.now()).values_list("pk", flat=True).first()
    if waiting is not None:
        tell(waiting)


def wake(run_id: uuid.UUID) -> bool:
    """Tell a worker about a queued run. Returns False where the broker is away: the reconciler tells one later."""
    if not broker.tell("sightline.run", str(run_id)):
        return False
    AnalysisRun.objects.filter(pk=run_id, state=State.QUEUED).update(woken_at=timezone.now())
    return True


@transaction.atomic
def cancel(*, recording: Recording) -> int:
    """Stop what is queued or running for a recording; a running worker notices at its next heartbeat."""
    stopped = AnalysisRun.objects.filter(recording=recording, state__in=[State.QUEUED, State.RUNNING]).update(
        state=State.CANCELLED, token=None, lease_until=None, finished_at=timezone.now()
    )
    savepoints.drop(AnalysisRun.objects.filter(recording=recording))
    return stopped


def _hanging_on_runs() -> list[type[Model]]:
    """The tables whose rows hang on a run: whatever does was derived from the recording."""
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
    # One that was answered stays asked: it is the answer's question.
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


def use_transcript(*, recording: Recording, content: bytes, file_name: str) -> None:
    """Keep the candidate's own transcript and analyse the recording again with it, instead of listening.

    Only before handing in, so that nothing that a reviewer saw changes. Raises TranscriptRefused or TooOften, and
    changes nothing.
    A worker reads the text; where it cannot, it listens after all, and says so beside the transcript.
    """
    suffix = file_name.rpartition(".")[2].lower()
    if suffix not in TRANSCRIPT_TYPES or not 0 < len(content) <= TRANSCRIPT_BYTES:
        raise TranscriptRefused(_("Please choose a WebVTT, SRT or JSON file of at most 2 MB."))
    with transaction.atomic():
        interview = Interview.objects.select_for_update().get(pk=recording.interview_id)
        arrived = Recording.objects.select_for_update().filter(
            pk=recording.pk, state__in=[Recording.State.RECEIVED, Recording.State.READY]
        )
        locked = arrived.first()
        opened = interview.state == Interview.State.OPENED and Stage.TRANSCRIPT in plan_for(interview)
        if locked is None or not opened:
            raise TranscriptRefused(
                _("A transcript can be added before you hand in, if you switched the transcript on.")
            )
        # Before the file is written, which no transaction takes back.
        actor = interview.as_actor()
        pace.require(kind=actor.kind, action=Action.TRANSCRIPT_ATTACHED, interview_id=str(interview.pk))
        unused = [locked.transcript_file, *discard_results(recording=locked)]
        name = vault.store(interview.pk, io.BytesIO(content), suffix)
        recordings.attach_transcript(recording=locked, transcript_file=name, actor=actor)
        queue(recording=locked)
    for old in filter(None, unused):
        vault.delete(interview.pk, old)


class NotRetried(Exception):
    """An analysis cannot be started again; `str(error)` is one sentence."""


@transaction.atomic
def retry(*, run: AnalysisRun, actor: audit.Actor) -> AnalysisRun:
    """Queue a failed or set-aside run's recording again, with what consent and law allow now.

    Raises NotRetried and changes nothing.
    """
    recording = Recording.objects.select_for_update().get(pk=run.recording_id)
    newest = latest_run(recording)
    if newest is not None and newest.is_active:
        return newest  # asked for twice
    if not stopped().filter(pk=run.pk).exists():
        raise NotRetried(_("Only an analysis that failed can be started again."))
    again = queue(recording=run.recording)  # first: rows are locked before the audit record
    audit.record(actor=actor, action=Action.RUN_RETRIED, obj=run, interview=run.recording.interview_id)
    return again
