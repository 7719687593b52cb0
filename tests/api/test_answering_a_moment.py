"""Confirming, dismissing and taking back over the API."""

from __future__ import annotations

import pytest

from hiring.positions import services as positions
from hiring.review.models import Verdict
from tests import factories
from tests.api.conftest import client_of


@pytest.fixture
def url(team) -> str:
    return f"/api/v1/moments/{team.run.moments.first().pk}/verdict/"


def test_confirming_needs_no_reason(api, team, url):
    body = api.put(url, {"answer": "confirmed"}, format="json").json()
    assert body["own"]["answer"] == "confirmed" and body["own"]["reviewer"] == team.recruiter.name


def test_dismissing_without_a_reason_is_refused_and_changes_nothing(api, url):
    response = api.put(url, {"answer": "dismissed", "reason": "  "}, format="json")
    assert response.status_code == 400
    assert "why you dismiss" in str(response.json()["errors"])
    assert not Verdict.objects.exists()


def test_a_second_answer_replaces_the_first(api, url):
    api.put(url, {"answer": "confirmed"}, format="json")
    api.put(url, {"answer": "dismissed", "reason": "A lamp was switched on."}, format="json")
    assert Verdict.objects.get().reason == "A lamp was switched on."


@pytest.mark.parametrize(
    "body",
    [{}, {"answer": "rejected"}, {"answer": "confirmed", "reason": "x" * 501}, {"answer": None}, [], "confirmed"],
)
def test_an_answer_that_is_none_is_refused(api, url, body):
    assert api.put(url, body, format="json").status_code == 400
    assert not Verdict.objects.exists()


def test_taking_back_removes_ones_own_answer_alone(api, team, url):
    colleague = factories.make_user()
    positions.add_to_team(position=team.position, user=colleague, actor=team.recruiter.as_actor())
    client_of(colleague).put(url, {"answer": "confirmed"}, format="json")
    api.put(url, {"answer": "confirmed"}, format="json")
    assert api.delete(url).status_code == 204
    assert Verdict.objects.get().reviewer == colleague
    assert api.delete(url).status_code == 404


def test_somebody_off_the_team_cannot_answer(outsider, url):
    assert outsider.put(url, {"answer": "confirmed"}, format="json").status_code == 404
    assert outsider.delete(url).status_code == 404
    assert not Verdict.objects.exists()
