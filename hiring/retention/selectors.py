"""When an interview is due to be erased, and what is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypedDict
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone
from django.utils.translation import ngettext

from hiring.consent.models import ConsentReceipt
from hiring.policy.rules import Place, places, rule_for
from hiring.policy.selectors import rule_of
from hiring.positions.models import Interview, Invitation, Position
from hiring.recordings.models import Recording, Waveform
from hiring.retention.models import ErasureCertificate
from hiring.review.models import Correction, Decision, Note, Verdict, Watched
from hiring.runs.models import (
    AnalysisRun,
    Explanation,
    FollowUpOffer,
    Moment,
    PointLookup,
    Savepoint,
    Segment,
    Sentence,
    Word,
)

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

_OVER = (Interview.State.ERASED,)


class _DueAt(TypedDict):
    kept_days: int
    due_at: datetime


WithDueAt: TypeAlias = "WithAnnotations[Interview, _DueAt]"


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


#: Every table with rows about one interview, by the name under which a certificate counts them, and how each leads to
#: the interview. A test fails for a table that leads there and is not named here. One that leads
#: through another stands below it: rows are deleted from the last table up.
HELD: dict[str, tuple[type[Model], str]] = {
    "recordings": (Recording, "interview"),
    "waveforms": (Waveform, "recording__interview"),
    "runs": (AnalysisRun, "recording__interview"),
    "savepoints": (Savepoint, "run__recording__interview"),
    "segments": (Segment, "run__recording__interview"),
    "words": (Word, "run__recording__interview"),
    "sentences": (Sentence, "run__recording__interview"),
    "corrections": (Correction, "recording__interview"),
    "point_lookups": (PointLookup, "run__recording__interview"),
    "follow_ups": (FollowUpOffer, "interview"),
    "moments": (Moment, "run__recording__interview"),
    "explanations": (Explanation, "moment__run__recording__interview"),
    "verdicts": (Verdict, "interview"),
    "notes": (Note, "interview"),
    "watched": (Watched, "interview"),
    "decisions": (Decision, "interview"),
    "consent_receipts": (ConsentReceipt, "interview"),
    "links": (Invitation, "interview"),
}
#: Every column that names a file of the vault, or several. A test fails for one that is not named here: the sweep
#: would take its files for leftovers.
VAULT_COLUMNS: dict[type[Model], tuple[str, ...]] = {
    Recording: ("original_file", "playable_file", "poster_file", "transcript_file"),
    AnalysisRun: ("observations_file", "overview_file", "sound_file"),
    Explanation: ("picture_file",),
    Savepoint: ("state_file", "parts"),
}


def contents_of(interview: Interview) -> dict[str, int]:
    """How many rows of each kind erasing this interview removes. One query for all tables: a sweep asks thousands."""
    sql, params = _counting()
    with connection.cursor() as cursor:
        cursor.execute(sql, [*params, Interview._meta.pk.get_db_prep_value(interview.pk, connection)])
        return dict(zip(HELD, cursor.fetchone(), strict=True))


@cache
def _counting() -> tuple[str, tuple[Any, ...]]:
    """The query of contents_of and its parameters but the last. Putting it together takes longer than asking it."""
    counted = {f"n_{name}": Coalesce(_counted(model, way), 0) for name, (model, way) in HELD.items()}
    rows = Interview.objects.order_by().annotate(**counted).values_list(*counted).filter(pk=UUID(int=0))
    sql, params = rows.query.sql_with_params()
    return sql, params[:-1]


def _counted(model: type[Model], way: str) -> Subquery:
    rows = model._default_manager.filter(**{way: OuterRef("pk")}).order_by().values(way)
    return Subquery(rows.annotate(n=Count("pk")).values("n"))


def files_named(interview_id: UUID | str) -> set[str]:
    """The vault's files that any row of this interview names."""
    ways = dict(HELD.values())
    named: set[str] = set()
    for model, columns in VAULT_COLUMNS.items():
        for row in model._default_manager.filter(**{ways[model]: interview_id}).values_list(*columns):
            for value in row:
                named |= set(value if isinstance(value, list) else [value])
    return named - {""}


def tell_erasures(interviews: Iterable[Interview]) -> None:
    """Note on each erased interview, as `erased_because`, why it was: for the line that stays of it in lists."""
    gone = {interview.pk: interview for interview in interviews if interview.state == Interview.State.ERASED}
    rows = ErasureCertificate.objects.filter(interview_id__in=gone) if gone else ()
    for certificate in rows:
        gone[certificate.interview_id].erased_because = certificate.reason  # type: ignore[attr-defined]


def due_of(interview: Interview) -> Due:
    """When this interview is erased if nobody does anything."""
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
    """SQL for the days of the place that a column names; an unknown code counts as unknown law."""
    codes: dict[int, list[str]] = {}
    for place in places().values():
        codes.setdefault(place.media_days_after_decision, []).append(place.code)
    unknown = places()["unknown"].media_days_after_decision
    return Case(*(When(**{f"{column}__in": some}, then=Value(days)) for days, some in codes.items()), default=unknown)


def with_due_at(rows: QuerySet[Interview]) -> QuerySet[WithDueAt]:
    """Annotate what `due_of` says, for many: kept_days and due_at."""
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
    """Every interview that is due at `until` (now by default), the longest overdue first, annotated."""
    rows = with_due_at(Interview.objects.exclude(state__in=_OVER).select_related("position"))
    return rows.filter(due_at__lte=until or timezone.now()).order_by("due_at", "pk")


def as_due(row: WithDueAt) -> Due:
    """What an annotated row says."""
    return Due(row, row.due_at, _because(row, row.kept_days))


def due(until: datetime | None = None, at_most: int | None = None) -> Iterator[Due]:
    """What is due at `until` (now by default), the longest overdue first; `at_most` so many."""
    rows = due_rows(until)
    yield from (as_due(row) for row in (rows[:at_most] if at_most else rows).iterator(chunk_size=1000))
