"""The inbox: waiting, being analyzed, ready, reviewed by me, decided. Stays fast with 100,000 interviews.

Filters start from the few relevant rows (active runs, the viewer's own verdicts); what a row shows is read only for
the rows of one page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from hiring.accounts.models import User
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.review.models import Decision, Note, Verdict, Watched
from hiring.runs.models import AnalysisRun, Moment
from hiring.runs.standing import Standing, standing

PAGE = 50
#: Above this many interviews, the counts are cached for some seconds.
_MANY, _KEPT_S = 2_000, 15
_FEW = 500
#: The start of a reference, which is not a name.
_REFERENCE = re.compile(r"[A-Za-z]-\d[\d-]*", re.ASCII)
#: An answer that can be watched, now or once it has been checked.
_USABLE = (Recording.State.RECEIVED, Recording.State.READY)
_ACTIVE = (AnalysisRun.State.QUEUED, AnalysisRun.State.RUNNING)
_STOPPED = (AnalysisRun.State.FAILED, AnalysisRun.State.QUARANTINED)


class Show(StrEnum):
    """The filters of the inbox."""

    ALL = ""
    WAITING = "waiting"
    ANALYZING = "analyzing"
    READY = "ready"
    MINE = "mine"
    DECIDED = "decided"
    ERASED = "erased"


#: The columns rows are sorted by, and whether in descending order; the id breaks ties, so that no row is repeated or
#: skipped between pages.
ORDERS: dict[str, tuple[tuple[str, bool], ...]] = {
    "newest": (("submitted_at", True), ("created_at", True), ("pk", False)),
    "oldest": (("submitted_at", False), ("created_at", False), ("pk", False)),
    "invited": (("created_at", True), ("pk", False)),
    "name": (("candidate_name", False), ("pk", False)),
}


def _ordered(rows: QuerySet[Interview], sort: str) -> QuerySet[Interview]:
    """Sort rows in this order; rows with an empty column come last, and so do erased ones when sorting by name."""
    keys = []
    for column, latest in ORDERS.get(sort, ORDERS["newest"]):
        # Set only for the column that can be null: an index has the others in their plain order.
        last = True if column == "submitted_at" else None
        keys.append(F(column).desc(nulls_last=last) if latest else F(column).asc(nulls_last=last))
    return rows.order_by(F("erased_at").asc(nulls_first=True), *keys) if sort == "name" else rows.order_by(*keys)


def _behind(row: Interview, sort: str) -> Q:
    """The rows that come after this one in the sort order, whether or not it is still in the list."""
    behind, same = Q(), Q()
    for column, latest in ORDERS.get(sort, ORDERS["newest"]):
        value = getattr(row, column)
        if value is not None:
            later = Q(**{f"{column}__{'lt' if latest else 'gt'}": value}) | Q(**{f"{column}__isnull": True})
            behind |= same & later
        same &= Q(**{column: value})
    return behind


class _FromTheNearerEnd:
    """A paginated list of sorted ids; a page in the second half is read from the end."""

    ordered = True

    def __init__(self, ids: QuerySet[Any, Any], count: int) -> None:
        self._ids, self._count = ids, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: Any) -> list[UUID]:
        first, after = part.start, min(part.stop, self._count)
        if first <= self._count // 2:
            return list(self._ids[first:after])
        return list(self._ids.reverse()[self._count - after : self._count - first])[::-1]


@dataclass(frozen=True)
class Row:
    """One interview as the inbox shows it."""

    interview: Interview
    stage: str
    percent: int
    recordings: int
    moments: int
    seen_by_me: int
    notes_by_me: int
    watched_by_me: int

    @property
    def is_watched(self) -> bool:
        """Whether this person watched or read every answer to the end."""
        return 0 < self.recordings <= self.watched_by_me


def _analyzing() -> Q:
    """A file still to be checked, or an analysis in progress. A stopped one is neither."""
    stopped = AnalysisRun.objects.filter(recording=OuterRef("pk"), state__in=_STOPPED)
    received = Recording.objects.filter(~Exists(stopped), state=Recording.State.RECEIVED)
    active = AnalysisRun.objects.filter(state__in=_ACTIVE)
    return Q(pk__in=received.order_by().values("interview").union(active.order_by().values("recording__interview")))


def _reviewed_by(viewer: User) -> Q:
    """This person watched or read every answer to the end, gave a verdict, or wrote a note or the decision."""
    written = (
        Verdict.objects.filter(reviewer=viewer),
        Note.objects.filter(author=viewer),
        Decision.objects.filter(decided_by=viewer),
    )
    first, *others = (rows.order_by().values("interview") for rows in written)
    return Q(pk__in=first.union(*others)) | Q(pk__in=_watched_by(viewer, first.union(*others)))


def _watched_by(viewer: User, besides: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """Interviews of which this person watched every answer, except those in `besides`, which need no such check."""
    mine = Watched.objects.filter(reviewer=viewer, recording=OuterRef("pk"))
    left = Recording.objects.filter(~Exists(mine), interview=OuterRef("interview"), state__in=_USABLE)
    # Counted, so that PostgreSQL checks each interview in turn; a join would read all recordings in the database.
    count = left.order_by().values("interview").annotate(n=Count("pk")).values("n")
    watched = Watched.objects.filter(reviewer=viewer).exclude(interview__in=besides)
    return watched.annotate(left=Coalesce(Subquery(count), 0)).filter(left=0).order_by().values("interview")


def _narrowed(rows: QuerySet[Interview], viewer: User, show: str) -> QuerySet[Interview]:
    submitted = Interview.State.SUBMITTED
    if show == Show.WAITING:
        return rows.filter(state__in=[Interview.State.INVITED, Interview.State.OPENED])
    if show == Show.ANALYZING:
        return rows.filter(_analyzing(), state=submitted)
    if show == Show.READY:
        return rows.filter(~_analyzing(), state=submitted)
    if show == Show.MINE:
        return rows.filter(_reviewed_by(viewer))
    if show == Show.DECIDED:
        return rows.filter(state=Interview.State.DECIDED)
    if show == Show.ERASED:
        return rows.filter(state=Interview.State.ERASED)
    return rows


def _matching(rows: QuerySet[Interview], search: str) -> QuerySet[Interview]:
    text = search.strip()
    if _REFERENCE.fullmatch(text):  # in the stored form, so that an index finds them
        return rows.filter(reference__startswith=text.upper())
    return rows.filter(Q(candidate_name__icontains=text) | Q(reference__istartswith=text))


@dataclass(frozen=True)
class Inbox:
    """One page of interviews, with the count for each filter."""

    page: Page[UUID]
    show: str
    counts: dict[str, int]
    rows: list[Row]


def _counts(rows: QuerySet[Interview], viewer: User) -> dict[str, int]:
    """How many interviews each filter would show."""
    by_state = dict(rows.order_by().values_list("state").annotate(number=Count("*")))
    analyzing = _narrowed(rows, viewer, Show.ANALYZING).count()
    return {
        "all": sum(by_state.values()),
        Show.WAITING: by_state.get(Interview.State.INVITED, 0) + by_state.get(Interview.State.OPENED, 0),
        Show.ANALYZING: analyzing,
        Show.READY: by_state.get(Interview.State.SUBMITTED, 0) - analyzing,
        Show.MINE: _narrowed(rows, viewer, Show.MINE).count(),
        Show.DECIDED: by_state.get(Interview.State.DECIDED, 0),
        Show.ERASED: by_state.get(Interview.State.ERASED, 0),
    }


def _counts_lately(rows: QuerySet[Interview], viewer: User, *choices: object) -> dict[str, int]:
    """Same as `_counts`, cached for a few seconds if there are thousands: an off-by-one goes unnoticed there."""
    key = "inbox-" + hashlib.sha256(repr((viewer.pk, *choices)).encode()).hexdigest()
    counts: dict[str, int] | None = cache.get(key)
    if counts is None:
        counts = _counts(rows, viewer)
        if counts["all"] > _MANY:
            cache.set(key, counts, _KEPT_S)
    return counts


def _found(rows: QuerySet[Interview], search: str, position: UUID | None) -> QuerySet[Interview]:
    found = rows if position is None else rows.filter(position_id=position)
    if not search.strip():
        return found
    # A search reads every name, so it runs once; the few matches are then looked up by id.
    matching = _matching(found, search)
    ids = list(matching.order_by().values_list("pk", flat=True)[: _FEW + 1])
    return rows.filter(pk__in=ids) if len(ids) <= _FEW else matching


def inbox_page(
    rows: QuerySet[Interview],
    viewer: User,
    *,
    state: str = "",
    search: str = "",
    position: UUID | None = None,
    sort: str = "newest",
    page: int = 1,
) -> Inbox:
    """One page of the interviews that this person has access to: eleven queries, however many there are."""
    found = _found(rows, search, position)
    counts = _counts_lately(found, viewer, search, position)
    ordered = _ordered(_narrowed(found, viewer, state), sort)
    # Only ids are sorted, and counted once; whole rows are read only for the page shown.
    ids_in_order: Any = _FromTheNearerEnd(ordered.values_list("pk", flat=True), counts[state or "all"])
    pages: Paginator[UUID] = Paginator(ids_in_order, PAGE)
    shown = pages.get_page(page)
    ids = list(shown.object_list)
    interviews, facts = rows.in_bulk(ids), _facts(ids, viewer)
    return Inbox(shown, state, counts, [_row(interviews[pk], facts) for pk in ids if pk in interviews])


def _count(rows: QuerySet[Any, Any], by: str) -> dict[UUID, int]:
    return dict(rows.order_by().values_list(by).annotate(Count("pk", distinct=True)))


def _facts(ids: list[UUID], viewer: User) -> dict[str, dict[UUID, Any]]:
    of_run = "run__recording__interview_id"
    complete = Moment.objects.filter(run__state=AnalysisRun.State.COMPLETE, **{f"{of_run}__in": ids})
    mine = Verdict.objects.filter(reviewer=viewer, interview__in=ids, moment__run__state=AnalysisRun.State.COMPLETE)
    return {
        "recordings": _recordings(ids),
        "moments": _count(complete, of_run),
        "seen": _count(mine, "interview_id"),
        "watched": _count(
            Watched.objects.filter(reviewer=viewer, interview__in=ids, recording__state__in=_USABLE), "interview_id"
        ),
        "notes": _count(Note.objects.filter(author=viewer, interview__in=ids), "interview_id"),
    }


def _recordings(ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, str, int]]]:
    """(recording's state, newest run's state, its percent) of each interview's recordings."""
    runs = AnalysisRun.objects.filter(recording__interview__in=ids).exclude(state=AnalysisRun.State.CANCELLED)
    columns = ("recording_id", "state", "done_ms", "total_ms")
    newest = {run.recording_id: run for run in runs.order_by("queued_at").only(*columns)}
    found: dict[UUID, list[tuple[str, str, int]]] = {}
    recordings = Recording.objects.filter(interview__in=ids).order_by()
    for pk, interview, state in recordings.values_list("pk", "interview_id", "state"):
        run = newest.get(pk)
        facts = (state, run.state if run else "", run.percent if run else 0)
        found.setdefault(interview, []).append(facts)
    return found


