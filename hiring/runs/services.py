"""The life of a run: queued, claimed, kept alive, ended once. Every save is fenced by the claim's token."""

from __future__ import annotations

import hashlib
import io
import logging
import uuid
from collections.abc import Iterable
from datetime import timedelta

from celery import current_app
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from analysis.config import PipelineConfig
from analysis.types import Outcome, Progress, Stage
from hiring.audit import services as audit
from hiring.consent import selectors as consent
from hiring.policy.rules import stages_of
from hiring.positions.models import Interview
from hiring.recordings import services as recordings
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.runs import results
from hiring.runs.models import ATTEMPTS, AnalysisRun, Moment, Segment, Word

log = logging.getLogger(__name__)
State = AnalysisRun.State
_WAKE_AGAIN = timedelta(seconds=30)
TRANSCRIPT_TYPES = ("vtt", "srt", "json")
TRANSCRIPT_BYTES = 2 * 1024 * 1024


class TranscriptRefused(Exception):
    """A transcript cannot be used; `str(error)` is a sentence for the person."""


class LeaseLost(Exception):
    """The run was cancelled, or another worker holds it now: stop and keep nothing."""


def plan_for(interview: Interview) -> frozenset[Stage]:
    """The stages that the candidate agreed to and the law allows, now."""
    return stages_of(consent.granted(interview))


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
def queue(*, recording: Recording, tell_worker: bool = True) -> AnalysisRun:
    """Queue the analysis that consent and law allow now; an equal run that is not over is returned instead.

    `tell_worker=False` is for a caller that claims the run itself at once; if it does not, the reconciler steps in.
    """
    plan = plan_for(recording.interview)
    fingerprint = _fingerprint(recording, plan)
    try:
        with transaction.atomic():
            run = AnalysisRun.objects.create(
                recording=recording,
                plan=sorted(plan),
                fingerprint=fingerprint,
                woken_at=None if tell_worker else timezone.now(),
            )
    except IntegrityError:
        return AnalysisRun.objects.get(
            recording=recording, fingerprint=fingerprint, state__in=[State.QUEUED, State.RUNNING, State.COMPLETE]
        )
    # Not with which configuration: the record must not tell who left a purpose out.
    audit.record(actor=audit.SYSTEM, action="run.queued", obj=run, interview=recording.interview_id)
    if tell_worker:
        transaction.on_commit(lambda: wake(run.pk))
    return run


@transaction.atomic
def receive(*, recording: Recording) -> bool:
    """Move a complete upload on to its analysis. Returns False where somebody else did, or bytes are missing."""
    if not uploads.mark_received(recording):
        return False
    recording.refresh_from_db()
    interview = recording.interview
    audit.record(actor=interview.as_actor(), action="recording.received", obj=recording, interview=interview)
    queue(recording=recording)
    return True


def wake(run_id: uuid.UUID) -> None:
    """Tell a worker about a queued run. If the broker is away the reconciler tells one later."""
    try:
        current_app.send_task("sightline.run", [str(run_id)], retry=False)
    except (OperationalError, OSError) as error:
        log.warning("The broker did not take run %s (%s); the reconciler will.", run_id, type(error).__name__)
        return
    AnalysisRun.objects.filter(pk=run_id, state=State.QUEUED).update(woken_at=timezone.now())


def claim(run_id: uuid.UUID) -> AnalysisRun | None:
    """Take a queued run, or one whose worker died. Returns None where it is not to be had: that is no error."""
    now = timezone.now()
    to_be_had = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=now)
    won = AnalysisRun.objects.filter(to_be_had, pk=run_id, attempt__lt=ATTEMPTS).update(
        state=State.RUNNING,
        attempt=F("attempt") + 1,
        token=uuid.uuid4(),
        lease_until=now + timedelta(seconds=settings.RUN_LEASE_SECONDS),
        heartbeat_at=now,
        started_at=now,
        step="",
        done_ms=0,
    )
    if not won:
        return None
    return AnalysisRun.objects.select_related("recording__interview__position").get(pk=run_id)


