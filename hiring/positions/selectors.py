"""Which questions are asked."""

from __future__ import annotations

from django.db.models import QuerySet

from hiring.positions.models import Position, Question


def asked_of_all(position: Position) -> QuerySet[Question]:
    """The questions that everybody is asked, in order: without those that follow a point."""
    return position.questions.filter(follows=None)
