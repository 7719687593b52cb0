"""Personal links: shown once, replaced, revoked."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from hiring.positions import services
from hiring.positions.models import Interview, Invitation
from tests import factories

pytestmark = pytest.mark.django_db

FORM = {"invite-name": "Noor", "invite-email": "noor@example.org", "invite-place": "us", "invite-language": "de"}


@pytest.fixture
def position(reviewer):
    return factories.make_position(reviewer)


def _token(answer) -> str:
    return re.search(r"/i/([\w-]{43})/", answer.content.decode()).group(1)


def test_an_invitation_shows_a_link_that_opens_once(desk, position):
    token = _token(desk.post(reverse("recruiter:invite", args=[position.pk]), FORM))
    interview = services.redeem(token=token).interview
    assert (interview.candidate_name, interview.language) == ("Noor", "de")


def test_the_link_is_shown_this_once_and_kept_nowhere(desk, position):
    token = _token(desk.post(reverse("recruiter:invite", args=[position.pk]), FORM))
    assert token not in desk.get(reverse("recruiter:position", args=[position.pk])).content.decode()
    assert not Invitation.objects.filter(token_digest__contains=token).exists()


def test_a_new_link_closes_the_old_one(desk, position):
    old = _token(desk.post(reverse("recruiter:invite", args=[position.pk]), FORM))
    new = _token(desk.post(reverse("recruiter:new_link", args=[Interview.objects.get().pk])))
    with pytest.raises(services.LinkRefused):
        services.redeem(token=old)
    assert services.redeem(token=new)


def test_a_revoked_link_does_not_open(desk, position):
    token = _token(desk.post(reverse("recruiter:invite", args=[position.pk]), FORM))
    desk.post(reverse("recruiter:revoke_link", args=[Interview.objects.get().pk]))
    with pytest.raises(services.LinkRefused):
        services.redeem(token=token)


def test_each_link_says_whether_it_was_opened(desk, position):
    factories.make_interview(position, opened=True, name="One")
    factories.make_interview(position, opened=False, name="Two")
    revoked = factories.make_interview(position, opened=False, name="Three")
    services.revoke_links(interview=revoked, actor=revoked.as_actor())
    expired = factories.make_interview(position, opened=False, name="Four")
    expired.invitations.update(created_at=factories.long_ago(20), expires_at=factories.long_ago(6))
    html = desk.get(reverse("recruiter:position", args=[position.pk])).content.decode()
    for state in ("Opened", "Not opened yet", "Revoked", "Expired"):
        assert f">{state}</span>" in html


def test_what_is_missing_is_said_and_nobody_is_invited(desk, position):
    assert desk.post(reverse("recruiter:invite", args=[position.pk]), FORM | {"invite-email": "x"}).status_code == 400
    assert not Interview.objects.exists()