def _held(run: AnalysisRun) -> Q:
    return Q(pk=run.pk, token=run.token, state=State.RUNNING)


def heartbeat(run: AnalysisRun, progress: Progress | None = None) -> None:
    """Renew the lease and note the progress. Raises LeaseLost."""
    now = timezone.now()
    columns: dict[str, object] = {
        "lease_until": now + timedelta(seconds=settings.RUN_LEASE_SECONDS),
        "heartbeat_at": now,
    }
    if progress is not None:
        columns |= {"step": progress.step, "done_ms": progress.done_ms, "total_ms": progress.total_ms}
    if not AnalysisRun.objects.filter(_held(run)).update(**columns):
        raise LeaseLost(f"run {run.pk} is not ours any more")


@transaction.atomic
def complete(*, run: AnalysisRun, outcome: Outcome, observations_file: str) -> None:
    """Save everything a run found and end it, in one transaction. Raises LeaseLost and saves nothing."""
    transcript = outcome.transcript
    ended = AnalysisRun.objects.filter(_held(run)).update(
        state=State.COMPLETE,
        token=None,
        lease_until=None,
        finished_at=timezone.now(),
        done_ms=outcome.info.duration_ms,
        total_ms=outcome.info.duration_ms,
        observations_file=observations_file,
        frames=outcome.frames,
        frames_with_face=outcome.frames_with_face,
        baseline=dict(outcome.baseline),
        manifest=dict(outcome.manifest),
        transcript_source=transcript.source,
        transcript_language=transcript.language,
        transcript_low_confidence=transcript.low_confidence,
        transcript_note=transcript.note[:300],
    )
    if not ended:
        raise LeaseLost(f"run {run.pk} is not ours any more")
    results.save(run, outcome)
    audit.record(
        actor=audit.SYSTEM,
        action="run.complete",
        obj=run,
        interview=run.recording.interview_id,
        attempt=run.attempt,
        frames=outcome.frames,
    )


@transaction.atomic
def fail(*, run: AnalysisRun, step: str, sentence: str) -> None:
    """End a run that cannot succeed, with the step and one sentence for the recruiter. Raises LeaseLost."""
    ended = AnalysisRun.objects.filter(_held(run)).update(
        state=State.FAILED,
        token=None,
        lease_until=None,
        finished_at=timezone.now(),
        failed_step=step,
        failure=sentence[:400],
    )
    if not ended:
        raise LeaseLost(f"run {run.pk} is not ours any more")
    audit.record(actor=audit.SYSTEM, action="run.failed", obj=run, interview=run.recording.interview_id, step=step)


@transaction.atomic
def put_back(*, run: AnalysisRun, step: str, sentence: str) -> None:
    """Return a run whose attempt broke unexpectedly; after the last attempt it is set aside instead."""
    if run.attempt >= ATTEMPTS:
        _set_aside(AnalysisRun.objects.filter(_held(run)), run, step, sentence)
        return
    AnalysisRun.objects.filter(_held(run)).update(
        state=State.QUEUED, token=None, lease_until=None, woken_at=None, failed_step=step, failure=sentence[:400]
    )


def _set_aside(chosen, run: AnalysisRun, step: str, sentence: str) -> None:
    done = chosen.update(
        state=State.QUARANTINED,
        token=None,
        lease_until=None,
        finished_at=timezone.now(),
        failed_step=step,
        failure=sentence[:400],
    )
    if done:
        audit.record(
            actor=audit.SYSTEM, action="run.quarantined", obj=run, interview=run.recording.interview_id, step=step
        )


@transaction.atomic
def cancel(*, recording: Recording) -> int:
    """Stop what is queued or running for a recording; a running worker notices at its next heartbeat."""
    return AnalysisRun.objects.filter(recording=recording, state__in=[State.QUEUED, State.RUNNING]).update(
        state=State.CANCELLED, token=None, lease_until=None, finished_at=timezone.now()
    )


