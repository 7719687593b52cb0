"""A candidate's own transcript is used instead of listening, and only before handing in."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hiring.policy.rules import Purpose
from hiring.positions.models import Interview
from hiring.recordings import vault
from hiring.runs.models import AnalysisRun, Word
from tests import factories

pytestmark = pytest.mark.django_db
VTT = b"WEBVTT\n\n00:00.100 --> 00:01.000\nhello there\n"


@pytest.fixture
def run(client) -> AnalysisRun:
    run = factories.make_complete_run()
    factories.sign_in_candidate(client, run.recording.interview)
    return run


def _add(client, recording, name="words.vtt", content=VTT):
    address = reverse("candidate:add_transcript", args=[recording.pk])
    file = SimpleUploadedFile(name, content)
    return client.post(address, {"transcript": file}, follow=True).content.decode()


def test_the_answer_is_queued_again_with_the_transcript_and_the_old_words_are_gone(client, run):
    assert "Your transcript has been added" in _add(client, run.recording)
    waiting = AnalysisRun.objects.get(recording=run.recording, state="queued")
    assert waiting.fingerprint != run.fingerprint
    assert not Word.objects.exists()
    run.recording.refresh_from_db()
    with vault.open_file(run.recording.interview_id, run.recording.transcript_file) as file:
        assert file.read() == VTT
    assert run.observations_file not in vault.names(run.recording.interview_id)


def test_a_second_transcript_replaces_the_first_and_no_file_is_left_over(client, run):
    _add(client, run.recording)
    before = len(vault.names(run.recording.interview_id))
    _add(client, run.recording, content=VTT + b"\n00:02.000 --> 00:03.000\nagain\n")
    assert len(vault.names(run.recording.interview_id)) == before
    assert AnalysisRun.objects.filter(state="queued").count() == 1


@pytest.mark.parametrize(("name", "content"), [("words.exe", VTT), ("words.vtt", b""), ("words", VTT)])
def test_another_kind_of_file_gets_a_sentence_and_changes_nothing(client, run, name, content):
    files = vault.names(run.recording.interview_id)
    assert "Please choose a WebVTT, SRT or JSON file" in _add(client, run.recording, name, content)
    assert vault.names(run.recording.interview_id) == files and Word.objects.exists()


def test_after_handing_in_nothing_that_reviewers_saw_is_replaced(client, run):
    Interview.objects.update(state="submitted", submitted_at=factories.long_ago(1))
    assert "before you submit" in _add(client, run.recording)
    assert Word.objects.exists() and not run.recording.transcript_file


def test_without_consent_to_a_transcript_none_is_taken(client):
    interview = factories.make_interview(granted=[Purpose.RECORDING])
    recording = factories.make_ready_recording(interview)
    factories.sign_in_candidate(client, interview)
    assert "before you submit" in _add(client, recording)
    recording.refresh_from_db()
    assert recording.transcript_file == ""
