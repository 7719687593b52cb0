"""Withdrawing takes one form, like giving; what rested on the purpose is gone at once."""

import pytest

from hiring.consent import selectors as consent
from hiring.policy.rules import Purpose
from hiring.recordings import vault
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun, Moment, Word
from tests import factories
from tests.candidate.conftest import video_bytes

pytestmark = pytest.mark.django_db
CHOICES = "/interview/choices/"


def keep(candidate, *purposes: str):
    return candidate.post(CHOICES, {"purpose": purposes, "my_choices": "1"}, follow=True)


def test_a_withdrawn_purpose_cancels_the_queued_run_and_queues_one_without_it(tus, candidate, question):
    tus.upload(question, video_bytes(5000))
    before = AnalysisRun.objects.get()
    assert "expression" in before.plan
    keep(candidate, "recording", "transcript")
    before.refresh_from_db()
    assert before.state == AnalysisRun.State.CANCELLED
    assert AnalysisRun.objects.get(state="queued").plan == ["speech", "transcript"]


def test_results_of_a_withdrawn_purpose_are_deleted_with_their_files(candidate, interview):
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    observations = run.observations_file
    keep(candidate, "recording")
    assert not Moment.objects.exists() and not Word.objects.exists()
    assert observations not in vault.names(interview.pk)
    assert AnalysisRun.objects.get(state="queued").plan == []


def test_withdrawing_the_recording_deletes_every_video(tus, candidate, interview, settings):
    recording = factories.make_ready_recording(interview)
    tus.upload(interview.position.questions.last(), video_bytes(5000))
    page = keep(candidate).content.decode()
    assert "have been deleted" in page
    assert not Recording.objects.exists() and not AnalysisRun.objects.exists()
    assert vault.names(recording.interview_id) == []
    assert list(settings.UPLOAD_DIR.iterdir()) == []
    assert consent.granted(interview) == frozenset()


def test_an_unfinished_upload_goes_with_the_recording(tus, candidate, question, settings):
    recording = tus.start(question, 10_000)
    tus.patch(recording, 0, video_bytes(10_000)[:6000])
    keep(candidate)
    assert not Recording.objects.exists()
    assert list(settings.UPLOAD_DIR.iterdir()) == []


def test_saving_the_same_choices_changes_nothing_but_adds_a_receipt(candidate, interview):
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    rows = consent.receipts(interview).count()
    keep(candidate, "recording", "transcript", "expression")
    assert consent.receipts(interview).count() == rows + 5
    assert Moment.objects.filter(run=run).exists()


def test_giving_takes_as_many_steps_as_withdrawing(candidate, interview):
    keep(candidate, "recording")
    keep(candidate, "recording", "expression")
    assert consent.granted(interview) == {Purpose.RECORDING, Purpose.EXPRESSION}


def test_the_form_shows_what_is_in_force(candidate):
    page = candidate.get(CHOICES).content.decode()
    assert page.count(" checked") == 3
