"""Every error has one shape."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.throttling import UserRateThrottle


def _is_problem(response, status: int) -> dict:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == "about:blank" and body["status"] == status and body["title"] and body["detail"]
    return body


def test_without_a_token(client, team):
    response = client.get(f"/api/v1/recordings/{team.recording.pk}/")
    _is_problem(response, 401)
    assert response.headers["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "value", ["Token", "Token x", "Token a b", "Token ü", "Token \xff\xfe", "Token " + "a" * 5000]
)
def test_with_a_token_that_is_none(client, db, value):
    _is_problem(client.get("/api/v1/me/", HTTP_AUTHORIZATION=value), 401)


@pytest.mark.parametrize("kind", ["positions", "interviews", "recordings", "moments", "runs"])
def test_an_unknown_id_and_one_of_another_team_answer_alike(api, outsider, team, kind):
    pk = {
        "positions": team.position.pk,
        "interviews": team.interview.pk,
        "recordings": team.recording.pk,
        "moments": team.run.moments.first().pk,
        "runs": team.run.pk,
    }[kind]
    unknown = _is_problem(api.get(f"/api/v1/{kind}/{uuid.uuid4()}/"), 404)
    assert _is_problem(outsider.get(f"/api/v1/{kind}/{pk}/"), 404) == unknown
    assert api.get(f"/api/v1/{kind}/{pk}/").status_code == 200


@pytest.mark.parametrize("path", ["recordings/7/", "nothing/", "", "interviews/rank/"])
def test_an_address_that_is_none(api, client, path):
    _is_problem(api.get(f"/api/v1/{path}"), 404)
    _is_problem(client.get(f"/api/v1/{path}"), 401)


def test_a_method_that_is_not_offered(api, team):
    body = _is_problem(api.delete(f"/api/v1/recordings/{team.recording.pk}/"), 405)
    assert body["title"] == "Method Not Allowed" and "DELETE" in body["detail"]
    _is_problem(api.options("/api/v1/interviews/"), 405)


def test_a_body_that_cannot_be_read(api, team):
    url = f"/api/v1/recordings/{team.recording.pk}/notes/"
    _is_problem(api.generic("POST", url, "{no json", content_type="application/json"), 400)
    _is_problem(api.generic("POST", url, b"\xff\xfe\x00", content_type="application/json"), 400)
    _is_problem(api.generic("POST", url, "at_ms=1", content_type="application/x-www-form-urlencoded"), 415)


def test_values_that_are_not_accepted_are_named(api, team):
    response = api.post(f"/api/v1/recordings/{team.recording.pk}/notes/", {"at_ms": "soon"}, format="json")
    assert set(_is_problem(response, 400)["errors"]) == {"at_ms", "text"}


def test_a_problem_is_json_even_where_yaml_was_asked_for(client, api):
    _is_problem(client.get("/api/v1/schema/", headers={"Accept": "application/yaml"}), 401)
    _is_problem(api.get("/api/v1/me/", HTTP_ACCEPT="image/png"), 406)


def test_too_many_requests(api, monkeypatch):
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    assert [api.get("/api/v1/me/").status_code for _ in range(2)] == [200, 200]
    response = api.get("/api/v1/me/")
    _is_problem(response, 429)
    assert int(response.headers["Retry-After"]) > 0


def test_an_address_with_a_line_break_is_answered_like_any_other_unknown_one(api):
    response = api.get("/api/v1/recordings/%0A/moments/")
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")
