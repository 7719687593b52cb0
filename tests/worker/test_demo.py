"""`manage.py demo` makes everything that a first look needs, and can be repeated."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.urls import reverse
from knox.settings import CONSTANTS

from hiring.accounts import services as accounts
from hiring.accounts.models import ApiToken, User
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun
from hiring.worker.management.commands import demo as command
from tests import factories

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


@pytest.fixture
def analysed(monkeypatch):
    """The demo without what takes long: its recording is in the vault already, and analysed."""
    made = {}

    def recording(position, _video, _transcript):
        if not made:
            made["run"] = factories.make_complete_run(
                factories.make_ready_recording(factories.make_interview(position))
            )
        return made["run"].recording

    monkeypatch.setattr(command, "_recording", recording)
    monkeypatch.setattr(command.Command, "_media", lambda *_: (None, None))
    monkeypatch.setattr(command.Command, "_analysed", lambda *_: made["run"])


def test_a_repeated_demo_ends_its_earlier_tokens_and_nobody_elses(demo, analysed):
    first = demo()
    recruiter = User.objects.get(email=first["recruiter"]["login"])
    own = accounts.issue_token(user=recruiter, name="Own", actor=recruiter.as_actor())
    second = demo()
    kept = (own, second["api_token"], second["outsider_token"])
    live = set(ApiToken.objects.values_list("token_key", flat=True))
    assert live == {token[: CONSTANTS.TOKEN_KEY_LENGTH] for token in kept}


def test_tokens_that_nobody_is_shown_are_not_made(settings, tmp_path, analysed):
    settings.VAR_DIR, out = tmp_path, io.StringIO()
    call_command("demo", stdout=out, stderr=io.StringIO())
    assert "password" in out.getvalue() and not ApiToken.objects.exists()


@pytest.mark.parametrize("arguments", [("demo",), ("demo", "--json"), ("audit_network", ".")])
def test_without_tables_a_command_says_in_a_sentence_what_to_do(tmp_path, arguments):
    # Another process with an installation of its own: the tables of this one are here.
    servers = ("DATABASE_URL", "CELERY_BROKER_URL", "BASE_URL", "ALLOWED_HOSTS")
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=django_settings.BASE_DIR,
        env={name: value for name, value in os.environ.items() if name not in servers} | {"VAR_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "Run `manage.py migrate` first" in done.stderr


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
