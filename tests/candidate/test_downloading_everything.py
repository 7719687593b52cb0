"""One ZIP with everything that is kept about the candidate."""

import hashlib
import io
import json
import zipfile

import pytest

from hiring.audit.models import Event
from hiring.review import services as review
from tests import factories
from tests.candidate.conftest import video_bytes

pytestmark = pytest.mark.django_db
VIDEO = video_bytes(700_000)


def archive_of(client) -> zipfile.ZipFile:
    answer = client.post("/interview/download/")
    assert answer["Content-Type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_it_holds_the_original_transcript_moments_and_receipts(candidate, interview):
    run = factories.make_complete_run(factories.make_ready_recording(interview, content=VIDEO))
    archive = archive_of(candidate)
    assert archive.testzip() is None
    assert hashlib.sha256(archive.read("answer-1/original.mp4")).digest() == hashlib.sha256(VIDEO).digest()
    assert archive.read("answer-1/transcript.vtt").startswith(b"WEBVTT")
    moments = json.loads(archive.read("answer-1/moments.json"))
    assert [moment["start_ms"] for moment in moments] == [m.start_ms for m in run.moments.all()]
    receipts = json.loads(archive.read("consent-receipts.json"))
    assert {row["purpose"] for row in receipts} == {"recording", "transcript", "expression", "eyes_head", "voice"}
    assert json.loads(archive.read("interview.json"))["candidate_name"] == "Ada Candidate"
    assert archive.read("answer-1/observations.parquet").startswith(b"PAR1")
    assert archive.read("answer-1/sound.parquet").startswith(b"PAR1")
    (sentence,) = json.loads(archive.read("answer-1/sentences.json"))
    assert (sentence["first_word"], sentence["after_word"]) == (0, run.words.count())


def test_before_any_video_it_holds_the_receipts(candidate):
    assert archive_of(candidate).namelist() == [
        "interview.json",
        "consent-receipts.json",
        "who-looked.json",
        "what-reviewers-wrote.json",
    ]


def test_it_holds_what_reviewers_wrote_and_not_who(candidate, interview):
    reviewer = factories.make_user(name="Rosa Unmistakable")
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    review.add_note(recording=run.recording, author=reviewer, at_ms=1000, text="Asked about the rollback")
    review.give_verdict(moment=run.moments.first(), reviewer=reviewer, answer="dismissed", reason="Just a yawn")
    written = archive_of(candidate).read("what-reviewers-wrote.json").decode()
    assert "Asked about the rollback" in written and "Just a yawn" in written and "Unmistakable" not in written


def test_taking_a_copy_is_written_down(candidate, interview):
    archive_of(candidate)
    assert Event.objects.get(action="interview.exported").interview_id == str(interview.pk)


def test_it_is_a_button_and_not_a_link_that_a_browser_may_fetch_ahead(candidate):
    assert candidate.get("/interview/download/").status_code == 405


def test_a_strange_file_name_does_not_become_a_path(candidate, interview):
    recording = factories.make_ready_recording(interview)
    type(recording).objects.update(file_name="x./../../etc")
    names = archive_of(candidate).namelist()
    assert "answer-1/original.etc" in names and not any(".." in name for name in names)
