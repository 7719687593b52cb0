"""A personal link: looking does not use it up, the button does, once."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hiring.access import CANDIDATE_SESSION_KEY
from hiring.audit.services import SYSTEM
from hiring.positions import services as positions
from hiring.positions.models import Interview, Invitation
from tests import factories

pytestmark = pytest.mark.django_db
START = "/interview/start/"


@pytest.fixture
def invited():
    return factories.make_interview(granted=None, opened=False)


@pytest.fixture
def client_of_another():
    return Client()


def follow(client, token):
    return client.get(reverse("candidate:link", args=[token]))


def test_looking_at_a_link_does_not_use_it_up_and_takes_the_token_out_of_the_address(client, invited):
    for _ in range(3):
        answer = follow(client, invited.token)
        assert (answer.status_code, answer["Location"]) == (302, START)
    assert Invitation.objects.get().state == "open"
    page = client.get(START).content.decode()
    assert invited.position.title in page and invited.token not in page


def test_revoking_a_link_ends_the_session_that_it_opened(client, invited):
    follow(client, invited.token)
    client.post(START)
    assert client.get("/interview/notice/").status_code == 200
    positions.revoke_links(interview=invited, actor=factories.SYSTEM)
    answer = client.get("/interview/notice/")
    assert answer.status_code == 404 and "Please open your personal link" in answer.content.decode()


def test_the_button_uses_the_link_up_and_begins_a_fresh_session(client, invited):
    session = client.session
    session["left by somebody else"] = "here"
    session.save()
    before = session.session_key
    follow(client, invited.token)
    answer = client.post(START)
    assert answer["Location"] == "/interview/notice/"
    assert client.session[CANDIDATE_SESSION_KEY] == str(invited.pk)
    assert client.session.session_key != before
    assert "left by somebody else" not in client.session
    invited.refresh_from_db()
    assert invited.state == Interview.State.OPENED


def test_the_token_is_in_no_row(client, invited):
    follow(client, invited.token)
    client.post(START)
    assert all(invited.token not in str(row.get_decoded()) for row in Session.objects.all())
    assert not Invitation.objects.filter(token_digest=invited.token).exists()


def test_a_used_link_goes_on_in_the_same_browser_and_is_refused_in_another(client, invited, client_of_another):
    follow(client, invited.token)
    client.post(START)
    assert follow(client, invited.token)["Location"] == "/interview/notice/"
    refused = follow(client_of_another, invited.token)
    assert refused.status_code == 410
    assert "already used" in refused.content.decode()


def test_two_browsers_press_the_button_and_one_wins(client, invited, client_of_another):
    follow(client, invited.token)
    follow(client_of_another, invited.token)
    assert client.post(START).status_code == 302
    assert client_of_another.post(START).status_code == 410


def test_an_expired_link_is_refused_with_its_sentence(client, invited):
    past = timezone.now() - timedelta(days=1)
    Invitation.objects.update(created_at=past - timedelta(days=1), expires_at=past)
    answer = follow(client, invited.token)
    assert answer.status_code == 410 and "expired" in answer.content.decode()


def test_a_revoked_link_is_refused_with_its_sentence(client, invited):
    positions.revoke_links(interview=invited, actor=SYSTEM)
    answer = follow(client, invited.token)
    assert answer.status_code == 410 and "revoked" in answer.content.decode()


def test_an_unknown_link_is_refused_and_says_whom_to_ask(client, settings, caplog):
    settings.CONTACT = "people@example.org"
    answer = follow(client, "no-such-token")
    assert answer.status_code == 404 and "people@example.org" in answer.content.decode()
    assert "no-such-token" not in caplog.text


def test_a_link_revoked_between_looking_and_pressing_is_refused(client, invited):
    follow(client, invited.token)
    positions.revoke_links(interview=invited, actor=SYSTEM)
    assert client.post(START).status_code == 410


def test_the_start_page_without_a_link_asks_for_it(client):
    assert client.get(START).status_code == 404


def test_a_changed_cookie_is_not_believed(client, invited):
    follow(client, invited.token)
    client.cookies["sightline_link"] = f"{invited.token}:forged"
    assert client.get(START).status_code == 404


def test_the_invitation_language_is_used_until_another_is_chosen(client, invited):
    positions.choose_language(interview=invited, language="de")
    follow(client, invited.token)
    assert 'lang="de"' in client.get(START).content.decode()
    client.post("/interview/language/", {"language": "fr", "next": START})
    assert 'lang="fr"' in client.get(START).content.decode()
    client.post(START)
    invited.refresh_from_db()
    assert invited.language == "fr"


@pytest.mark.parametrize(
    "name",
    ["notice", "choices", "receipts", "adjustment", "answers", "status", "status_now", "results", "delete"],
)
def test_without_the_link_every_page_is_404(client, name):
    assert client.get(reverse(f"candidate:{name}")).status_code == 404
