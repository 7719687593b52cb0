"""When the places of a position change: runs that they forbid are withheld immediately, and discarded afterward."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from hiring.consent import selectors as consent
from hiring.policy.rules import rule_for, stages_of
from hiring.positions.models import Interview, Position
from hiring.runs.models import AnalysisRun

State = AnalysisRun.State
#: A run that was canceled or failed has nothing to show.
_OVER = (State.CANCELLED, State.FAILED)
_AT_ONCE = 500


def withhold(*, position: Position, employer_place: str, job_place: str) -> int:
    """Cancel every run whose plan these places do not allow, and mark it for discarding. Returns how many.

    A few queries, however many interviews there are. No screen, download or API response shows a canceled run, so
    this hides what was found as soon as it is committed. A model that is off does not remove existing results. If
    something queues a run with the old plan at the same time, that run is refused when a worker checks again before
    it starts.
    """
    found = _forbidden(position, employer_place, job_place)
    for start in range(0, len(found), _AT_ONCE):
        AnalysisRun.objects.filter(pk__in=found[start : start + _AT_ONCE]).exclude(state__in=_OVER).update(
            state=State.CANCELLED, token=None, lease_until=None, to_discard=True
        )
    return len(found)


def _forbidden(position: Position, employer_place: str, job_place: str) -> list[UUID]:
    """Runs to withhold, locked in primary key order, as everywhere."""
    homes = position.interviews.order_by().values_list("candidate_place", flat=True).distinct()
    rules = {home: rule_for([employer_place, job_place, home]) for home in homes}
    agreed = consent.agreed_under(position, rules)
    rows = AnalysisRun.objects.filter(recording__interview__position=position).exclude(state__in=_OVER)
    locked = rows.select_for_update(of=("self",)).order_by("pk")
    return [
        pk
        for pk, interview_id, plan in locked.values_list("pk", "recording__interview_id", "plan")
        if not stages_of(agreed.get(interview_id, {})).issuperset(plan)
    ]


def with_withheld() -> QuerySet[Interview]:
    """Interviews with runs that still need to be discarded."""
    runs = AnalysisRun.objects.filter(to_discard=True)
    return Interview.objects.filter(pk__in=runs.values("recording__interview_id")).select_related("position")
