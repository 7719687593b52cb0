"""Hold a run: claimed, kept alive, ended once. Every save is fenced by the claim's token.

Rows are locked in the same order everywhere, to avoid deadlocks: interview, recording, run, audit record.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from analysis.types import Moment, Outcome, Progress
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib import jobs
from hiring.lib.jobs import LeaseLost
from hiring.networks import selectors as networks
from hiring.recordings import services as recordings
from hiring.recordings.models import Recording
from hiring.runs import messages, order, points, results, savepoints
from hiring.runs.models import ATTEMPTS, AnalysisRun
from hiring.runs.services import wake

State = AnalysisRun.State
#: How long a run waits for room, storage or database: doubled each time, up to the maximum.
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=10)


@transaction.atomic
def take(weights_sha256: str = "") -> AnalysisRun | None:
    """Claim the next run in the order of hiring.runs.order. Returns None if there is nothing to do."""
    run_id = order.lock_next(timezone.now())
    return None if run_id is None else claim(run_id, weights_sha256)


def claim(run_id: uuid.UUID, weights_sha256: str = "") -> AnalysisRun | None:
    """Claim this queued run, or one whose worker died. Returns None if the run is unavailable; this is not an error.

    Records which expression model the worker has and whether it was switched off, on every run alike: what a screen
    says about it must not reveal who agreed to expression.
    """
    now = timezone.now()
    available = Q(state=State.QUEUED) | jobs.dead(now)
    won = AnalysisRun.objects.filter(available, order.is_time(now), pk=run_id, attempt__lt=ATTEMPTS).update(
        **jobs.holding(now),
        attempt=F("attempt") + 1,
        step="",
        done_ms=0,
        weights_sha256=weights_sha256,
        expression_was_off=not networks.is_on(weights_sha256=weights_sha256),
    )
    if not won:
        return None
    return AnalysisRun.objects.select_related("recording__interview__position").get(pk=run_id)


def heartbeat(run: AnalysisRun, progress: Progress | None = None) -> None:
    """Renew the lease and record the progress. Raises LeaseLost."""
    columns: dict[str, object] = {}
    if progress is not None:
        columns = {"step": progress.step, "done_ms": progress.done_ms, "total_ms": progress.total_ms}
    jobs.beat(AnalysisRun.objects.all(), run, **columns)


@transaction.atomic
def accept(*, run: AnalysisRun, kept: recordings.Kept) -> None:
    """Record that the vault has the recording. Raises LeaseLost and changes nothing."""
    _lock_recording(run)
    heartbeat(run)
    if not recordings.mark_ready(recording=run.recording, kept=kept):
        raise LeaseLost(f"the recording of run {run.pk} is gone")


@transaction.atomic
def refuse(*, run: AnalysisRun, step: str, code: str, sentence: str) -> None:
    """End a run whose file cannot be used, and notify the candidate if it was never accepted. Raises LeaseLost."""
    _lock_recording(run)
    fail(run=run, step=step, sentence=sentence)
    recordings.refuse(recording=run.recording, code=code, sentence=sentence)


def _lock_recording(run: AnalysisRun) -> None:
    if not Recording.objects.select_for_update().filter(pk=run.recording_id).exists():
        raise LeaseLost(f"the recording of run {run.pk} is gone")


@transaction.atomic
def save(
    *, run: AnalysisRun, state_file: str, part: str, begins: bool, moments: Iterable[Moment], until_ms: int
) -> None:
    """Record how far a run is, as in savepoints.write. Raises LeaseLost and changes nothing."""
    _lock_recording(run)
    heartbeat(run)
    savepoints.write(run=run, state_file=state_file, part=part, begins=begins, moments=moments, until_ms=until_ms)


@transaction.atomic
def complete(
    *,
    run: AnalysisRun,
    outcome: Outcome,
    observations_file: str,
    overview_file: str = "",
    sound_file: str = "",
    pictures: Mapping[int, str] | None = None,
) -> None:
    """Save everything a run found and end it, in one transaction. Raises LeaseLost and saves nothing.

    observations_file, overview_file, sound_file, pictures: names in the vault; pictures by the index of their moment
    in `outcome`.
    """
    transcript = outcome.transcript
    _lock_recording(run)
    jobs.end(
        AnalysisRun.objects.all(),
        run,
        state=State.COMPLETE,
        done_ms=outcome.info.duration_ms,
        total_ms=outcome.info.duration_ms,
        observations_file=observations_file,
        overview_file=overview_file,
        sound_file=sound_file,
        frames=outcome.frames,
        frames_with_face=outcome.frames_with_face,
        baseline=dict(outcome.baseline),
        manifest=dict(outcome.manifest),
        transcript_source=transcript.source,
        transcript_language=transcript.language,
        transcript_low_confidence=transcript.low_confidence,
        transcript_note=transcript.note[:300],
        topics=[asdict(topic) for topic in outcome.topics],
        points_due_since=timezone.now() if outcome.sentences and points.are_wanted(run.pk) else None,
        failed_step="",
        failure="",
    )
    # The container can claim a longer duration than it holds; the frames decide.
    missing_ms = int(str(outcome.manifest.get("missing_ms") or 0))
    recordings.note_length(recording=run.recording, duration_ms=outcome.info.duration_ms, missing_ms=missing_ms)
    results.save(run, outcome, pictures or {})
    savepoints.drop(AnalysisRun.objects.filter(pk=run.pk))
    audit.record(
        actor=audit.SYSTEM,
        action=Action.RUN_COMPLETE,
        obj=run,
        interview=run.recording.interview_id,
        attempt=run.attempt,
        frames=outcome.frames,
    )


@transaction.atomic
def fail(*, run: AnalysisRun, step: str, sentence: str) -> None:
    """End a run that cannot succeed, with the step and one sentence for the recruiter. Raises LeaseLost."""
    columns = {"state": State.FAILED, "failed_step": step, "failure": sentence[:400]}
    jobs.end(AnalysisRun.objects.all(), run, **columns)
    savepoints.drop(AnalysisRun.objects.filter(pk=run.pk))
    audit.record(
        actor=audit.SYSTEM, action=Action.RUN_FAILED, obj=run, interview=run.recording.interview_id, step=step
    )


@transaction.atomic
def put_back(*, run: AnalysisRun, step: str, sentence: str) -> None:
    """Return a run to the queue after an unexpected failure; after the last attempt it is set aside instead."""
    if run.attempt >= ATTEMPTS:
        own = AnalysisRun.objects.filter(pk=run.pk, token=run.token, state=State.RUNNING)
        _set_aside(own, run, step, sentence)
        return
    _requeue(run, step, sentence, not_before=None, waits=0)


@transaction.atomic
def give_back(*, run: AnalysisRun, step: str, sentence: str) -> None:
    """Return a run to the queue after it failed because room, storage or database was missing.

    The attempt does not count: nothing is wrong with the recording. The next attempt waits, twice as long each time.
    """
    wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(run.waits, 10))
    columns = {"not_before": timezone.now() + wait, "waits": run.waits + 1, "attempt": F("attempt") - 1}
    _requeue(run, step, sentence, **columns)


def _requeue(run: AnalysisRun, step: str, sentence: str, **columns: object) -> None:
    columns |= {"state": State.QUEUED, "woken_at": None, "failed_step": step, "failure": sentence[:400]}
    jobs.release(AnalysisRun.objects.all(), run, **columns)


def _set_aside(chosen: QuerySet[AnalysisRun], run: AnalysisRun, step: str, sentence: str) -> None:
    done = chosen.update(
        **jobs.RELEASED,
        state=State.QUARANTINED,
        finished_at=timezone.now(),
        failed_step=step,
        failure=sentence[:400],
    )
    if done:
        savepoints.drop(AnalysisRun.objects.filter(pk=run.pk))
        audit.record(
            actor=audit.SYSTEM,
            action=Action.RUN_QUARANTINED,
            obj=run,
            interview=run.recording.interview_id,
            step=step,
        )


def reconcile() -> dict[str, int]:
    """Repair what the broker lost: set aside what died too often, requeue what died, wake what was not delivered.

    Safe at any time, any number of times, and concurrently.
    """
    now = timezone.now()
    counts = {"quarantined": 0, "requeued": 0, "woken": 0}
    dead = jobs.dead(now)
    for run in AnalysisRun.objects.filter(dead, attempt__gte=ATTEMPTS).select_related("recording"):
        with transaction.atomic():
            sentence = f"The analysis stopped unexpectedly {ATTEMPTS} times; the recording itself is safe."
            _set_aside(AnalysisRun.objects.filter(dead, pk=run.pk), run, run.step, sentence)
        counts["quarantined"] += 1
    counts["requeued"] = AnalysisRun.objects.filter(dead, attempt__lt=ATTEMPTS).update(
        **jobs.RELEASED, state=State.QUEUED, woken_at=None
    )
    for run_id in _claim_undelivered(now):
        if wake(run_id) is False:
            break  # the broker is away: the others would fail too, each after a delay
        counts["woken"] += 1
    return counts


def _claim_undelivered(now: datetime) -> list[uuid.UUID]:
    """Pick queued runs that no worker was notified of recently, no more than the number of useful messages."""
    room = messages.room()
    return _pick_undelivered(now, room) if room else []


@transaction.atomic
def _pick_undelivered(now: datetime, most: int) -> list[uuid.UUID]:
    """Reconcilers on other machines skip the rows that this one picks."""
    rows = order.ready(now).filter(jobs.undelivered(now)).order_by("queued_at")
    ids = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:most])
    AnalysisRun.objects.filter(pk__in=ids).update(woken_at=now)
    return ids
