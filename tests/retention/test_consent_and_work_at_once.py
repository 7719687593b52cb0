"""Consent changes while an upload ends or a worker saves: one of the two comes first, and nothing stays half."""

from __future__ import annotations

import io
import threading
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from analysis.types import Stage
from hiring.actions.add_transcript import TranscriptRefused, add_transcript
from hiring.actions.delete_recording import delete_recording
from hiring.actions.erase import erase
from hiring.lib.jobs import LeaseLost
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview
from hiring.recordings import services as recordings
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.recordings.services import NotComplete
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, Moment, Segment, Word
from tests import factories

pytestmark = pytest.mark.django_db


def _unfinished() -> Recording:
    interview = factories.make_interview()
    recording = uploads.create(
        interview=interview, question=interview.position.questions.first(), size_bytes=100, file_name="a.mp4"
    )
    uploads.append(recording=recording, offset=0, pieces=iter([factories.MP4_HEAD]))
    return recording


def test_withdrawing_twice_deletes_what_the_first_time_left(settings):
    """Whatever happened in between: a choice without the recording leaves none."""
    recording = factories.make_ready_recording()
    interview = recording.interview
    factories.choose(interview, [])
    assert Recording.objects.filter(pk=recording.pk).exists()
    factories.change_consent(interview, [])
    assert not Recording.objects.exists() and vault.names(interview.pk) == []


def test_an_upload_that_ended_meanwhile_goes_with_the_withdrawal():
    recording = _unfinished()
    Recording.objects.filter(pk=recording.pk).update(state="received", received_bytes=100)
    factories.change_consent(recording.interview, [])
    assert not Recording.objects.exists() and not uploads.path_of(recording).exists()


def test_withdrawing_the_transcript_deletes_the_candidates_own_one_too():
    run = factories.make_complete_run()
    recording, interview = run.recording, run.recording.interview
    Interview.objects.filter(pk=interview.pk).update(state="opened")
    add_transcript(recording=recording, content=b"WEBVTT\n", file_name="a.vtt")
    recording.refresh_from_db()
    own = recording.transcript_file
    factories.change_consent(interview, [Purpose.RECORDING])
    recording.refresh_from_db()
    assert recording.transcript_file == "" and own not in vault.names(interview.pk)


def test_a_transcript_is_taken_only_for_a_video_that_is_here():
    recording = _unfinished()
    with pytest.raises(TranscriptRefused):
        add_transcript(recording=recording, content=b"WEBVTT\n", file_name="a.vtt")
    assert not AnalysisRun.objects.exists() and vault.names(recording.interview_id) == []


def test_deleting_an_answer_does_not_reopen_an_interview_that_is_decided():
    recording = factories.make_ready_recording()
    Interview.objects.update(state="decided", decided_at=factories.long_ago(1), submitted_at=factories.long_ago(2))
    delete_recording(recording=recording)
    assert Interview.objects.get().state == "decided"


def test_erasing_takes_the_plain_video_out_of_a_workers_hands(settings):
    run = lease.claim(runs.queue(recording=factories.make_ready_recording()).pk)
    folder = Path(settings.WORK_DIR) / f"{run.pk}.{run.attempt}" / "media"
    folder.mkdir(parents=True)
    (folder / "source").write_bytes(b"plain video")
    erase(interview=run.recording.interview, actor=factories.SYSTEM, reason="candidate")
    assert not folder.parent.exists()


def test_after_a_position_moves_to_a_stricter_place_forbidden_results_are_gone():
    run = factories.make_complete_run()
    factories.move_position(run.recording.interview.position, "eu")
    assert not Moment.objects.exists() and not Segment.objects.exists()
    assert AnalysisRun.objects.get(state="queued").plan == ["speech", "transcript"]
    assert run.observations_file not in vault.names(run.recording.interview_id)


