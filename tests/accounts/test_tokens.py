"""The page of one's own API tokens."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse, reverse_lazy

from hiring.accounts import services
from hiring.accounts.models import ApiToken
from tests import factories

pytestmark = pytest.mark.django_db
ISSUE, PAGE = reverse_lazy("accounts:issue_token"), reverse_lazy("accounts:tokens")


@pytest.fixture
def person():
    return factories.make_user()


@pytest.fixture
def signed_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _make(client, name: str = "ATS import") -> str:
    """Make a token on the page and return it as the page shows it."""
    page = client.post(ISSUE, {"name": name}, follow=True).content.decode()
    return re.search(r'class="once"[^>]*>([^<]+)<', page)[1]


def test_a_token_is_shown_for_a_while_and_reloading_makes_no_second_one(signed_in):
    token = _make(signed_in)
    assert signed_in.get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code == 200
    again = signed_in.get(PAGE).content.decode()
    assert token in again and ApiToken.objects.count() == 1
    signed_in.cookies.pop("sightline_shown")
    later = signed_in.get(PAGE).content.decode()
    assert token not in later and ApiToken.objects.get().token_key in later


def test_nobody_is_shown_the_token_that_another_made_in_this_browser(signed_in, client):
    token = _make(signed_in)
    client.force_login(factories.make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert token not in client.get(PAGE).content.decode()


def test_a_token_has_a_name_and_says_when_it_was_used(signed_in):
    token = _make(signed_in, "Payroll <b>")
    row = ApiToken.objects.get()
    assert row.name == "Payroll <b>" and row.last_used_at is None
    signed_in.get("/api/v1/me/", headers={"Authorization": f"Token {token}"})
    row.refresh_from_db()
    used = row.last_used_at
    assert used is not None
    signed_in.get("/api/v1/me/", headers={"Authorization": f"Token {token}"})
    row.refresh_from_db()
    assert row.last_used_at == used  # to the minute: a program asks often
    assert "Payroll &lt;b&gt;" in signed_in.get(PAGE).content.decode()


def test_without_a_name_no_token_is_made(signed_in):
    assert signed_in.post(ISSUE, {"name": "  "}).status_code == 400
    assert not ApiToken.objects.exists()


def test_there_is_an_end_to_how_many_tokens_a_person_has(signed_in, person, monkeypatch):
    monkeypatch.setattr(services, "MOST_TOKENS", 2)
    _make(signed_in)
    _make(signed_in)
    refused = signed_in.post(ISSUE, {"name": "One more"})
    assert refused.status_code == 400 and "Revoke one first" in refused.content.decode()
    assert ApiToken.objects.count() == 2


def test_without_tokens_the_page_says_what_they_are_for(signed_in):
    assert "You have no tokens" in signed_in.get(PAGE).content.decode()


def test_revoking_asks_first_with_the_name_of_the_token(signed_in):
    _make(signed_in, "ATS import")
    address = reverse("accounts:revoke_token", args=[ApiToken.objects.get().token_key])
    assert "Revoke “ATS import”?" in signed_in.get(address).content.decode()
    assert ApiToken.objects.exists()
    assert signed_in.post(address).url == PAGE
    assert not ApiToken.objects.exists()


def test_the_token_of_another_person_cannot_be_revoked_or_looked_at(signed_in):
    other = factories.make_user()
    services.issue_token(user=other, name="Import", actor=other.as_actor())
    address = reverse("accounts:revoke_token", args=[ApiToken.objects.get().token_key])
    assert (signed_in.get(address).status_code, signed_in.post(address).status_code) == (404, 404)
    assert ApiToken.objects.exists()


def test_a_new_password_ends_every_token(client, person):
    services.issue_token(user=person, name="Import", actor=person.as_actor())
    uid, token = services.password_link_parts(person)
    form = client.get(reverse("accounts:choose_password", args=[uid, token])).url
    words = "four unrelated words here"
    assert client.post(form, {"new_password1": words, "new_password2": words}).status_code == 302
    assert not ApiToken.objects.exists()
