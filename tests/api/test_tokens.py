"""Making and revoking tokens over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from hiring.accounts import services
from hiring.accounts.models import ApiToken
from hiring.audit.models import Event
from tests import factories
from tests.api.conftest import client_of


def test_me_is_the_holder_of_the_token(api, team):
    assert api.get("/api/v1/me/").json() == {
        "id": str(team.recruiter.pk),
        "name": team.recruiter.name,
        "email": team.recruiter.email,
        "role": "recruiter",
    }


NAME, JSON = {"name": "ATS import"}, {"content_type": "application/json"}


@pytest.fixture
def desk(client, team):
    """The recruiter, signed in."""
    client.force_login(team.recruiter, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_new_token_works_and_only_its_hash_is_stored(desk):
    body = desk.post("/api/v1/tokens/", NAME, **JSON).json()
    row = ApiToken.objects.get(token_key=body["key"])
    assert (row.name, body["name"]) == ("ATS import", "ATS import")
    assert body["token"] not in (row.digest, row.token_key) and body["token"].startswith(body["key"])
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Token {body['token']}"})
    assert answer.status_code == 200


def test_a_token_makes_no_other_token(api):
    before = ApiToken.objects.count()
    refused = api.post("/api/v1/tokens/", NAME, format="json")
    assert refused.status_code == 403 and "sign in" in refused.json()["detail"]
    assert ApiToken.objects.count() == before


def test_a_token_without_a_name_is_refused(desk):
    assert desk.post("/api/v1/tokens/", {}, content_type="application/json").status_code == 400
    assert not ApiToken.objects.exists()


def test_a_revoked_token_opens_nothing(desk):
    body = desk.post("/api/v1/tokens/", NAME, **JSON).json()
    assert desk.delete(f"/api/v1/tokens/{body['key']}/").status_code == 204
    answer = Client().get("/api/v1/me/", headers={"Authorization": f"Token {body['token']}"})
    assert answer.status_code == 401
    assert Event.objects.filter(action="token.revoked").count() == 1


def test_nobody_revokes_the_token_of_another(api, outsider, team):
    key = ApiToken.objects.exclude(user=team.recruiter).get().token_key
    assert api.delete(f"/api/v1/tokens/{key}/").status_code == 404
    assert ApiToken.objects.filter(token_key=key).exists()
    assert not Event.objects.filter(action="token.revoked").exists()


def test_a_closed_accounts_token_opens_nothing(db):
    person = factories.make_user()
    client = client_of(person)
    services.change_person(user=person, role="recruiter", is_active=False, actor=person.as_actor())
    assert client.get("/api/v1/me/").status_code == 401


def test_a_session_makes_a_token_only_with_its_csrf_token(team):
    from rest_framework.test import APIClient

    strict = APIClient(enforce_csrf_checks=True)
    strict.force_login(team.recruiter, backend="django.contrib.auth.backends.ModelBackend")
    refused = strict.post("/api/v1/tokens/")
    assert refused.status_code == 403 and "CSRF" in refused.json()["detail"]
    assert not ApiToken.objects.filter(user=team.recruiter).exists()
