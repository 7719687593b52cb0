"""One run from claim to save: the only place where the database and the analysis meet."""

from __future__ import annotations

import contextlib
import io
import logging
import shutil
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import Error, close_old_connections

from analysis.observations import ObservationWriter
from analysis.pipeline import Analysis
from analysis.types import BadTranscript, BadVideo, Cancelled, Outcome, Stage
from hiring.lib.jobs import LeaseLost
from hiring.lib.outages import outage
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.review import overview
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from hiring.worker import intake, networks, points
from hiring.worker.lease_keeper import RunKeeper
from hiring.worker.savepoints import Saver, saved
from hiring.worker.storing import remove_unreferenced_files

log = logging.getLogger(__name__)
#: The note on a waiting run, by what was missing.
_WAITS_FOR = {
    "room": "The analysis waits because there was no room on the disk.",
    "storage": "The analysis waits because the storage did not answer.",
    "database": "The analysis waits because the database did not answer.",
}
#: How long a worker tries to report that to an unavailable database, and how often.
_TELL_FOR_S, _TELL_EVERY_S = 300.0, 5.0
_AT_ONCE_S = 60.0


def work() -> list[str]:
    """Perform one run after another, in the table's order, and return how each ended; [] if there was nothing to do.

    Ends by itself after a while: a fairness audit waits in the same queue, and a worker that is to stop finishes its
    task first. The message that it sent in the meantime, or the reconciler, continues the work.
    """
    until_s = time.monotonic() + _AT_ONCE_S
    ended: list[str] = []
    while True:
        close_old_connections()
        run = lease.take(weights_sha256=_own_weights())
        if run is None:
            return ended
        runs.tell_of_more()
        ended.append(_carry_out(run))
        if time.monotonic() >= until_s:
            return ended


def execute(run_id: UUID) -> str:
    """Perform this run if it is available, and return how it ended: a state, `stopped` or `unavailable`."""
    run = lease.claim(run_id, weights_sha256=_own_weights())
    return "unavailable" if run is None else _carry_out(run)


def _own_weights() -> str:
    own = networks.register_own()
    return own.weights_sha256 if own else ""


def _carry_out(run: AnalysisRun) -> str:
    if not _is_allowed(run):
        return "stopped"
    folder = Path(settings.WORK_DIR) / f"{run.pk}.{run.attempt}"
    try:
        with RunKeeper(run) as keeper:
            ended = _attempt(run, folder, keeper)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(Error):  # database unavailable: the sweep removes what is left
            _drop_upload(run.recording)
    if ended == AnalysisRun.State.COMPLETE:
        points.look_safely(run.pk)
    return ended


def _is_allowed(run: AnalysisRun) -> bool:
    """Ask consent, law and registry again: each may have changed since the run was queued."""
    allowed = runs.plan_for(run.recording.interview, run.weights_sha256)
    if frozenset(Stage(stage) for stage in run.plan) <= allowed:
        return True
    runs.cancel(recording=run.recording)
    runs.queue(recording=run.recording, weights_sha256=run.weights_sha256)
    return False


def _attempt(run: AnalysisRun, folder: Path, keeper: RunKeeper) -> str:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _perform(run, folder, keeper)
    except (Cancelled, LeaseLost):
        log.info("Run %s was stopped.", run.pk)
        return "stopped"
    except BadVideo as error:
        return _refused(run, folder, keeper, error)
    except Exception as error:
        if missing := outage(error):
            return _waits(run, keeper, missing, error)
        log.exception("Run %s, attempt %s, broke during %s.", run.pk, run.attempt, keeper.step or "start")
        sentence = f"The analysis broke off during the step “{keeper.step or 'start'}” ({type(error).__name__})."
        lease.put_back(run=run, step=keeper.step, sentence=sentence)
        return "put back"
    return AnalysisRun.State.COMPLETE


def _waits(run: AnalysisRun, keeper: RunKeeper, missing: str, error: Exception) -> str:
    """Give the attempt back. If the database is unavailable, the worker could do nothing else, so it keeps trying."""
    log.warning("Run %s waits: %s is missing (%s).", run.pk, missing, type(error).__name__)
    until = time.monotonic() + _TELL_FOR_S
    while True:
        close_old_connections()
        try:
            lease.give_back(run=run, step=keeper.step, sentence=_WAITS_FOR[missing])
            return "waits"
        except Error:
            if time.monotonic() > until:
                raise
            time.sleep(_TELL_EVERY_S)


def _refused(run: AnalysisRun, folder: Path, keeper: RunKeeper, error: BadVideo) -> str:
    """Refuse only a file that was never accepted; one in the vault stays, whatever happened to its analysis."""
    try:
        intake.read_through(folder)
    except OSError as unread:
        if missing := outage(unread):
            return _waits(run, keeper, missing, unread)
    try:
        lease.refuse(run=run, step=keeper.step, code=error.code, sentence=str(error))
    except LeaseLost:
        return "stopped"
    return AnalysisRun.State.FAILED


def _perform(run: AnalysisRun, folder: Path, keeper: RunKeeper) -> None:
    recording = run.recording
    config = runs.config_for(Stage(stage) for stage in run.plan)
    path = intake.fetch(recording, folder)
    new = recording.state == Recording.State.RECEIVED
    source = intake.keep(run, path, folder, config.limits, keeper) if new else path
    plain, transcript = folder / "observations.parquet", _transcript(run, folder)
    analysis = partial(Analysis, source, config, report=keeper.report, saved=saved(run, folder), save=Saver(run))
    try:
        outcome = _analysed(analysis(transcript=transcript), plain)
    except BadTranscript as error:
        # It is read before the first frame, so nothing was done twice. The recording's words are still available.
        outcome = _analysed(analysis(), plain)
        note = f"{error} {outcome.transcript.note}".strip()
        outcome = replace(outcome, transcript=replace(outcome.transcript, note=note))
    keeper.check()

    def still_referenced(names: list[str]) -> bool:
        return AnalysisRun.objects.filter(pk=run.pk, observations_file__in=names).exists()

    with remove_unreferenced_files(still_referenced, recording.interview_id) as store:
        with plain.open("rb") as file:
            name = store(file, "parquet")
        coarse = overview.build(plain, outcome.sound, outcome.info.duration_ms)
        overview_file = store(io.BytesIO(coarse), "parquet") if coarse else ""
        sound = store(io.BytesIO(outcome.sound), "parquet") if outcome.sound else ""
        pictures = {
            number: store(io.BytesIO(moment.explanation.picture), "png")
            for number, moment in enumerate(outcome.moments)
            if moment.explanation is not None
        }
        lease.complete(
            run=run,
            outcome=outcome,
            observations_file=name,
            overview_file=overview_file,
            sound_file=sound,
            pictures=pictures,
        )


def _analysed(analysis: Analysis, plain: Path) -> Outcome:
    with ObservationWriter(plain) as writer:
        for window in analysis:
            writer.write(window)
    return analysis.outcome()


def _transcript(run: AnalysisRun, folder: Path) -> Path | None:
    recording = run.recording
    if not recording.transcript_file or Stage.TRANSCRIPT not in run.plan:
        return None
    path = folder / f"transcript{Path(recording.transcript_file).suffix}"
    vault.extract(recording.interview_id, recording.transcript_file, path)
    return path


def _drop_upload(recording: Recording) -> None:
    """Remove the plain upload once the vault has it, or once it was refused or deleted."""
    if not Recording.objects.filter(pk=recording.pk, state=Recording.State.RECEIVED).exists():
        shutil.rmtree(uploads.path_of(recording).parent, ignore_errors=True)
