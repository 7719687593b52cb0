"""Signing in, and what happens to somebody who guesses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from axes.models import AccessFailureLog
from django.conf import settings
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from hiring.accounts import limits
from hiring.audit.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/accounts/sign-in/"


def _attempt(client, email: str, password: str):
    return client.post(URL, {"username": email, "password": password})


def test_the_right_password_opens_the_start_page_and_is_written_down(client):
    person = factories.make_user(email="rosa@example.org")
    response = _attempt(client, "Rosa@Example.org", factories.PASSWORD)
    assert response.status_code == 302 and response.url == reverse(settings.LOGIN_REDIRECT_URL)
    assert Event.objects.get(action="person.signed_in").actor_id == str(person.pk)


def test_a_wrong_password_and_an_unknown_address_answer_alike(client):
    factories.make_user(email="rosa@example.org")
    wrong, unknown = (_attempt(client, f"{name}@example.org", "not it") for name in ("rosa", "nobody"))
    sentence = "The email or password is incorrect."
    assert wrong.status_code == unknown.status_code == 200
    assert sentence in wrong.content.decode() and sentence in unknown.content.decode()


def test_a_closed_account_cannot_sign_in(client):
    person = factories.make_user(email="rosa@example.org")
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert _attempt(client, "rosa@example.org", factories.PASSWORD).status_code == 200
    assert "_auth_user_id" not in client.session


def test_guessing_is_stopped_whatever_the_case_of_the_letters(client):
    factories.make_user(email="rosa@example.org")
    spellings = ["rosa@example.org", "ROSA@example.org", "Rosa@Example.Org", "rOSa@example.ORG"]
    for number in range(settings.AXES_FAILURE_LIMIT):
        response = _attempt(client, spellings[number % len(spellings)], "not it")
    assert response.status_code == 429
    assert "paused for 15 minutes" in response.content.decode()
    assert _attempt(client, "roSA@example.org", factories.PASSWORD).status_code == 429


def test_an_address_outside_this_site_is_not_followed_after_signing_in(client):
    factories.make_user(email="rosa@example.org")
    response = client.post(
        f"{URL}?next=https://elsewhere.example/", {"username": "rosa@example.org", "password": factories.PASSWORD}
    )
    assert "elsewhere" not in response.url


def test_signing_in_begins_a_new_session(client):
    factories.make_user(email="rosa@example.org")
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    _attempt(client, "rosa@example.org", factories.PASSWORD)
    assert client.session.session_key != before


def _from(client, address: str, email: str, password: str = "not it"):
    return client.post(URL, {"username": email, "password": password}, REMOTE_ADDR=address)


def test_one_address_cannot_try_account_after_account(client):
    factories.make_user(email="rosa@example.org")
    answers = [_from(client, "203.0.113.7", f"person{number}@example.org").status_code for number in range(60)]
    assert answers[:40] == [200] * 40 and set(answers[40:]) == {429}
    early = _from(client, "203.0.113.7", "rosa@example.org", factories.PASSWORD)
    assert early.status_code == 429 and "Too many wrong passwords" in early.content.decode()
    assert _from(client, "203.0.113.8", "rosa@example.org", factories.PASSWORD).status_code == 302


def test_one_account_tried_from_many_addresses_is_slowed_down_more_and_more(client):
    factories.make_user(email="rosa@example.org")
    for number in range(10):
        assert _from(client, f"203.0.113.{number}", "rosa@example.org").status_code == 200
    assert _from(client, "203.0.113.99", "ROSA@example.org", factories.PASSWORD).status_code == 429
    assert _from(client, "203.0.113.99", "someone.else@example.org").status_code == 200
    waits, request = [], RequestFactory().get(URL, REMOTE_ADDR="203.0.113.99")
    for number in range(5):
        AccessFailureLog.objects.update(attempt_time=timezone.now())
        waits.append(limits.wait(request, "rosa@example.org").total_seconds())
        AccessFailureLog.objects.create(username="rosa@example.org", ip_address=f"198.51.100.{number}")
    assert [round(wait) for wait in waits] == [4, 8, 16, 32, 64]


def test_after_the_wait_the_right_password_opens(client):
    factories.make_user(email="rosa@example.org")
    for number in range(10):
        _from(client, f"203.0.113.{number}", "rosa@example.org")
    AccessFailureLog.objects.update(attempt_time=timezone.now() - timedelta(seconds=5))
    assert _from(client, "203.0.113.99", "rosa@example.org", factories.PASSWORD).status_code == 302


def test_nobody_keeps_the_owner_out_of_a_browser_in_which_they_signed_in_before(client):
    factories.make_user(email="rosa@example.org")
    factories.make_user(email="other@example.org")
    _from(client, "203.0.113.99", "rosa@example.org", factories.PASSWORD)
    client.post("/accounts/sign-out/")
    for email in ("rosa@example.org", "other@example.org"):
        for number in range(12):
            AccessFailureLog.objects.create(username=email, ip_address=f"203.0.113.{number}")
    assert _from(client, "203.0.113.99", "rosa@example.org", factories.PASSWORD).status_code == 302
    client.post("/accounts/sign-out/")
    assert _from(client, "203.0.113.99", "other@example.org", factories.PASSWORD).status_code == 429


def test_an_unknown_account_is_slowed_down_like_one_that_is_here(client):
    factories.make_user(email="rosa@example.org")
    for email in ("rosa@example.org", "nobody@example.org"):
        answers = [_from(client, f"203.0.113.{number}", email).status_code for number in range(12)]
        assert answers == [200] * 10 + [429] * 2
        AccessFailureLog.objects.all().delete()


def test_old_failures_are_forgotten(client):
    _from(client, "203.0.113.1", "rosa@example.org")
    AccessFailureLog.objects.update(attempt_time=timezone.now() - timedelta(hours=1))
    limits.forget_old()
    assert not AccessFailureLog.objects.exists()
