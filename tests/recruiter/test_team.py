"""Who is on a position's team."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def position(reviewer):
    return factories.make_position(reviewer)


def _add(desk, position, email):
    return desk.post(reverse("recruiter:add_to_team", args=[position.pk]), {"team-email": email})


def _remove(desk, position, user):
    return desk.post(reverse("recruiter:remove_from_team", args=[position.pk, user.pk]))


def test_a_colleague_is_added_by_address_in_any_case(desk, position):
    colleague = factories.make_user(email="omar@example.org")
    assert _add(desk, position, "Omar@Example.org").status_code == 302
    assert colleague in position.team.all()


def test_an_address_that_nobody_here_has_is_refused_with_a_sentence(desk, position):
    answer = _add(desk, position, "nobody@example.org")
    assert answer.status_code == 400
    assert "No one here has this address" in answer.content.decode()


def test_the_last_one_cannot_leave(desk, position, reviewer):
    answer = desk.post(reverse("recruiter:remove_from_team", args=[position.pk, reviewer.pk]), follow=True)
    assert "last person on this team" in answer.content.decode()
    assert list(position.team.all()) == [reviewer]


def test_a_colleague_can_be_removed(desk, position, reviewer):
    colleague = factories.make_user()
    _add(desk, position, colleague.email)
    assert _remove(desk, position, colleague).status_code == 302
    assert list(position.team.all()) == [reviewer]


def test_somebody_who_is_not_on_the_team_cannot_be_removed(desk, position):
    assert _remove(desk, position, factories.make_user()).status_code == 404