@transaction.atomic
def discard_results(*, recording: Recording) -> list[str]:
    """Delete everything derived from a recording; its runs stay as cancelled rows.

    Returns the vault files that the caller removes once this is committed.
    """
    cancel(recording=recording)
    rows = AnalysisRun.objects.filter(recording=recording)
    files = [name for name in rows.values_list("observations_file", flat=True) if name]
    for model in (Segment, Word, Moment):
        model.objects.filter(run__recording=recording).delete()
    rows.filter(state=State.COMPLETE).update(
        state=State.CANCELLED, observations_file="", baseline={}, manifest={}, transcript_note=""
    )
    return files


def use_transcript(*, recording: Recording, content: bytes, file_name: str) -> None:
    """Keep the candidate's own transcript and analyse the recording again with it, instead of listening.

    Only before handing in, so that nothing that a reviewer saw changes. Raises TranscriptRefused and changes nothing.
    A worker reads the text; where it cannot, it listens after all, and says so beside the transcript.
    """
    interview = recording.interview
    if interview.state != Interview.State.OPENED or Stage.TRANSCRIPT not in plan_for(interview):
        raise TranscriptRefused(_("A transcript can be added before you hand in, if you switched the transcript on."))
    suffix = file_name.rpartition(".")[2].lower()
    if suffix not in TRANSCRIPT_TYPES or not 0 < len(content) <= TRANSCRIPT_BYTES:
        raise TranscriptRefused(_("Please choose a WebVTT, SRT or JSON file of at most 2 MB."))
    name = vault.store(interview.pk, io.BytesIO(content), suffix)
    with transaction.atomic():
        unused = [recording.transcript_file, *discard_results(recording=recording)]
        recordings.attach_transcript(recording=recording, transcript_file=name, actor=interview.as_actor())
        queue(recording=recording)
    for old in filter(None, unused):
        vault.delete(interview.pk, old)


@transaction.atomic
def retry(*, run: AnalysisRun, actor: audit.Actor) -> AnalysisRun:
    """Queue a failed or set-aside run's recording again, with what consent and law allow now."""
    audit.record(actor=actor, action="run.retried", obj=run, interview=run.recording.interview_id)
    return queue(recording=run.recording)


def reconcile() -> dict[str, int]:
    """Find what the broker lost: set aside what died too often, requeue what died, wake what was not delivered.

    Run every few seconds by every worker: it is safe at any time and as often as one likes.
    """
    now = timezone.now()
    counts = {"quarantined": 0, "requeued": 0, "woken": 0}
    dead = Q(state=State.RUNNING, lease_until__lt=now)
    for run in AnalysisRun.objects.filter(dead, attempt__gte=ATTEMPTS).select_related("recording"):
        with transaction.atomic():
            sentence = f"The analysis stopped unexpectedly {ATTEMPTS} times; the recording itself is safe."
            _set_aside(AnalysisRun.objects.filter(dead, pk=run.pk), run, run.step, sentence)
        counts["quarantined"] += 1
    counts["requeued"] = AnalysisRun.objects.filter(dead, attempt__lt=ATTEMPTS).update(
        state=State.QUEUED, token=None, lease_until=None, woken_at=None
    )
    for run_id in _claim_undelivered(now):
        wake(run_id)
        counts["woken"] += 1
    return counts


@transaction.atomic
def _claim_undelivered(now) -> list[uuid.UUID]:
    """Pick queued runs that no worker was told of lately; reconcilers on other machines skip them."""
    undelivered = Q(woken_at=None, queued_at__lt=now - timedelta(seconds=2)) | Q(woken_at__lt=now - _WAKE_AGAIN)
    rows = AnalysisRun.objects.filter(undelivered, state=State.QUEUED).order_by("queued_at")
    ids = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:200])
    AnalysisRun.objects.filter(pk__in=ids).update(woken_at=now)
    return ids
