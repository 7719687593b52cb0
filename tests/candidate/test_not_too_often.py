"""Nobody can fill the record: what is written down of a candidate is limited by the hour, and taking back is not."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from hiring.audit import pace
from hiring.audit import services as audit
from hiring.audit.models import Event
from hiring.consent import selectors as consent
from hiring.policy.rules import Purpose
from hiring.recordings import vault
from hiring.recordings.models import Recording
from tests import factories
from tests.candidate.conftest import video_bytes

pytestmark = pytest.mark.django_db
ALL = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION)


@pytest.fixture
def twice(monkeypatch) -> None:
    """Each act may be done twice an hour."""
    monkeypatch.setattr(pace, "MOST_AN_HOUR", dict.fromkeys(pace.MOST_AN_HOUR, 2))


def _events(action: str) -> int:
    return Event.objects.filter(action=action).count()


def test_uploads_begun_again_and_again_have_to_wait_and_nothing_is_left_of_them(twice, tus, question):
    for _ in range(2):
        assert tus.delete(tus.start(question, 100)).status_code == 204
    answer = tus.create(question, 100)
    assert answer.status_code == 429 and 0 < int(answer["Retry-After"]) <= 3600
    assert answer.json()["error"]["sentence"].endswith("Nothing was changed.")
    assert not Recording.objects.exists() and _events("upload.started") == 2


def test_an_upload_that_is_under_way_goes_on_to_its_end(twice, tus, candidate, interview):
    first, second = interview.position.questions.all()
    there, gone = tus.start(first, 5000), tus.start(second, 5000)
    assert tus.delete(gone).status_code == 204
    assert tus.create(second, 5000).status_code == 429
    assert tus.patch(there, 0, video_bytes(5000)[:2000]).status_code == 204
    assert tus.head(there)["Upload-Offset"] == "2000"
    assert tus.patch(there, 2000, video_bytes(5000)[2000:]).status_code == 204
    assert Recording.objects.get().state == Recording.State.RECEIVED


def test_the_hour_is_over_in_the_end(twice, tus, question, monkeypatch):
    for _ in range(2):
        tus.delete(tus.start(question, 100))
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(pace.timezone, "now", lambda: later)
    assert tus.create(question, 100).status_code == 201


def test_another_interview_is_not_held_up(twice, tus, question, client):
    for _ in range(2):
        tus.delete(tus.start(question, 100))
    other = factories.make_interview()
    factories.sign_in_candidate(client, other)
    assert tus.create(other.position.questions.first(), 100).status_code == 201


def test_agreeing_has_a_limit_and_withdrawing_has_none(twice, candidate, interview):
    factories.change_consent(interview, [Purpose.RECORDING])
    with pytest.raises(pace.TooOften):
        factories.change_consent(interview, ALL)
    assert consent.granted(interview) == {Purpose.RECORDING}
    factories.change_consent(interview, [])
    assert consent.granted(interview) == frozenset()
    candidate.get(reverse("candidate:notice"))
    answer = candidate.post(reverse("candidate:choices"), {"purpose": "recording"})
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 0
    assert consent.granted(interview) == frozenset()


def test_asking_downloading_and_correcting_have_a_limit_with_a_page_that_says_so(twice, candidate, interview):
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    start_ms = run.sentences.first().start_ms
    correct = reverse("candidate:correct", args=[run.recording_id])
    for address, body in (
        (reverse("candidate:adjustment"), {"other": "More time"}),
        (reverse("candidate:download"), {}),
        (correct, {"start_ms": start_ms, "text": "mine"}),
    ):
        for _ in range(2):
            answer = candidate.post(address, body)
            assert answer.status_code in (200, 302)
            answer.getvalue()  # one copy at a time: the next waits for the end of this one
        answer = candidate.post(address, body)
        assert answer.status_code == 429 and "Nothing was changed." in answer.content.decode()
    assert candidate.post(correct, {"start_ms": start_ms, "text": ""}).status_code == 302  # taking it back


def test_a_transcript_too_many_leaves_no_file_and_keeps_what_is_there(twice, candidate, interview):
    recording = factories.make_ready_recording(interview)
    address = reverse("candidate:add_transcript", args=[recording.pk])

    def send(text: bytes):
        return candidate.post(address, {"transcript": SimpleUploadedFile("words.vtt", text)})

    assert [send(b"WEBVTT\n\n00:00.000 --> 00:01.000\n%d\n" % n).status_code for n in range(2)] == [302, 302]
    files = vault.names(interview.pk)
    assert send(b"WEBVTT\n\n00:00.000 --> 00:01.000\nagain\n").status_code == 429
    assert vault.names(interview.pk) == files


def test_deleting_everything_is_always_possible(twice, tus, candidate, question):
    for _ in range(2):
        tus.delete(tus.start(question, 100))
    assert candidate.post(reverse("candidate:delete"), {"sure": "on"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_are_written_down_than_the_limit(twice):
    interview = factories.make_interview(granted=None)
    refused = []

    def ask() -> None:
        try:
            audit.record(actor=interview.as_actor(), action="interview.exported", interview=interview)
        except pace.TooOften as error:
            refused.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _events("interview.exported") == 2 and len(refused) == 4


def test_staff_and_the_system_have_no_limit(twice):
    interview = factories.make_interview()
    for actor in (audit.SYSTEM, factories.make_user().as_actor()):
        for _ in range(3):
            audit.record(actor=actor, action="interview.exported", interview=interview)
    assert _events("interview.exported") == 6
