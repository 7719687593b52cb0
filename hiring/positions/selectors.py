"""Read a position's questions, the number of its interviews, and its team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count, QuerySet

from hiring.accounts.models import User
from hiring.positions.models import Interview, Position, Question


def asked_of_all(position: Position) -> QuerySet[Question]:
    """The questions put to every candidate, in order: without those that follow a point."""
    return position.questions.filter(follows=None)


def interviews_by_state(positions: Iterable[Position]) -> dict[UUID, Counter[str]]:
    """How many interviews each of these positions has in each state: one query for a page of them."""
    found: dict[UUID, Counter[str]] = {position.pk: Counter() for position in positions}
    rows = Interview.objects.filter(position__in=found).order_by().values_list("position", "state")
    for pk, state, number in rows.annotate(number=Count("pk")):
        found[pk][state] = number
    return found


def invited_before(position: Position, email: str) -> list[Interview]:
    """Interviews of this position with this address, newest first. An erased one has no address."""
    return list(position.interviews.filter(candidate_email__iexact=email.strip()).order_by("-created_at"))


def resting_on(user: User) -> QuerySet[Position]:
    """Positions whose team would have no one left who can sign in if this person were gone."""
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    return Position.objects.filter(memberships__user=user).exclude(team__in=others).order_by("title")


def teams_of(user: User) -> QuerySet[Position]:
    """Positions whose team this person is on."""
    return Position.objects.filter(memberships__user=user).order_by("title")
