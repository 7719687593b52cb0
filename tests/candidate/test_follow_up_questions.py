"""A follow-up question is offered, explained, optional, and nobody else's."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from hiring.audit.services import SYSTEM
from hiring.positions import services as positions
from hiring.positions.models import Interview
from hiring.positions.services import Point
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun, FollowUpOffer
from hiring.worker.points import look
from tests import factories
from tests.candidate.conftest import video_bytes
from tests.candidate.test_downloading_everything import archive_of

pytestmark = pytest.mark.django_db
ANSWERS, HAND_IN = "/interview/answers/", "/interview/hand-in/"
FOLLOW_UP = "What did you tell your customers?"


@pytest.fixture
def offered(interview, question) -> FollowUpOffer:
    points = {question.pk: [Point("rolling back"), Point("what customers were told", FOLLOW_UP)]}
    positions.set_rubric(position=interview.position, points=points, follow_ups=True, actor=SYSTEM)
    look(factories.make_complete_run(factories.make_ready_recording(interview)))
    return FollowUpOffer.objects.get()


def test_it_stands_behind_its_question_and_says_why(candidate, offered):
    page = candidate.get(ANSWERS).content.decode()
    assert page.index("Question 1") < page.index("Optional follow-up to question 1") < page.index("Question 2")
    assert FOLLOW_UP in page and "never at your face or voice" in page
    assert "what customers were told" not in page  # the point would be a hint


def test_it_is_answered_like_any_other(tus, candidate, offered):
    recording = tus.upload(offered.question, video_bytes(5000))
    assert recording.question == offered.question
    assert "never at your face or voice" not in candidate.get(ANSWERS).content.decode()


def test_it_can_be_left_out(tus, candidate, interview, offered):
    tus.upload(interview.position.questions.filter(follows=None).last(), video_bytes(5000))
    page = candidate.get(ANSWERS).content.decode()
    assert HAND_IN in page and "has no video yet" not in page
    candidate.post(HAND_IN)
    interview.refresh_from_db()
    assert interview.state == Interview.State.SUBMITTED
    assert "1 of 2 answers are ready" in candidate.get("/interview/status/").content.decode()


def test_somebody_who_was_not_offered_it_cannot_upload_to_it(client, offered):
    other = factories.make_interview(offered.question.position)
    factories.sign_in_candidate(client, other)
    assert FOLLOW_UP not in client.get(ANSWERS).content.decode()
    assert client.get(reverse("candidate:uploads", args=[offered.question.pk])).status_code in (404, 405)
    sent = {"Tus-Resumable": "1.0.0", "Upload-Length": "10", "Upload-Metadata": "filename YQ=="}
    answer = client.post(reverse("candidate:uploads", args=[offered.question.pk]), headers=sent)
    assert answer.status_code == 404 and not Recording.objects.filter(interview=other).exists()


def test_while_an_answer_is_looked_at_the_page_says_that_one_may_come(candidate, interview, question, tus):
    points = {question.pk: [Point("what customers were told", FOLLOW_UP)]}
    positions.set_rubric(position=interview.position, points=points, follow_ups=True, actor=SYSTEM)
    for each in interview.position.questions.filter(follows=None):
        tus.upload(each, video_bytes(5000))
    assert "data-may-follow" in candidate.get(ANSWERS).content.decode()
    AnalysisRun.objects.update(state=AnalysisRun.State.COMPLETE, finished_at=timezone.now())
    assert "data-may-follow" not in candidate.get(ANSWERS).content.decode()


def test_what_reviewers_see_of_the_points_is_shown_after_handing_in(candidate, interview, offered):
    address = reverse("candidate:result", args=[offered.recording_id])
    assert "what customers were told" not in candidate.get(address).content.decode()
    Interview.objects.update(state=Interview.State.SUBMITTED, submitted_at=timezone.now())
    page = candidate.get(address).content.decode()
    assert "what customers were told" in page and "so we rolled back in eleven minutes" in page


def test_the_copy_of_everything_holds_the_offer_and_the_passages(candidate, offered):
    with archive_of(candidate) as archive:
        (offer,) = json.loads(archive.read("follow-up-questions.json"))
        # before handing in, the points would be a hint
        assert "answer-1/points-of-the-question.json" not in archive.namelist()
    assert "what customers were told" not in str(offer)
    Interview.objects.update(state=Interview.State.SUBMITTED, submitted_at=timezone.now())
    with archive_of(candidate) as archive:
        (offer,) = json.loads(archive.read("follow-up-questions.json"))
        points = json.loads(archive.read("answer-1/points-of-the-question.json"))
    assert (offer["question"], offer["point"], offer["after"]) == (FOLLOW_UP, "what customers were told", "answer-1")
    assert points[0]["quotes"] and points[1]["quotes"] == []