def _stage(interview: Interview, recordings: list[tuple[str, str, int]]) -> str:
    """The one-word status shown next to an interview: its next step."""
    if interview.state != Interview.State.SUBMITTED:
        return interview.state
    standings = {standing(state, run) for state, run, _percent in recordings}
    if any(each.is_moving for each in standings):
        return "analyzing"
    return "analysis_stopped" if Standing.STOPPED in standings else "ready"


def _row(interview: Interview, facts: dict[str, dict[UUID, Any]]) -> Row:
    recordings = facts["recordings"].get(interview.pk, [])
    usable = [item for item in recordings if item[0] in _USABLE]
    done = [100 if run == AnalysisRun.State.COMPLETE else percent for _, run, percent in usable]
    return Row(
        interview=interview,
        stage=_stage(interview, usable),
        percent=sum(done) // len(done) if done else 0,
        recordings=len(usable),
        moments=facts["moments"].get(interview.pk, 0),
        seen_by_me=facts["seen"].get(interview.pk, 0),
        notes_by_me=facts["notes"].get(interview.pk, 0),
        watched_by_me=facts["watched"].get(interview.pk, 0),
    )


def next_in_list(
    rows: QuerySet[Interview],
    viewer: User,
    after: Interview,
    *,
    state: str = "",
    search: str = "",
    position: UUID | None = None,
    sort: str = "newest",
) -> Interview | None:
    """The next interview in the list that the reviewer came from: those with answers to see, each once."""
    found = _narrowed(_found(rows, search, position), viewer, state)
    handed_in = found.filter(state__in=[Interview.State.SUBMITTED, Interview.State.DECIDED])
    return _ordered(handed_in.filter(_behind(after, sort)), sort).first()


def next_to_review(rows: QuerySet[Interview], viewer: User, after: Interview) -> Interview | None:
    """For a reviewer who did not come from a list: the oldest one that is ready and not reviewed by this person."""
    ready = _narrowed(rows, viewer, Show.READY).exclude(_reviewed_by(viewer))
    return _ordered(ready.exclude(pk=after.pk), "oldest").first()
