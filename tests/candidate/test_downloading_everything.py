"""One ZIP with everything that is kept about the candidate."""

import hashlib
import io
import json
import zipfile

import pytest
from django.utils import timezone

from hiring.audit import services as audit
from hiring.audit.models import Event
from hiring.consent.notice import CURRENT
from hiring.positions import services as positions
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
        "README.txt",
        "interview.json",
        "consent-receipts.json",
        f"notice-{CURRENT}-en.md",
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


def test_who_looked_has_names_and_no_bare_ids(candidate, interview):
    reviewer = factories.make_user(name="Rosa Reviewer")
    audit.record(actor=reviewer.as_actor(), action="viewed.interview", obj=interview, interview=interview)
    positions.new_link(interview=interview, actor=reviewer.as_actor())
    factories.sign_in_candidate(candidate, _opened(interview))
    looks = json.loads(archive_of(candidate).read("who-looked.json"))
    assert [(look["who"], look["action"]) for look in looks] == [
        ("Rosa Reviewer", "invitation.created"),
        ("Rosa Reviewer", "viewed.interview"),
    ]
    assert str(reviewer.pk) not in json.dumps(looks)


def _opened(interview):
    """The same interview, its newest link opened in the candidate's browser."""
    interview.invitations.filter(redeemed_at=None).update(redeemed_at=timezone.now(), proven=True)
    return interview


def test_notes_and_questions_name_the_answer_by_its_folder(candidate, interview):
    reviewer = factories.make_user()
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    review.add_note(recording=run.recording, author=reviewer, at_ms=1000, text="Asked about the rollback")
    written = json.loads(archive_of(candidate).read("what-reviewers-wrote.json"))
    assert [note["answer"] for note in written["notes"]] == ["answer-1"]


def test_a_receipt_comes_with_the_notice_and_the_link_that_it_was_given_through(candidate, interview):
    archive = archive_of(candidate)
    receipt = json.loads(archive.read("consent-receipts.json"))[0]
    text = archive.read(f"notice-{receipt['notice_version']}-{receipt['notice_language']}.md")
    assert hashlib.sha256(text).hexdigest() == receipt["notice_sha256"]
    assert receipt["given_through"]["made_by"] == "this installation"


@pytest.mark.parametrize("language", ["en", "es", "de", "fr"])
def test_a_plain_text_says_what_every_file_is_in_the_candidates_language(candidate, interview, language):
    positions.choose_language(interview=interview, language=language)
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    run.recording.corrections.create(start_ms=0, text="What I said.")
    archive = archive_of(candidate)
    text = archive.read("README.txt").decode()
    assert interview.reference in text and max(map(len, text.splitlines())) < 140
    for name in set(archive.namelist()) - {"README.txt"}:
        stem = name.rpartition("/")[2].partition(".")[0].rstrip("0123456789-").removesuffix(f"-{CURRENT}-{language}")
        assert stem.split("-2")[0] in text, name


def test_a_second_copy_waits_until_the_first_has_ended_and_is_not_written_down(candidate, interview):
    first = candidate.post("/interview/download/")
    refused = candidate.post("/interview/download/")
    assert refused.status_code == 429 and "Another download is under way" in refused.content.decode()
    assert Event.objects.filter(action="interview.exported").count() == 1
    first.getvalue()
    archive_of(candidate)