def test_a_place_that_forbids_nothing_more_changes_nothing():
    run = factories.make_complete_run()
    factories.move_position(run.recording.interview.position, "us-il")
    assert Moment.objects.count() == 2 and Word.objects.exists()


def test_a_change_of_places_that_fails_on_the_way_changes_nothing_at_all(monkeypatch):
    run = factories.make_complete_run()
    position = run.recording.interview.position

    def broken(**_):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("hiring.positions.services.revise_position", broken)
    with pytest.raises(RuntimeError):
        factories.move_position(position, "eu")
    position.refresh_from_db()
    run.refresh_from_db()
    assert position.job_place == "us" and run.state == "complete" and not run.to_discard


def test_a_worker_that_lost_its_run_accepts_and_refuses_nothing():
    interview = factories.make_interview()
    recording = factories.make_ready_recording(interview)
    Recording.objects.update(state="received", original_file="", sha256="")
    run = lease.claim(runs.queue(recording=recording).pk)
    runs.cancel(recording=recording)
    kept = retention_kept()
    with pytest.raises(LeaseLost):
        lease.accept(run=run, kept=kept)
    with pytest.raises(LeaseLost):
        lease.refuse(run=run, step="probe", code="damaged", sentence="It is damaged.")
    recording.refresh_from_db()
    assert recording.state == "received" and recording.refusal == ""


def retention_kept():
    from analysis.types import VideoInfo
    from hiring.recordings.services import Kept

    return Kept("x.original", "0" * 64, VideoInfo("mov", "h264", None, 2, 2, 0, 25.0, 1000))


def test_a_run_that_ends_well_forgets_the_attempt_that_broke_and_notes_what_is_missing():
    recording = factories.make_ready_recording(duration_ms=10_000)
    run = lease.claim(runs.queue(recording=recording).pk)
    lease.put_back(run=run, step="frames", sentence="The analysis broke off.")
    run = lease.claim(run.pk)
    outcome = factories.make_outcome(5_000, [Stage(stage) for stage in run.plan])
    outcome = factories.replace(outcome, manifest={"complete": False, "missing_ms": 5_000})
    lease.complete(run=run, outcome=outcome, observations_file="")
    run.refresh_from_db()
    recording.refresh_from_db()
    assert (run.failure, run.failed_step) == ("", "")
    assert (recording.duration_ms, recording.missing_ms) == (5_000, 5_000)


def _at_once(*jobs) -> list[Exception]:
    """Run the jobs in threads of their own, begun together; return what went wrong, a lost lease apart."""
    faults, barrier = [], threading.Barrier(len(jobs))

    def attempt(job):
        barrier.wait()
        try:
            job()
        except (LeaseLost, NotComplete):
            pass
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_a_worker_saves_ends_well_for_one_of_them():
    """Both lock the same rows; with two orders PostgreSQL would end one of them with a deadlock."""
    for _ in range(5):
        recording = factories.make_ready_recording()
        run = lease.claim(runs.queue(recording=recording).pk)
        name = vault.store(recording.interview_id, io.BytesIO(b"observations"), "parquet")
        outcome = factories.make_outcome(12_000, [Stage(stage) for stage in run.plan])
        faults = _at_once(
            partial(lease.complete, run=run, outcome=outcome, observations_file=name),
            partial(factories.change_consent, recording.interview, [Purpose.RECORDING]),
        )
        assert faults == []
        assert not Moment.objects.filter(run__recording=recording).exists()
        assert not Word.objects.filter(run__recording=recording).exists()


@pytest.mark.django_db(transaction=True)
def test_withdrawing_while_handing_in_ends_well_and_leaves_no_recording():
    for _ in range(12):
        interview = factories.make_ready_recording().interview
        faults = _at_once(
            partial(recordings.submit, interview=Interview.objects.get(pk=interview.pk)),
            partial(factories.change_consent, interview, []),
        )
        assert faults == []
        assert not interview.recordings.exists()
        assert Interview.objects.get(pk=interview.pk).state == "opened"
