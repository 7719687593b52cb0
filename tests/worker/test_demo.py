"""`manage.py demo` makes everything that a first look needs, and can be repeated."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from hiring.accounts.models import User
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun

pytestmark = pytest.mark.django_db(transaction=True)
FACTS = {
    "base_url", "admin", "recruiter", "outsider", "api_token", "outsider_token", "candidate_url", "position_id",
    "interview_id", "recording_id", "run_id", "review_url",
}  # fmt: skip


@pytest.fixture
def demo(settings, tmp_path):
    settings.VAR_DIR = tmp_path

    def run(**options) -> dict:
        out = io.StringIO()
        call_command("demo", json=True, stdout=out, stderr=io.StringIO(), **options)
        return json.loads(out.getvalue())

    return run


def test_the_demo_of_a_real_file_is_made_once_and_opens_for_those_on_the_team(demo, shared, client, tmp_path):
    video, transcript = shared("media/clips/short_smile.mp4"), tmp_path / "words.vtt"
    transcript.write_text("WEBVTT\n\n00:00.000 --> 00:01.000\nhello there\n")
    first = demo(video=video, transcript=transcript)
    second = demo(video=video, transcript=transcript)
    assert set(first) == FACTS
    assert first["run_id"] == second["run_id"] and first["recruiter"] == second["recruiter"]
    assert (User.objects.count(), Interview.objects.count(), AnalysisRun.objects.count()) == (3, 1, 1)
    assert AnalysisRun.objects.get().transcript_source == "uploaded"
    for person, status in (("recruiter", 200), ("outsider", 404)):
        assert client.login(username=first[person]["login"], password=first[person]["password"], request=_request())
        assert client.get(reverse("recruiter:interview", args=[first["interview_id"]])).status_code == status
        client.logout()
    for token, status in (("api_token", 200), ("outsider_token", 404)):
        headers = {"authorization": f"Token {second[token]}"}
        assert (
            client.get(f"/api/v1/recordings/{first['recording_id']}/timeline/", headers=headers).status_code == status
        )
    path = second["candidate_url"].removeprefix(second["base_url"])
    assert client.get(path).status_code == 302


def _request():
    from django.test import RequestFactory

    return RequestFactory().post("/")


def test_a_file_that_is_missing_is_named_and_nothing_is_made(demo, tmp_path):
    with pytest.raises(CommandError, match=r"nothing\.mp4"):
        demo(video=tmp_path / "nothing.mp4")
    assert not User.objects.exists()


def test_a_file_that_is_no_video_gets_one_sentence(demo, tmp_path):
    text = tmp_path / "notes.mp4"
    text.write_text("just a text")
    with pytest.raises(CommandError, match="not a video"):
        demo(video=text)
    assert not Recording.objects.exists()
