"""When an interview is due to be erased, and what is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview

_OVER = (Interview.State.ERASED,)


@dataclass(frozen=True)
class Due:
    """An interview and the moment at which it must be gone, with the rule that says so."""

    interview: Interview
    due_at: datetime
    because: str


def keep_days_after_decision(interview: Interview) -> int:
    """The position's days, or fewer where a place allows fewer."""
    return min(interview.position.days_after_decision, rule_of(interview).media_days_after_decision)


def due_of(interview: Interview) -> Due:
    """When this interview is erased if nobody does anything."""
    if interview.decided_at is not None:
        days = keep_days_after_decision(interview)
        return Due(interview, interview.decided_at + timedelta(days=days), f"{days} days after the decision")
    days = interview.position.days_without_decision
    since = interview.submitted_at or interview.created_at
    return Due(interview, since + timedelta(days=days), f"{days} days without a decision")


def due(until: datetime | None = None) -> Iterator[Due]:
    """Everything due at `until` (now by default), the longest overdue first."""
    until = until or timezone.now()
    rows = Interview.objects.exclude(state__in=_OVER).select_related("position")
    found = (due_of(interview) for interview in rows.iterator(chunk_size=1000))
    yield from sorted((item for item in found if item.due_at <= until), key=lambda item: item.due_at)
