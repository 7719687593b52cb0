"""Who is waiting, being analysed, ready, reviewed by me, decided: quick with 100,000 interviews.

Filters start from the few rows that decide (runs that are active, one's own verdicts); what a row shows is read for
the rows of one page alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet

from hiring.accounts.models import User
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.review.models import Decision, Note, Verdict
from hiring.runs.models import AnalysisRun, Moment

PAGE = 50


class Show(StrEnum):
    """What the inbox can be narrowed to."""

    ALL = ""
    WAITING = "waiting"
    ANALYSING = "analysing"
    READY = "ready"
    MINE = "mine"
    DECIDED = "decided"


#: The order of rows; the id settles ties, so that no row is shown twice or skipped between pages.
ORDERS = {
    "newest": (F("submitted_at").desc(nulls_last=True), "-created_at", "pk"),
    "oldest": (F("submitted_at").asc(nulls_last=True), "created_at", "pk"),
    "invited": ("-created_at", "pk"),
    "name": ("candidate_name", "pk"),
}


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


def _analysing() -> Q:
    """A file that is not checked yet, or an analysis under way."""
    received = Recording.objects.filter(state=Recording.State.RECEIVED)
    active = AnalysisRun.objects.filter(state__in=[AnalysisRun.State.QUEUED, AnalysisRun.State.RUNNING])
    return Q(pk__in=received.values("interview_id")) | Q(pk__in=active.values("recording__interview_id"))


def _reviewed_by(viewer: User) -> Q:
    """This person answered a moment, or wrote a note or the decision."""
    answered = Verdict.objects.filter(reviewer=viewer).values("interview_id")
    noted = Note.objects.filter(author=viewer).values("recording__interview_id")
    decided = Decision.objects.filter(decided_by=viewer).values("interview_id")
    return Q(pk__in=answered) | Q(pk__in=noted) | Q(pk__in=decided)


def _narrowed(rows: QuerySet[Interview], viewer: User, show: str) -> QuerySet[Interview]:
    submitted = Interview.State.SUBMITTED
    if show == Show.WAITING:
        return rows.filter(state__in=[Interview.State.INVITED, Interview.State.OPENED])
    if show == Show.ANALYSING:
        return rows.filter(_analysing(), state=submitted)
    if show == Show.READY:
        return rows.filter(~_analysing(), state=submitted)
    if show == Show.MINE:
        return rows.filter(_reviewed_by(viewer))
    if show == Show.DECIDED:
        return rows.filter(state=Interview.State.DECIDED)
    return rows


def _matching(rows: QuerySet[Interview], search: str) -> QuerySet[Interview]:
    text = search.strip()
    if not text:
        return rows
    return rows.filter(Q(candidate_name__icontains=text) | Q(reference__istartswith=text))


@dataclass(frozen=True)
class Inbox:
    """One page of interviews, with the counts beside each filter."""

    page: Page
    show: str
    counts: dict[str, int]
    rows: list[Row]


def _counts(rows: QuerySet[Interview], viewer: User) -> dict[str, int]:
    """How many interviews each filter would show."""
    by_state = dict(rows.order_by().values_list("state").annotate(number=Count("*")))
    analysing = _narrowed(rows, viewer, Show.ANALYSING).count()
    return {
        "all": sum(by_state.values()),
        Show.WAITING: by_state.get(Interview.State.INVITED, 0) + by_state.get(Interview.State.OPENED, 0),
        Show.ANALYSING: analysing,
        Show.READY: by_state.get(Interview.State.SUBMITTED, 0) - analysing,
        Show.MINE: _narrowed(rows, viewer, Show.MINE).count(),
        Show.DECIDED: by_state.get(Interview.State.DECIDED, 0),
    }


def inbox(
    rows: QuerySet[Interview],
    viewer: User,
    *,
    state: str = "",
    search: str = "",
    position: UUID | None = None,
    sort: str = "newest",
    page: int = 1,
) -> Inbox:
    """One page of the interviews that access gave this person: ten queries, however many there are."""
    found = _matching(rows, search)
    if position is not None:
        found = found.filter(position_id=position)
    counts = _counts(found, viewer)
    ordered = _narrowed(found, viewer, state).order_by(*ORDERS.get(sort, ORDERS["newest"]))
    # Ids alone are sorted, and counted once: whole rows are read for the page that is shown.
    pages = Paginator(ordered.values_list("pk", flat=True), PAGE)
    pages.count = counts[state or "all"]
    shown = pages.get_page(page)
    ids = list(shown.object_list)
    interviews, facts = rows.in_bulk(ids), _facts(ids, viewer)
    return Inbox(shown, state, counts, [_row(interviews[pk], facts) for pk in ids if pk in interviews])


def _count(rows: QuerySet, by: str) -> dict[UUID, int]:
    return dict(rows.order_by().values_list(by).annotate(Count("pk", distinct=True)))


def _facts(ids: list[UUID], viewer: User) -> dict[str, dict[UUID, Any]]:
    of_run = "run__recording__interview_id"
    complete = Moment.objects.filter(run__state=AnalysisRun.State.COMPLETE, **{f"{of_run}__in": ids})
    mine = Verdict.objects.filter(reviewer=viewer, interview__in=ids, moment__run__state=AnalysisRun.State.COMPLETE)
    return {
        "recordings": _recordings(ids),
        "moments": _count(complete, of_run),
        "seen": _count(mine, "interview_id"),
        "notes": _count(Note.objects.filter(author=viewer, recording__interview__in=ids), "recording__interview_id"),
    }


def _recordings(ids: Iterable[UUID]) -> dict[UUID, list[tuple[str, str, int]]]:
    """(recording's state, newest run's state, its percent) of each interview's recordings."""
    kept = Recording.objects.filter(interview__in=ids)
    found: dict[UUID, list[tuple[str, str, int]]] = {}
    for recording in kept.prefetch_related("runs"):
        runs = [run for run in recording.runs.all() if run.state != AnalysisRun.State.CANCELLED]
        newest = max(runs, key=lambda run: run.queued_at, default=None)
        facts = (recording.state, newest.state if newest else "", newest.percent if newest else 0)
        found.setdefault(recording.interview_id, []).append(facts)
    return found


