"""Adding people, changing them, closing accounts."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from knox.models import AuthToken

from hiring.accounts import services
from hiring.accounts.models import User
from hiring.audit.models import Event
from tests import factories
from tests.administration.conftest import text_of

NEW = {"name": "Nora New", "email": "Nora@Example.org", "role": "recruiter"}


def _link(text: str) -> str:
    return re.search(r"https?://[^/]+(/accounts/password/[^<\s]+)", text).group(1)


def test_adding_a_person_shows_a_link_with_which_they_choose_a_password(admin):
    text = text_of(admin.post(reverse("administration:add_person"), NEW))
    assert "Nora New was added" in text
    assert User.objects.get(email="nora@example.org").role == "recruiter"
    assert "Choose a password" in text_of(Client().get(_link(text), follow=True))
    assert Event.objects.filter(action="person.password_link").count() == 1


def test_an_address_that_is_taken_is_refused_with_a_sentence(admin):
    factories.make_user(email="nora@example.org")
    text = text_of(admin.post(reverse("administration:add_person"), NEW))
    assert "Somebody with this address is already here." in text
    assert User.objects.filter(email__iexact=NEW["email"]).count() == 1


@pytest.mark.parametrize("wrong", [{"email": "nora"}, {"name": ""}, {"role": "owner"}, {"name": "x" * 121}])
def test_bad_input_adds_nobody(admin, wrong):
    before = User.objects.count()
    text_of(admin.post(reverse("administration:add_person"), NEW | wrong))
    assert User.objects.count() == before


def test_people_are_found_by_name_or_address_and_keep_the_search_across_pages(admin):
    for number in range(55):
        factories.make_user(name=f"Same Name {number}")
    text = text_of(admin.get(reverse("administration:people"), {"q": "same name"}))
    assert "Grace Administrator</a> <span" not in text and "?q=same+name&amp;page=2" in text
    assert "Nobody here has this name" in text_of(admin.get(reverse("administration:people"), {"q": "zzz"}))


def test_a_search_that_cannot_be_one_says_so(admin):
    for words in ("x" * 121, "null\0byte"):
        assert "errorlist" in text_of(admin.get(reverse("administration:people"), {"q": words}))


def test_an_account_is_closed_and_everything_it_opened_with_it(admin):
    person = factories.make_user()
    services.issue_token(user=person, actor=person.as_actor())
    theirs = Client()
    theirs.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    admin.post(reverse("administration:person", args=[person.pk]), {"role": "recruiter", "account": "closed"})
    person.refresh_from_db()
    assert not person.is_active and not AuthToken.objects.filter(user=person).exists()
    assert theirs.get(reverse("accounts:tokens")).status_code == 302


def test_a_role_is_changed(admin):
    person = factories.make_user()
    admin.post(reverse("administration:person", args=[person.pk]), {"role": "administrator", "account": "open"})
    person.refresh_from_db()
    assert person.is_administrator


@pytest.mark.parametrize(("role", "account"), [("recruiter", "open"), ("administrator", "closed")])
def test_the_last_administrator_stays(admin, administrator, role, account):
    url = reverse("administration:person", args=[administrator.pk])
    text = text_of(admin.post(url, {"role": role, "account": account}))
    assert "This is the only administrator." in text
    administrator.refresh_from_db()
    assert administrator.is_administrator and administrator.is_active


def test_an_administrator_who_closes_their_own_account_is_signed_out(admin, administrator):
    factories.make_user("administrator")
    url = reverse("administration:person", args=[administrator.pk])
    response = admin.post(url, {"role": "administrator", "account": "closed"}, follow=True)
    assert response.redirect_chain == [(reverse("accounts:sign_in"), 302)]


def test_an_administrator_who_gives_up_the_role_leaves_these_pages(admin, administrator):
    factories.make_user("administrator")
    url = reverse("administration:person", args=[administrator.pk])
    assert admin.post(url, {"role": "recruiter", "account": "open"}).url == reverse("home")
    assert admin.get(reverse("administration:people")).status_code == 404


def test_a_new_password_link_is_written_down(admin, administrator):
    person = factories.make_user()
    text = text_of(admin.post(reverse("administration:password_link", args=[person.pk])))
    assert _link(text)
    event = Event.objects.get(action="person.password_link")
    assert (event.actor_id, event.object_id) == (str(administrator.pk), str(person.pk))


def test_a_closed_account_gets_no_password_link(admin):
    person = factories.make_user()
    User.objects.filter(pk=person.pk).update(is_active=False)
    response = admin.post(reverse("administration:password_link", args=[person.pk]), follow=True)
    assert "Open it first" in text_of(response)
    assert not Event.objects.filter(action="person.password_link").exists()
