"""When an interview is due for erasure, and which interviews are due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import ngettext

from hiring.policy.rules import Place, places, rule_for
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview, Position
from hiring.retention.models import ErasureCertificate

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

_OVER = (Interview.State.ERASED,)


class _DueAt(TypedDict):
    kept_days: int
    due_at: datetime


WithDueAt: TypeAlias = "WithAnnotations[Interview, _DueAt]"


@dataclass(frozen=True)
class Due:
    """An interview, the time by which it must be erased, and the rule that says so."""

    interview: Interview
    due_at: datetime
    because: str


def keep_days_after_decision(interview: Interview) -> int:
    """The position's retention days, or fewer if a place allows fewer."""
    return min(interview.position.days_after_decision, rule_of(interview).media_days_after_decision)


def strictest_place(position: Position) -> Place:
    """Of the employer's and the job's places, the one that keeps media for the shortest time."""
    places = rule_for([position.employer_place, position.job_place]).places
    return min(places, key=lambda place: place.media_days_after_decision)


def tell_erasures(interviews: Iterable[Interview]) -> None:
    """Set `erased_because` on each erased interview to the reason, for the line that lists still show for it."""
    gone = {interview.pk: interview for interview in interviews if interview.state == Interview.State.ERASED}
    rows = ErasureCertificate.objects.filter(interview_id__in=gone) if gone else ()
    for certificate in rows:
        gone[certificate.interview_id].erased_because = certificate.reason  # type: ignore[attr-defined]


def due_of(interview: Interview) -> Due:
    """When this interview is erased if no one acts."""
    if interview.decided_at is not None:
        days, since = keep_days_after_decision(interview), interview.decided_at
    else:
        days, since = interview.position.days_without_decision, interview.submitted_at or interview.created_at
    return Due(interview, since + timedelta(days=days), _because(interview, days))


def _because(interview: Interview, days: int) -> str:
    if interview.decided_at is not None:
        because = ngettext("%(days)d day after the decision", "%(days)d days after the decision", days)
    else:
        because = ngettext("%(days)d day without a decision", "%(days)d days without a decision", days)
    return because % {"days": days}


def _place_days(column: str) -> Case:
    """SQL for the retention days of the place in this column; an unknown code counts as unknown law."""
    codes: dict[int, list[str]] = {}
    for place in places().values():
        codes.setdefault(place.media_days_after_decision, []).append(place.code)
    unknown = places()["unknown"].media_days_after_decision
    return Case(*(When(**{f"{column}__in": some}, then=Value(days)) for days, some in codes.items()), default=unknown)


def with_due_at(rows: QuerySet[Interview]) -> QuerySet[WithDueAt]:
    """Annotate many rows with what `due_of` computes: kept_days and due_at."""
    of_places = [_place_days(name) for name in ("position__employer_place", "position__job_place", "candidate_place")]
    kept_days = Case(
        When(decided_at__isnull=False, then=Least("position__days_after_decision", *of_places)),
        default=F("position__days_without_decision"),
        output_field=IntegerField(),
    )
    kept_for = ExpressionWrapper(F("kept_days") * Value(timedelta(days=1)), DurationField())
    since = Coalesce("decided_at", "submitted_at", "created_at")
    due_at = ExpressionWrapper(since + kept_for, DateTimeField())
    return rows.annotate(kept_days=kept_days).annotate(due_at=due_at)


def due_rows(until: datetime | None = None) -> QuerySet[WithDueAt]:
    """Every interview that is due at `until` (default: now), longest overdue first, annotated."""
    rows = with_due_at(Interview.objects.exclude(state__in=_OVER).select_related("position"))
    return rows.filter(due_at__lte=until or timezone.now()).order_by("due_at", "pk")


def as_due(row: WithDueAt) -> Due:
    """Convert an annotated row to a `Due`."""
    return Due(row, row.due_at, _because(row, row.kept_days))


def due(until: datetime | None = None, at_most: int | None = None) -> Iterator[Due]:
    """Yield what is due at `until` (default: now), longest overdue first; at most `at_most` items."""
    rows = due_rows(until)
    yield from (as_due(row) for row in (rows[:at_most] if at_most else rows).iterator(chunk_size=1000))
