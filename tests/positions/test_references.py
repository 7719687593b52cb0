"""References are read out and typed, and no two interviews ever share one, erased ones included."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError

from hiring.audit.services import SYSTEM
from hiring.lib import ids
from hiring.positions import services as positions
from hiring.positions.models import Interview, Position
from hiring.review.inbox import inbox_page
from tests import factories

pytestmark = pytest.mark.django_db


def _invited(position: Position) -> Interview:
    interview, _token = positions.invite(
        position=position, name="Ada", email="ada@example.org", place="us", language="en", actor=SYSTEM
    )
    return interview


def test_a_reference_is_a_letter_and_eight_digits_and_fits_its_column():
    found = {ids.new_reference() for _ in range(500)}
    assert len(found) == 500
    assert all(re.fullmatch(r"[A-Z]-\d{4}-\d{4}", each) for each in found)
    assert max(map(len, found)) <= Interview._meta.get_field("reference").max_length


def test_no_letter_of_a_reference_looks_like_a_digit():
    assert not set("BILOQSZ") & set(ids._LETTERS)


def test_inviting_goes_on_where_most_references_are_taken(monkeypatch):
    monkeypatch.setattr(ids, "_LETTERS", "AC")
    monkeypatch.setattr(ids, "_DIGIT_GROUPS", (1, 1))
    position = factories.make_position()
    every = [f"{letter}-{one}-{two}" for letter in "AC" for one in range(10) for two in range(10)]
    taken = every[:170]
    Interview.objects.bulk_create([Interview(position=position, reference=reference) for reference in taken])
    invited = {_invited(position).reference for _ in range(10)}
    assert len(invited) == 10 and invited <= set(every) - set(taken)


def test_a_reference_that_is_taken_leaves_the_rest_of_the_invitation_whole(monkeypatch):
    position = factories.make_position()
    offered = iter(["K-1111-1111", "K-1111-1111", "K-2222-2222"])
    monkeypatch.setattr(positions, "new_reference", lambda: next(offered))
    first, second = _invited(position), _invited(position)
    assert (first.reference, second.reference) == ("K-1111-1111", "K-2222-2222")
    assert second.invitations.count() == 1


def test_another_broken_rule_is_not_taken_for_a_reference_that_is_taken():
    with pytest.raises(IntegrityError):
        positions._create_interview(position=factories.make_position(), state=Interview.State.ERASED)


def test_a_reference_of_the_old_form_is_still_found():
    user = factories.make_user()
    interview = _invited(factories.make_position(user))
    Interview.objects.filter(pk=interview.pk).update(reference="K-48213")
    found = inbox_page(Interview.objects.all(), user, search="k-48213")
    assert [row.interview.pk for row in found.rows] == [interview.pk]
