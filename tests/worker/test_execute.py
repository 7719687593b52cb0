"""A run from claim to save, on real video, in this process."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from analysis.types import EXPRESSIONS, Interrupted
from hiring.policy.rules import Purpose
from hiring.recordings import services as recordings
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.recordings.selectors import peaks_of
from hiring.review import overview
from hiring.runs import services as runs
from hiring.runs.models import ATTEMPTS, AnalysisRun
from hiring.worker import execute as module
from hiring.worker import intake
from hiring.worker.execute import execute
from tests import factories

# The keeper's thread has a connection of its own, so rows must really be committed.
pytestmark = pytest.mark.django_db(transaction=True)
EVERYTHING = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION, Purpose.EYES_HEAD)


def received(video: Path | bytes, granted=EVERYTHING) -> Recording:
    """A recording whose bytes are all here, as an upload leaves it."""
    content = video if isinstance(video, bytes) else video.read_bytes()
    interview = factories.make_interview(granted=granted)
    recording = uploads.create(
        interview=interview,
        question=interview.position.questions.first(),
        size_bytes=len(content),
        file_name="answer.mp4",
    )
    uploads.append(recording=recording, offset=0, pieces=iter([content]))
    assert uploads.mark_received(recording)
    recording.refresh_from_db()
    return recording


def _executed(recording: Recording) -> AnalysisRun:
    run = runs.queue(recording=recording)
    execute(run.pk)
    run.refresh_from_db()
    recording.refresh_from_db()
    return run


def _left_behind(settings) -> list[str]:
    folders = [Path(settings.WORK_DIR), Path(settings.UPLOAD_DIR)]
    return [str(path) for folder in folders if folder.exists() for path in folder.iterdir()]


def test_a_real_answer_is_analysed_frame_by_frame_and_kept_encrypted(shared, settings, monkeypatch):
    monkeypatch.setattr(overview, "SHORTEST_MS", 1000)  # else only a recording of many minutes has one
    recording = received(shared("media/clips/short_smile.mp4"))
    run = _executed(recording)
    assert run.state == "complete", run.failure
    assert recording.state == "ready" and recording.duration_ms > 1000 and recording.sha256
    with vault.open_file(recording.interview_id, run.observations_file) as file:
        table = pq.read_table(file)
    assert table.num_rows == run.frames
    shares = [
        sum(row)
        for row in zip(*(table[f"p_{name}"].to_pylist() for name in EXPRESSIONS), strict=True)
        if None not in row
    ]
    assert len(shares) == run.frames_with_face or len(shares) > 0.5 * run.frames
    assert all(abs(share - 1) < 1e-3 for share in shares)
    lines = overview.read(recording.interview_id, run.overview_file, 0, run.total_ms, 3)
    assert lines.expressions == list(EXPRESSIONS) and "head_yaw_deg" in lines.face_signals
    assert peaks_of(recording) if recording.audio_codec else not peaks_of(recording)
    with vault.open_file(recording.interview_id, recording.playable_file) as file:
        assert file.read(12)[4:8] == b"ftyp"
    with vault.open_file(recording.interview_id, recording.original_file) as file:
        assert file.read() == shared("media/clips/short_smile.mp4").read_bytes()
    assert _left_behind(settings) == []


def test_without_consent_to_expression_no_expression_is_anywhere(shared):
    run = _executed(received(shared("media/clips/short_smile.mp4"), (Purpose.RECORDING, Purpose.EYES_HEAD)))
    assert run.state == "complete" and run.plan == ["faces", "landmarks", "liveness"]
    assert not run.segments.filter(stage="expression").exists() and not run.words.exists()
    with vault.open_file(run.recording.interview_id, run.observations_file) as file:
        table = pq.read_table(file)
    present = [
        name
        for name in table.column_names
        if name[:2] in ("p_", "s_", "u_") and table[name].null_count < table.num_rows
    ]
    assert present == []


def test_without_consent_to_any_analysis_the_recording_is_still_kept_and_playable(shared):
    run = _executed(received(shared("media/clips/short_smile.mp4"), (Purpose.RECORDING,)))
    assert run.state == "complete" and run.plan == [] and run.recording.state == "ready"
    assert run.recording.playable_file and not run.moments.exists()


def test_a_file_that_only_begins_like_a_video_is_refused_with_a_sentence(settings):
    recording = received(factories.MP4_HEAD + b"\x00" * 5000)
    run = _executed(recording)
    assert run.state == "failed" and recording.state == "refused"
    assert run.failure == recording.refusal and recording.refusal.endswith(".")
    assert recording.refusal_code and vault.names(recording.interview_id) == []
    assert _left_behind(settings) == []


def test_a_decoder_that_the_system_ended_refuses_no_recording(shared, monkeypatch):
    """As a system does that runs out of memory. The file was not to blame, so it stays and is tried again."""
    recording = received(shared("media/clips/short_smile.mp4"))
    run = runs.queue(recording=recording)

    def ended(*_args, **_options):
        raise Interrupted("The process that reads the recording was ended by SIGKILL.")

    monkeypatch.setattr(intake, "look_at", ended)
    assert [execute(run.pk) for _ in range(ATTEMPTS)] == ["put back"] * ATTEMPTS
    run.refresh_from_db()
    recording.refresh_from_db()
    assert (run.state, recording.state) == ("quarantined", "received") and uploads.path_of(recording).exists()


def test_after_a_refusal_another_file_can_be_uploaded(shared):
    refused = received(factories.MP4_HEAD + b"\x00" * 5000)
    _executed(refused)
    again = uploads.create(
        interview=refused.interview, question=refused.question, size_bytes=10, file_name="better.mp4"
    )
    assert again.state == "uploading"


def test_an_attempt_that_breaks_is_put_back_and_loses_nothing(shared, monkeypatch):
    recording = received(shared("media/clips/short_smile.mp4"))

    def broken(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(module, "Analysis", broken)
    run = _executed(recording)
    assert run.state == "queued" and run.attempt == 1 and "RuntimeError" in run.failure
    monkeypatch.undo()
    execute(run.pk)
    run.refresh_from_db()
    assert run.state == "complete" and run.attempt == 2


def test_withdrawing_while_it_runs_stops_it_and_keeps_nothing(shared, monkeypatch, settings):
    settings.RUN_LEASE_SECONDS = 1
    recording = received(shared("media/clips/expressive_d0.mp4"))
    real = module.Analysis.__iter__

    def withdrawn_half_way(self):
        for number, window in enumerate(real(self)):
            if number == 1:
                factories.change_consent(recording.interview, [Purpose.RECORDING])
            yield window

    monkeypatch.setattr(module.Analysis, "__iter__", withdrawn_half_way)
    run = runs.queue(recording=recording)
    assert execute(run.pk) == "stopped"
    run.refresh_from_db()
    assert run.state == "cancelled" and not run.words.exists() and not run.observations_file
    recording.refresh_from_db()
    assert recording.state == "ready"
    named = {recording.original_file, recording.playable_file, recording.poster_file}
    assert set(vault.names(recording.interview_id)) == named


def test_a_plan_that_consent_no_longer_covers_is_not_started(shared, monkeypatch):
    recording = received(shared("media/clips/short_smile.mp4"))
    run = runs.queue(recording=recording)
    recording.interview.candidate_place = "eu"
    recording.interview.save(update_fields=["candidate_place"])
    assert execute(run.pk) == "stopped"
    run.refresh_from_db()
    assert run.state == "cancelled"
    assert AnalysisRun.objects.get(state="queued").plan == ["faces", "landmarks", "liveness", "speech", "transcript"]


def test_an_uploaded_transcript_is_used(shared):
    recording = received(shared("media/clips/short_smile.mp4"))
    text = b"WEBVTT\n\n00:00.100 --> 00:01.000\nhello there\n"
    name = vault.store(recording.interview_id, io.BytesIO(text), "vtt")
    recordings.attach_transcript(recording=recording, transcript_file=name, actor=factories.SYSTEM)
    run = _executed(recording)
    assert run.state == "complete" and run.transcript_source == "uploaded"
    assert [word.text for word in run.words.all()] == ["hello", "there"]


def test_a_transcript_with_what_no_database_stores_is_saved_without_it(shared):
    recording = received(shared("media/clips/short_smile.mp4"))
    text = (
        b'[{"text": "he\\u0000llo\\ud800 there", "start": 0, "end": 1, "speaker": "\\udfffAda", "confidence": 1e400}]'
    )
    name = vault.store(recording.interview_id, io.BytesIO(text), "json")
    recordings.attach_transcript(recording=recording, transcript_file=name, actor=factories.SYSTEM)
    run = _executed(recording)
    assert run.state == "complete" and run.transcript_source == "uploaded"
    assert [(word.text, word.speaker) for word in run.words.all()] == [("hello", "Ada"), ("there", "Ada")]


def test_a_transcript_that_cannot_be_read_costs_nothing_but_a_sentence(shared):
    recording = received(shared("media/clips/short_smile.mp4"))
    name = vault.store(recording.interview_id, io.BytesIO(b"this is no transcript"), "vtt")
    recordings.attach_transcript(recording=recording, transcript_file=name, actor=factories.SYSTEM)
    run = _executed(recording)
    assert run.state == "complete" and run.transcript_source != "uploaded"
    assert run.transcript_note.startswith("The transcript is neither WebVTT, SRT nor JSON.")


def test_a_run_delivered_twice_is_done_once(shared):
    run = _executed(received(shared("media/clips/short_smile.mp4")))
    assert execute(run.pk) == "unavailable"
    assert AnalysisRun.objects.filter(state="complete").count() == 1
