"""The link that an administrator hands over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth import hashers
from django.urls import reverse
from django.utils import timezone

from hiring.accounts import services
from hiring.accounts.models import User
from hiring.audit.models import Event
from tests import factories

pytestmark = pytest.mark.django_db
NEW = "seven green lamps on a hill"


@pytest.fixture
def person():
    return services.add_person(email="new@example.org", name="New Person", role="recruiter", actor=factories.SYSTEM)


def _link(person) -> str:
    return reverse("accounts:choose_password", args=services.password_link_parts(person))


def _choose(client, link: str, password: str = NEW):
    form = client.get(link, follow=True)
    return client.post(form.request["PATH_INFO"], {"new_password1": password, "new_password2": password})


def test_the_link_leads_to_a_password_and_then_to_signing_in(client, person):
    response = _choose(client, _link(person))
    assert response.url == reverse("accounts:sign_in")
    signed_in = client.post("/accounts/sign-in/", {"username": "new@example.org", "password": NEW})
    assert signed_in.status_code == 302
    assert Event.objects.get(action="person.password_chosen").actor_id == str(person.pk)


def test_the_link_works_once(client, person):
    link = _link(person)
    _choose(client, link)
    again = client.get(link, follow=True)
    assert "no longer works" in again.content.decode()


def test_the_link_ends_after_three_days(client, person, monkeypatch):
    link = _link(person)
    later = (timezone.now() + timedelta(days=3, minutes=1)).replace(tzinfo=None)
    monkeypatch.setattr(services.password_links, "_now", lambda: later)
    assert "no longer works" in client.get(link, follow=True).content.decode()


def test_a_link_that_never_was_one_says_so(client):
    assert "no longer works" in client.get("/accounts/password/xx/yy-zz/").content.decode()


def test_a_short_password_is_refused_with_a_sentence(client, person):
    response = _choose(client, _link(person), "short")
    assert response.status_code == 200 and "at least 12 characters" in response.content.decode()
    person.refresh_from_db()
    assert not person.has_usable_password()


def test_choosing_a_password_signs_the_person_out_everywhere_else(client, person):
    from django.test import Client

    elsewhere = Client()
    elsewhere.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    _choose(client, _link(person))
    assert elsewhere.get(reverse("accounts:tokens")).status_code == 302


def test_an_account_that_is_closed_while_its_password_is_hashed_stays_closed(person, monkeypatch):
    encoded = hashers.make_password("four unrelated words here")

    def closing(password):
        User.objects.filter(pk=person.pk).update(is_active=False)
        return encoded

    monkeypatch.setattr(services, "make_password", closing)
    with pytest.raises(services.CannotChange):
        services.choose_password(user=person, password="four unrelated words here")
    person.refresh_from_db()
    assert not person.is_active and not person.has_usable_password()
