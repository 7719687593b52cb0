"""Making and revoking tokens over the API."""

from __future__ import annotations

from knox.models import AuthToken

from hiring.accounts import services
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


def test_a_new_token_works_and_only_its_hash_is_stored(api, client):
    body = api.post("/api/v1/tokens/").json()
    row = AuthToken.objects.get(token_key=body["key"])
    assert body["token"] not in (row.digest, row.token_key) and body["token"].startswith(body["key"])
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Token {body['token']}"})
    assert answer.status_code == 200


def test_a_revoked_token_opens_nothing(api, client):
    body = api.post("/api/v1/tokens/").json()
    assert api.delete(f"/api/v1/tokens/{body['key']}/").status_code == 204
    answer = client.get("/api/v1/me/", headers={"Authorization": f"Token {body['token']}"})
    assert answer.status_code == 401
    assert Event.objects.filter(action="token.revoked").count() == 1


def test_nobody_revokes_the_token_of_another(api, outsider):
    key = outsider.post("/api/v1/tokens/").json()["key"]
    assert api.delete(f"/api/v1/tokens/{key}/").status_code == 404
    assert AuthToken.objects.filter(token_key=key).exists()
    assert not Event.objects.filter(action="token.revoked").exists()


def test_a_closed_accounts_token_opens_nothing(db):
    person = factories.make_user()
    client = client_of(person)
    services.change_person(user=person, role="recruiter", is_active=False, actor=person.as_actor())
    assert client.get("/api/v1/me/").status_code == 401


def test_a_session_makes_a_token_too_but_not_without_its_csrf_token(client, team):
    from rest_framework.test import APIClient

    strict = APIClient(enforce_csrf_checks=True)
    strict.force_login(team.recruiter, backend="django.contrib.auth.backends.ModelBackend")
    refused = strict.post("/api/v1/tokens/")
    assert refused.status_code == 403 and "CSRF" in refused.json()["detail"]
    assert not AuthToken.objects.exists()
    client.force_login(team.recruiter, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post("/api/v1/tokens/").status_code == 201
