"""What a worker saves on its way: the next attempt goes on there, and nothing of it outlives the run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError

from hiring.lib.jobs import LeaseLost
from hiring.policy.rules import Purpose
from hiring.positions import services as positions
from hiring.recordings import services, vault
from hiring.recordings.models import Recording
from hiring.runs import lease, savepoints
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, Savepoint
from hiring.worker import execute as module
from hiring.worker.execute import execute
from hiring.worker.lease_keeper import RunKeeper
from hiring.worker.sweep import sweep
from tests import factories
from tests.worker.test_execute import received

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _often(monkeypatch):
    monkeypatch.setattr("analysis.pipeline.EVERY_MS", 1500)


def _breaking(monkeypatch, exception: BaseException, least_ms: int = 0) -> None:
    """The worker breaks at its first word after a savepoint of its own, up to least_ms or later, was written."""
    report = RunKeeper.report
    before = set(Savepoint.objects.values_list("state_file", flat=True))

    def broken(self, progress):
        far = Savepoint.objects.filter(until_ms__gte=least_ms)
        if set(far.values_list("state_file", flat=True)) - before:
            raise exception
        report(self, progress)

    monkeypatch.setattr(RunKeeper, "report", broken)


def _stopped(recording: Recording, monkeypatch, least_ms: int = 0) -> AnalysisRun:
    """A run whose first attempt broke off after a savepoint."""
    run = runs.queue(recording=recording)
    _attempted_in_vain(run, monkeypatch, least_ms)
    return run


def _attempted_in_vain(run: AnalysisRun, monkeypatch, least_ms: int = 0) -> None:
    with monkeypatch.context() as patched:
        _breaking(patched, RuntimeError("the machine is on fire"), least_ms)
        assert execute(run.pk) == "put back"
    run.refresh_from_db()


def _whole_and_stopped(clip: Path, monkeypatch) -> tuple[AnalysisRun, AnalysisRun]:
    """A run in one piece, and one of the same file that was stopped after a savepoint."""
    whole = runs.queue(recording=received(clip))
    execute(whole.pk)
    return whole, _stopped(received(clip), monkeypatch)


def _files(recording: Recording) -> set[str]:
    recording.refresh_from_db()
    return {recording.original_file, recording.playable_file, recording.poster_file} - {""}


def _observations(run: AnalysisRun) -> bytes:
    run.refresh_from_db()
    assert run.state == "complete", run.failure
    with vault.open_file(run.recording.interview_id, run.observations_file) as file:
        return file.read()


def _found(run: AnalysisRun) -> list[object]:
    return [
        *run.moments.order_by("start_ms", "kind").values_list("kind", "start_ms", "end_ms", "sentence", "evidence"),
        *run.segments.order_by("start_ms", "lane").values_list("lane", "value", "start_ms", "end_ms"),
    ]


def test_the_next_attempt_goes_on_and_finds_what_one_attempt_finds(shared, monkeypatch):
    whole, run = _whole_and_stopped(shared("media/clips/covers_face_then_smiles.mp4"), monkeypatch)
    recording, savepoint = run.recording, savepoints.of(run)
    assert set(savepoint.files) <= set(vault.names(recording.interview_id)) and savepoint.parts
    assert execute(run.pk) == "complete"
    assert _observations(run) == _observations(whole) and _found(run) == _found(whole)
    assert run.attempt == 2 and run.manifest["measured"]["frames_from_savepoint"] > 30
    assert whole.manifest["measured"]["frames_from_savepoint"] == 0
    pictures = set(run.moments.exclude(explanation=None).values_list("explanation__picture_file", flat=True))
    assert (
        set(vault.names(recording.interview_id))
        == _files(recording) | {run.observations_file, run.sound_file} - {""} | pictures
    )
    assert not Savepoint.objects.exists()


def test_a_savepoint_that_cannot_be_read_means_beginning_anew(shared, monkeypatch):
    recording = received(shared("media/clips/short_smile.mp4"))
    run = _stopped(recording, monkeypatch)
    path = Path(settings.VAULT_DIR) / str(recording.interview_id) / savepoints.of(run).parts[0]
    path.write_bytes(path.read_bytes()[:-3])
    assert execute(run.pk) == "complete"
    run.refresh_from_db()
    assert run.manifest["measured"]["frames_from_savepoint"] == 0 and not path.exists()


def test_an_attempt_that_began_anew_leaves_nothing_of_the_one_before(shared, monkeypatch):
    whole, run = _whole_and_stopped(shared("media/clips/covers_face_then_smiles.mp4"), monkeypatch)
    recording, old = run.recording, savepoints.of(run).files
    path = Path(settings.VAULT_DIR) / str(recording.interview_id) / old[0]
    path.write_bytes(b"damaged")
    _attempted_in_vain(run, monkeypatch)  # begins anew, saves, breaks
    assert not set(old) & {*savepoints.of(run).files, *vault.names(recording.interview_id)}
    assert execute(run.pk) == "complete"
    assert _observations(run) == _observations(whole) and _found(run) == _found(whole)
    assert run.manifest["measured"]["frames_from_savepoint"] > 30


def test_where_the_database_refuses_the_run_goes_on_and_the_next_savepoint_has_it_all(shared, monkeypatch):
    recording = received(shared("media/clips/covers_face_then_smiles.mp4"))
    save, counts, calls = lease.save, [], []

    def refusing_once(*, part, **columns):
        calls.append(part)
        if len(calls) == 1:
            raise OperationalError("the database is restarting")
        with vault.open_file(recording.interview_id, part) as file:
            from analysis.observations import read

            counts.append(sum(1 for _ in read(file)))
        save(part=part, **columns)

    monkeypatch.setattr(lease, "save", refusing_once)
    run = runs.queue(recording=recording)
    assert execute(run.pk) == "complete"
    run.refresh_from_db()
    assert len(calls) >= 2 and counts[0] > 60
    assert calls[0] not in vault.names(recording.interview_id)


def test_withdrawing_consent_removes_what_a_stopped_run_had_saved(shared, monkeypatch):
    recording = received(shared("media/clips/short_smile.mp4"))
    run = _stopped(recording, monkeypatch)
    saved = set(savepoints.of(run).files)
    factories.change_consent(recording.interview, {Purpose.RECORDING})
    assert not Savepoint.objects.exists() and not saved & set(vault.names(recording.interview_id))
    assert _files(recording) <= set(vault.names(recording.interview_id))


def test_a_run_that_is_set_aside_leaves_no_savepoint(shared, monkeypatch):
    recording = received(shared("media/clips/short_smile.mp4"))
    run = _stopped(recording, monkeypatch)
    AnalysisRun.objects.filter(pk=run.pk).update(attempt=2)

    def broken(*_, **__):
        raise RuntimeError("again")

    monkeypatch.setattr(module, "_analysed", broken)
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == "quarantined" and not Savepoint.objects.exists()
    assert set(vault.names(recording.interview_id)) == _files(recording)


def test_who_lost_the_run_saves_nothing(shared, monkeypatch):
    recording = received(shared("media/clips/short_smile.mp4"))
    run = _stopped(recording, monkeypatch)
    before = savepoints.of(run).files
    late = lease.claim(run.pk)
    runs.cancel(recording=recording)
    with pytest.raises(LeaseLost):
        lease.save(run=late, state_file="a.state", part="a.parquet", begins=True, moments=(), until_ms=1)
    assert not Savepoint.objects.exists() and not set(before) & set(vault.names(recording.interview_id))


def test_what_is_marked_so_far_is_shown_while_the_run_is_on_its_way_and_to_nobody_else(shared, monkeypatch, client):
    recording = received(shared("media/clips/leaves_frame.mov"))
    run = _stopped(recording, monkeypatch, least_ms=2900)  # the cut is at 2430 ms
    recording.refresh_from_db()
    reviewer, outsider = factories.make_user("recruiter"), factories.make_user("recruiter")
    positions.add_to_team(position=recording.interview.position, user=reviewer, actor=reviewer.as_actor())
    services.submit(interview=recording.interview)
    address = f"/review/recordings/{recording.pk}/progress/"
    client.force_login(outsider)
    assert client.get(address).status_code == 404
    client.force_login(reviewer)
    page = client.get(address).content.decode()
    told = savepoints.of(run).moments
    assert "cut" in {moment["kind"] for moment in told}
    assert page.count('<button type="button" class="stamp"') == len(told) and "Marked so far, up to 00:0" in page
    assert execute(run.pk) == "complete"
    assert "Marked so far" not in client.get(address).content.decode()


def test_the_sweep_leaves_the_savepoints_of_waiting_runs_alone(shared, monkeypatch):
    recording = received(shared("media/clips/short_smile.mp4"))
    run = _stopped(recording, monkeypatch)
    folder = Path(settings.VAULT_DIR) / str(recording.interview_id)
    two_days_ago = time.time() - 2 * 24 * 3600
    for name in vault.names(recording.interview_id):
        os.utime(folder / name, (two_days_ago, two_days_ago))
    sweep()
    assert set(savepoints.of(run).files) <= set(vault.names(recording.interview_id))
