"""Answers are handed in when every question has a video, once, by the candidate."""

import pytest

from hiring.audit.models import Event
from hiring.positions.models import Interview
from hiring.recordings import services as recordings
from hiring.recordings.models import Recording
from hiring.recordings.wording import refusal_sentence
from tests import factories
from tests.candidate.conftest import video_bytes

pytestmark = pytest.mark.django_db
VIDEO = video_bytes(5000)
ANSWERS = "/interview/answers/"


def test_the_button_appears_when_no_question_is_left(tus, candidate, interview):
    first, second = interview.position.questions.all()
    tus.upload(first, VIDEO)
    page = candidate.get(ANSWERS).content.decode()
    assert "1 question has no video yet" in page and "/interview/hand-in/" not in page
    tus.upload(second, VIDEO)
    assert "/interview/hand-in/" in candidate.get(ANSWERS).content.decode()


def test_handing_in_notes_the_time_once(tus, candidate, interview):
    for question in interview.position.questions.all():
        tus.upload(question, VIDEO)
    assert candidate.post("/interview/hand-in/")["Location"] == "/interview/status/"
    interview.refresh_from_db()
    at = interview.submitted_at
    assert interview.state == Interview.State.SUBMITTED and at is not None
    candidate.post("/interview/hand-in/")
    interview.refresh_from_db()
    assert interview.submitted_at == at
    assert Event.objects.filter(action="interview.submitted").count() == 1


def test_with_a_question_left_nothing_is_handed_in(tus, candidate, interview, question):
    tus.upload(question, VIDEO)
    page = candidate.post("/interview/hand-in/", follow=True).content.decode()
    assert "Not every question has a video yet" in page
    interview.refresh_from_db()
    assert interview.state == Interview.State.OPENED


def test_an_unfinished_upload_does_not_count(tus, interview):
    first, second = interview.position.questions.all()
    tus.upload(first, VIDEO)
    tus.start(second, 100)
    with pytest.raises(recordings.NotComplete):
        recordings.submit(interview=interview)


def test_after_the_decision_nothing_is_handed_in(interview):
    Interview.objects.update(state=Interview.State.DECIDED)
    with pytest.raises(recordings.NotComplete):
        recordings.submit(interview=interview)


def test_a_refused_video_says_why_and_makes_room_for_another(tus, candidate, question):
    recording = tus.upload(question, VIDEO)
    recordings.refuse(recording=recording, code="truncated", sentence="raw")
    page = candidate.get(ANSWERS).content.decode()
    assert "The end of this file is missing" in page and "data-drop" in page
    assert tus.upload(question, VIDEO).state == Recording.State.RECEIVED
    assert "The end of this file is missing" not in candidate.get(ANSWERS).content.decode()


@pytest.mark.parametrize(
    "code",
    [
        *("not_video", "empty", "truncated", "too_long", "too_many_frames"),
        *("too_large_picture", "unsupported", "no_video", "damaged", "too_slow"),
    ],
)
def test_every_fault_has_its_own_sentence(code):
    recording = Recording(state=Recording.State.REFUSED, refusal_code=code, refusal="raw")
    assert refusal_sentence(recording) not in ("", "raw")


def test_an_unfinished_upload_is_shown_after_a_reload_with_the_file_to_choose(tus, candidate, question):
    recording = tus.start(question, 10_000, "my answer.mp4")
    tus.patch(recording, 0, video_bytes(10_000)[:4500])
    page = candidate.get(ANSWERS).content.decode()
    for fact in ('data-name="my answer.mp4"', 'data-size="10000"', "stopped at 45%", str(recording.pk)):
        assert fact in page


def test_one_video_can_be_deleted_and_the_answer_is_open_again(tus, candidate, interview):
    for question in interview.position.questions.all():
        tus.upload(question, VIDEO)
    candidate.post("/interview/hand-in/")
    for recording in Recording.objects.all():
        candidate.post(f"/interview/answers/{recording.pk}/delete/")
    interview.refresh_from_db()
    assert not Recording.objects.exists()
    assert interview.state == Interview.State.OPENED


def test_nobody_deletes_the_video_of_somebody_else(client):
    recording = factories.make_ready_recording()
    factories.sign_in_candidate(client, factories.make_interview())
    assert client.post(f"/interview/answers/{recording.pk}/delete/").status_code == 404
    assert Recording.objects.filter(pk=recording.pk).exists()
