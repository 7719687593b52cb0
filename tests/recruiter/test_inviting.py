"""Personal links: shown once, replaced, revoked."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from hiring.actions.erase import erase
from hiring.positions import services
from hiring.positions.models import Interview, Invitation
from tests import factories

pytestmark = pytest.mark.django_db

FORM = {"invite-name": "Noor", "invite-email": "noor@example.org", "invite-place": "us", "invite-language": "de"}


@pytest.fixture
def position(reviewer):
    return factories.make_position(reviewer)


def _invite(desk, position, **changed):
    return desk.post(reverse("recruiter:invite", args=[position.pk]), FORM | changed, follow=True)


def _new_link(desk, interview):
    return desk.post(reverse("recruiter:link", args=[interview.pk]), follow=True)


def _token(answer) -> str:
    return re.search(r"/i/([\w-]{43})/", answer.content.decode()).group(1)


def test_an_invitation_shows_a_link_that_opens_once(desk, position):
    token = _token(_invite(desk, position))
    interview = services.redeem(token=token).interview
    assert (interview.candidate_name, interview.language) == ("Noor", "de")


def test_reloading_the_page_with_the_link_makes_no_second_interview_and_no_second_link(desk, position):
    answer = _invite(desk, position)
    (address, status) = answer.redirect_chain[-1]
    assert status == 302
    assert _token(desk.get(address)) == _token(answer)
    assert (Interview.objects.count(), Invitation.objects.count()) == (1, 1)


def test_the_link_is_shown_for_a_while_on_its_own_page_and_kept_nowhere(desk, position):
    answer = _invite(desk, position)
    token = _token(answer)
    desk.cookies.pop("sightline_shown")
    later = desk.get(answer.redirect_chain[-1][0]).content.decode()
    assert "no longer shown" in later and token not in later
    assert token not in desk.get(reverse("recruiter:position", args=[position.pk])).content.decode()
    assert not Invitation.objects.filter(token_digest__contains=token).exists()


def test_a_new_link_closes_the_old_one(desk, position):
    old = _token(_invite(desk, position))
    new = _token(_new_link(desk, Interview.objects.get()))
    with pytest.raises(services.LinkRefused):
        services.redeem(token=old)
    assert services.redeem(token=new)


def test_a_revoked_link_does_not_open(desk, position):
    token = _token(_invite(desk, position))
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


def test_an_address_that_was_invited_before_is_asked_about_and_then_taken(desk, position):
    _invite(desk, position)
    again = _invite(desk, position, **{"invite-email": "NOOR@example.org", "invite-name": "Noor B."})
    html = again.content.decode()
    assert again.status_code == 400 and Interview.objects.count() == 1
    assert f"Noor ({Interview.objects.get().reference})" in html
    assert 'value="Noor B."' in html and 'type="checkbox" name="invite-again"' in html
    assert _invite(desk, position, **{"invite-again": "on"}).status_code == 200
    assert Interview.objects.count() == 2


def test_the_same_address_for_another_position_is_no_question(desk, position, reviewer):
    _invite(desk, position)
    _invite(desk, factories.make_position(reviewer))
    assert Interview.objects.count() == 2


def test_an_erased_candidate_leaves_a_line_without_a_name(desk, position):
    interview = factories.make_interview(position, name="Ada Gone")
    erase(interview=interview, actor=interview.as_actor(), reason="candidate")
    for page in (reverse("recruiter:position", args=[position.pk]), reverse("recruiter:inbox")):
        html = desk.get(page).content.decode()
        assert interview.reference in html and "Erased by the candidate" in html
        assert "Ada Gone" not in html and str(interview.pk) not in html
    assert desk.get(reverse("recruiter:interview", args=[interview.pk])).status_code == 404