def _stage(interview: Interview, recordings: list[tuple[str, str, int]]) -> str:
    """The one word beside an interview: the step that is next for it."""
    if interview.state != Interview.State.SUBMITTED:
        return interview.state
    states = {state for state, _, _ in recordings}
    runs = {run for _, run, _ in recordings}
    if Recording.State.RECEIVED in states or runs & {AnalysisRun.State.QUEUED, AnalysisRun.State.RUNNING}:
        return "analysing"
    if runs & {AnalysisRun.State.FAILED, AnalysisRun.State.QUARANTINED}:
        return "analysis_failed"
    return "ready"


def _row(interview: Interview, facts: dict[str, dict[UUID, Any]]) -> Row:
    recordings = facts["recordings"].get(interview.pk, [])
    usable = [item for item in recordings if item[0] in (Recording.State.RECEIVED, Recording.State.READY)]
    done = [100 if run == AnalysisRun.State.COMPLETE else percent for _, run, percent in usable]
    return Row(
        interview=interview,
        stage=_stage(interview, usable),
        percent=sum(done) // len(done) if done else 0,
        recordings=len(usable),
        moments=facts["moments"].get(interview.pk, 0),
        seen_by_me=facts["seen"].get(interview.pk, 0),
        notes_by_me=facts["notes"].get(interview.pk, 0),
    )


def next_to_review(rows: QuerySet[Interview], viewer: User, after: Interview) -> Interview | None:
    """The interview to go on with: ready, not reviewed by this person, waiting the longest."""
    ready = _narrowed(rows, viewer, Show.READY).filter(~_reviewed_by(viewer)).exclude(pk=after.pk)
    return ready.order_by(*ORDERS["oldest"]).first()
