"""Following and repeating a run over the API."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from hiring.audit.models import Event
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from tests import factories
from tests.api.conftest import handed_in


def _failed(team) -> AnalysisRun:
    recording = factories.make_ready_recording(handed_in(factories.make_interview(team.position)))
    run = lease.claim(runs.queue(recording=recording).pk)
    lease.fail(run=run, step="frames", sentence="The picture could not be read after 00:04.")
    run.refresh_from_db()
    return run


def test_a_run_says_how_far_it_is_and_what_it_was_allowed_to_do(api, team):
    body = api.get(f"/api/v1/runs/{team.run.pk}/").json()
    assert body["state"] == "complete" and body["percent"] == 100
    assert "plan" not in body
    assert body["manifest"] == {"weights": {"expression": "abc"}}


def test_nothing_that_a_worker_holds_is_shown(api, team):
    body = api.get(f"/api/v1/runs/{team.run.pk}/").json()
    assert not {"token", "lease_until", "observations_file", "fingerprint"} & set(body)


def test_a_failed_run_says_why_in_one_sentence(api, team):
    body = api.get(f"/api/v1/runs/{_failed(team).pk}/").json()
    assert body["failure"] == "The picture could not be read after 00:04." and body["failed_step"] == "frames"


def test_retrying_a_failed_run_queues_a_new_one(api, team):
    failed = _failed(team)
    response = api.post(f"/api/v1/runs/{failed.pk}/retry/")
    assert response.status_code == 202
    assert response.json()["state"] == "queued" and response.json()["id"] != str(failed.pk)
    again = api.post(f"/api/v1/runs/{failed.pk}/retry/")
    assert again.json()["id"] == response.json()["id"], "asking twice queues once"


def test_a_run_that_did_not_fail_cannot_be_retried(api, team):
    response = api.post(f"/api/v1/runs/{team.run.pk}/retry/")
    assert response.status_code == 409
    assert response.json()["detail"] == "Only an analysis that failed can be started again."
    assert not Event.objects.filter(action="run.retried").exists()


def _set_aside(team) -> AnalysisRun:
    """A run that broke three times on a file that was not checked yet."""
    recording = factories.make_ready_recording(handed_in(factories.make_interview(team.position)))
    type(recording).objects.filter(pk=recording.pk).update(state="received", original_file="", sha256="")
    run = runs.queue(recording=recording)
    AnalysisRun.objects.filter(pk=run.pk).update(state="quarantined", attempt=3, finished_at=timezone.now())
    return run


@pytest.mark.parametrize("make", [_failed, _set_aside])
@pytest.mark.parametrize("by", ["page", "api"])
def test_page_and_api_start_the_same_analyses_again(api, team, client, make, by):
    run = make(team)
    client.force_login(team.recruiter, backend="django.contrib.auth.backends.ModelBackend")
    if by == "page":
        assert client.post(reverse("recruiter:retry", args=[run.recording_id])).status_code == 302
    else:
        assert api.post(f"/api/v1/runs/{run.pk}/retry/").status_code == 202
    assert run.recording.runs.filter(state="queued").count() == 1


@pytest.mark.parametrize("by", ["page", "api"])
def test_page_and_api_refuse_the_same_ones(api, team, client, by):
    refused = _failed(team)
    type(refused.recording).objects.filter(pk=refused.recording_id).update(state="refused", refusal_code="empty")
    client.force_login(team.recruiter, backend="django.contrib.auth.backends.ModelBackend")
    for run in (team.run, refused):
        if by == "page":
            page = client.post(reverse("recruiter:retry", args=[run.recording_id]), follow=True).content.decode()
            assert "Only an analysis that failed can be started again." in page
        else:
            assert api.post(f"/api/v1/runs/{run.pk}/retry/").status_code == 409
        assert not run.recording.runs.filter(state="queued").exists()
