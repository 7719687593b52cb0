"""The page of one's own API tokens."""

from __future__ import annotations

import pytest
from django.urls import reverse
from knox.models import AuthToken

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    person = factories.make_user()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_token_is_shown_once_and_then_only_its_beginning(signed_in):
    shown = signed_in.post(reverse("accounts:issue_token")).content.decode()
    key = AuthToken.objects.get().token_key
    token = next(part for part in shown.replace("<", ">").split(">") if part.startswith(key) and len(part) > len(key))
    assert signed_in.get("/api/v1/me/", headers={"Authorization": f"Token {token}"}).status_code == 200
    later = signed_in.get(reverse("accounts:tokens")).content.decode()
    assert key in later and token not in later


def test_without_tokens_the_page_says_what_they_are_for(signed_in):
    assert "You have no tokens" in signed_in.get(reverse("accounts:tokens")).content.decode()


def test_revoking_ends_a_token(signed_in):
    signed_in.post(reverse("accounts:issue_token"))
    key = AuthToken.objects.get().token_key
    assert signed_in.post(reverse("accounts:revoke_token", args=[key])).url == reverse("accounts:tokens")
    assert not AuthToken.objects.exists()


def test_the_token_of_another_person_cannot_be_revoked(signed_in):
    from hiring.accounts import services

    other = factories.make_user()
    services.issue_token(user=other, actor=other.as_actor())
    key = AuthToken.objects.get().token_key
    assert signed_in.post(reverse("accounts:revoke_token", args=[key])).status_code == 404
    assert AuthToken.objects.exists()
