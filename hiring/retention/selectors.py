"""When an interview is due to be erased, and what is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import ngettext

from hiring.policy.rules import Place, places, rule_for
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview, Position
from hiring.review.models import Decision, Note, Verdict
from hiring.runs.models import AnalysisRun, Moment, Segment, Word

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


def strictest_place(position: Position) -> Place:
    """Of the places of employer and job, the one that keeps media for the shortest time."""
    places = rule_for([position.employer_place, position.job_place]).places
    return min(places, key=lambda place: place.media_days_after_decision)


def contents_of(interview: Interview) -> dict[str, int]:
    """How many rows of each kind erasing this interview removes."""
    of_run = {"run__recording__interview": interview}
    return {
        "recordings": interview.recordings.count(),
        "runs": AnalysisRun.objects.filter(recording__interview=interview).count(),
        "segments": Segment.objects.filter(**of_run).count(),
        "words": Word.objects.filter(**of_run).count(),
        "moments": Moment.objects.filter(**of_run).count(),
        "verdicts": Verdict.objects.filter(moment__run__recording__interview=interview).count(),
        "notes": Note.objects.filter(recording__interview=interview).count(),
        "decisions": Decision.objects.filter(interview=interview).count(),
        "consent_receipts": interview.consents.count(),
        "links": interview.invitations.count(),
    }


def due_of(interview: Interview) -> Due:
    """When this interview is erased if nobody does anything."""
    if interview.decided_at is not None:
        days = keep_days_after_decision(interview)
        because = ngettext("%(days)d day after the decision", "%(days)d days after the decision", days)
        return Due(interview, interview.decided_at + timedelta(days=days), because % {"days": days})
    days = interview.position.days_without_decision
    since = interview.submitted_at or interview.created_at
    because = ngettext("%(days)d day without a decision", "%(days)d days without a decision", days)
    return Due(interview, since + timedelta(days=days), because % {"days": days})


def due(until: datetime | None = None) -> Iterator[Due]:
    """Everything due at `until` (now by default), the longest overdue first."""
    until = until or timezone.now()
    found = (due_of(interview) for position in Position.objects.all() for interview in _maybe_due(position, until))
    yield from sorted((item for item in found if item.due_at <= until), key=lambda item: item.due_at)


def _maybe_due(position: Position, until: datetime) -> Iterator[Interview]:
    """Interviews of a position that can be due: the candidate's own place may still make the time shorter."""
    shortest = min(place.media_days_after_decision for place in places().values())
    after = until - timedelta(days=min(position.days_after_decision, shortest))
    without = until - timedelta(days=position.days_without_decision)
    rows = Interview.objects.filter(
        Q(decided_at__lte=after)
        | Q(decided_at=None, submitted_at__lte=without)
        | Q(decided_at=None, submitted_at=None, created_at__lte=without),
        position=position,
    )
    for interview in rows.exclude(state__in=_OVER).iterator(chunk_size=1000):
        interview.position = position
        yield interview
