"""Adding people, changing them, closing accounts."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from hiring.accounts import services
from hiring.accounts.models import ApiToken, User
from hiring.audit.models import Event
from hiring.positions import services as positions
from tests import factories
from tests.administration.conftest import text_of

NEW = {"name": "Nora New", "email": "Nora@Example.org", "role": "recruiter"}


def _link(text: str) -> str:
    return re.search(r'https?://[^/]+(/accounts/password/[^<"\s]+)', text).group(1)


def test_adding_a_person_shows_a_link_with_which_they_choose_a_password(admin):
    text = text_of(admin.post(reverse("administration:add_person"), NEW, follow=True))
    assert "Password link for Nora New" in text
    assert User.objects.get(email="nora@example.org").role == "recruiter"
    assert "Choose a password" in text_of(Client().get(_link(text), follow=True))
    assert Event.objects.filter(action="person.password_link").count() == 1


def test_an_address_that_is_taken_is_refused_with_a_sentence(admin):
    factories.make_user(email="nora@example.org")
    text = text_of(admin.post(reverse("administration:add_person"), NEW))
    assert "Someone with this address already has an account." in text
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
    assert "No one here has this name" in text_of(admin.get(reverse("administration:people"), {"q": "zzz"}))


def test_a_search_that_cannot_be_one_says_so(admin):
    assert "errorlist" in text_of(admin.get(reverse("administration:people"), {"q": "x" * 121}))


def test_an_account_is_closed_and_everything_it_opened_with_it(admin):
    person = factories.make_user()
    services.issue_token(user=person, name="Import", actor=person.as_actor())
    theirs = Client()
    theirs.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    admin.post(reverse("administration:person", args=[person.pk]), {"role": "recruiter", "account": "closed"})
    person.refresh_from_db()
    assert not person.is_active and not ApiToken.objects.filter(user=person).exists()
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
    text = text_of(admin.post(reverse("administration:password_link", args=[person.pk]), follow=True))
    assert _link(text)
    page = reverse("administration:shown_link", args=[person.pk])
    assert _link(text_of(admin.get(page))) == _link(text), "reloading makes no second link"
    admin.cookies.pop("sightline_shown")
    assert "no longer shown" in text_of(admin.get(page))
    event = Event.objects.get(action="person.password_link")
    assert (event.actor_id, event.object_id) == (str(administrator.pk), str(person.pk))


def test_a_closed_account_gets_no_password_link(admin):
    person = factories.make_user()
    User.objects.filter(pk=person.pk).update(is_active=False)
    response = admin.post(reverse("administration:password_link", args=[person.pk]), follow=True)
    assert "Open it first" in text_of(response)
    assert not Event.objects.filter(action="person.password_link").exists()


def test_a_link_that_was_made_before_the_account_was_closed_opens_nothing_afterwards(admin):
    person = factories.make_user()
    uid, token = services.password_link_parts(person)
    address = reverse("accounts:choose_password", args=[uid, token])
    account = reverse("administration:person", args=[person.pk])
    for state in ("closed", "open"):
        admin.post(account, {"role": "recruiter", "account": state})
        assert "no longer works" in text_of(Client().get(address, follow=True)), state


def test_opening_an_account_again_revives_none_of_its_sessions(admin):
    person = factories.make_user()
    theirs = Client()
    theirs.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    account = reverse("administration:person", args=[person.pk])
    admin.post(account, {"role": "recruiter", "account": "closed"})
    admin.post(account, {"role": "recruiter", "account": "open"})
    person.refresh_from_db()
    assert person.is_active
    assert theirs.get(reverse("accounts:tokens")).status_code == 302


def test_the_last_of_a_team_is_not_closed_and_the_positions_are_named(admin):
    person = factories.make_user()
    alone = factories.make_position(person, title="Archivist")
    shared = factories.make_position(person, title="Baker")
    positions.add_to_team(position=shared, user=factories.make_user(), actor=factories.SYSTEM)
    account = reverse("administration:person", args=[person.pk])
    text = text_of(admin.post(account, {"role": "recruiter", "account": "closed"}))
    assert "cannot be closed yet" in text and "“Archivist”" in text and "“Baker”" not in text
    person.refresh_from_db()
    assert person.is_active
    assert reverse("administration:team", args=[alone.pk]) in text


def test_a_colleague_who_cannot_sign_in_is_nobody_to_leave_a_team_to(admin):
    person, gone = factories.make_user(), factories.make_user()
    position = factories.make_position(person)
    positions.add_to_team(position=position, user=gone, actor=factories.SYSTEM)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    admin.post(reverse("administration:person", args=[person.pk]), {"role": "recruiter", "account": "closed"})
    person.refresh_from_db()
    assert person.is_active
    with pytest.raises(positions.NotAllowed):
        positions.remove_from_team(position=position, user=person, actor=factories.SYSTEM)


def test_an_administrator_puts_somebody_on_a_team_and_then_closes_the_account(admin):
    person, colleague = factories.make_user(), factories.make_user()
    position = factories.make_position(person)
    team = reverse("administration:team", args=[position.pk])
    assert admin.post(team, {"email": "nobody@example.org"}).status_code == 400
    assert colleague.name in text_of(admin.post(team, {"email": colleague.email.upper()}, follow=True))
    admin.post(reverse("administration:person", args=[person.pk]), {"role": "recruiter", "account": "closed"})
    person.refresh_from_db()
    assert not person.is_active
    theirs = Client()
    theirs.force_login(colleague, backend="django.contrib.auth.backends.ModelBackend")
    assert theirs.get(reverse("recruiter:position", args=[position.pk])).status_code == 200
