"""What reviewers see of an answer, its candidate sees as well, and who looked."""

import pytest
from django.urls import reverse

from hiring.audit import services as audit
from hiring.policy.rules import Purpose
from hiring.recordings.models import Recording
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(candidate, interview):
    return factories.make_complete_run(factories.make_ready_recording(interview))


def page_of(client, recording) -> str:
    return client.get(f"/interview/results/{recording.pk}/").content.decode()


def test_every_moment_has_its_sentence_its_time_and_a_link_into_the_video(candidate, run):
    page = page_of(candidate, run.recording)
    for moment in run.moments.all():
        assert f'data-seek-ms="{moment.start_ms}"' in page
    assert "The candidate&#x27;s face was not in the picture for 1.5 s." in page
    assert "is not found for at least 1 s." in page, "the rule, with its threshold"
    assert "#t=4.0" in page


def test_the_transcript_and_what_it_cannot_tell_stand_beside_it(candidate, run):
    page = page_of(candidate, run.recording)
    assert "so we rolled back in eleven minutes" in page
    assert "an expression is not a feeling" in page


def test_captions_are_served_for_the_player(candidate, run):
    answer = candidate.get(f"/interview/results/{run.recording_id}/captions/")
    assert answer["Content-Type"].startswith("text/vtt")
    assert answer.content.startswith(b"WEBVTT")


def test_a_picture_of_the_video_is_served(candidate, run):
    answer = candidate.get(f"/interview/results/{run.recording_id}/poster/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    Recording.objects.update(poster_file="")
    assert candidate.get(f"/interview/results/{run.recording_id}/poster/").status_code == 404


def test_without_a_playable_copy_the_original_is_played(candidate, run):
    Recording.objects.update(playable_file="", container="matroska")
    answer = candidate.get(f"/interview/results/{run.recording_id}/video/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "video/webm")
    assert answer.getvalue() == factories.MP4_HEAD


def test_who_looked_and_when_is_listed_and_own_looks_are_not(candidate, interview, run):
    reviewer = factories.make_user(name="Grace Reviewer")
    audit.record(actor=reviewer.as_actor(), action="viewed.recording", obj=run.recording, interview=interview)
    audit.record(actor=interview.as_actor(), action="viewed.recording", obj=run.recording, interview=interview)
    page = candidate.get("/interview/results/").content.decode()
    assert page.count("Grace Reviewer") == 1 and page.count("opened an answer") == 1


def test_nobody_sees_the_results_of_somebody_else(client):
    run = factories.make_complete_run()
    factories.sign_in_candidate(client, factories.make_interview())
    for part in ("", "video/", "poster/", "captions/"):
        assert client.get(f"/interview/results/{run.recording_id}/{part}").status_code == 404


def test_without_a_transcript_the_page_says_that_none_was_chosen(client):
    interview = factories.make_interview(granted=(Purpose.RECORDING,))
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    factories.sign_in_candidate(client, interview)
    page = page_of(client, run.recording)
    assert "You chose no transcript" in page and "No moments were marked" in page


def test_an_answer_that_is_not_ready_leads_to_the_status(tus, candidate, question):
    recording = tus.start(question, 10)
    assert candidate.get(f"/interview/results/{recording.pk}/")["Location"] == "/interview/status/"
    assert candidate.get(f"/interview/results/{recording.pk}/video/").status_code == 404


def test_no_count_of_moments_stands_where_nothing_was_looked_for(client):
    interview = factories.make_interview(granted=[Purpose.RECORDING])
    factories.make_complete_run(factories.make_ready_recording(interview))
    factories.sign_in_candidate(client, interview)
    page = client.get(reverse("candidate:results")).content.decode()
    assert "marked moment" not in page.split("Download a copy")[0] and "Watch your video" in page


def test_with_words_alone_the_list_says_video_and_transcript(client):
    interview = factories.make_interview(granted=[Purpose.RECORDING, Purpose.TRANSCRIPT])
    factories.make_complete_run(factories.make_ready_recording(interview))
    factories.sign_in_candidate(client, interview)
    assert ">Video and transcript</a>" in client.get(reverse("candidate:results")).content.decode()


def test_a_moment_of_less_than_a_second_does_not_begin_where_it_ends(candidate, run):
    moment = run.moments.first()
    type(moment).objects.filter(pk=moment.pk).update(start_ms=1200, peak_ms=1300, end_ms=1800)
    page = page_of(candidate, run.recording)
    assert "00:01.2–00:01.8" in page and "00:01–00:01" not in page


def test_every_page_names_the_interview_by_its_reference(candidate, interview, run):
    for name in ("answers", "status", "choices", "receipts", "results", "delete", "adjustment", "notice"):
        assert interview.reference in candidate.get(reverse(f"candidate:{name}")).content.decode(), name
