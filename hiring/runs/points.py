"""What a worker found about the points of a question, and the follow-up question for a point that it did not find.

Based on the words only: no face, no voice, and only if the candidate agreed to a transcript. It rates nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from analysis.types import Stage
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.positions.models import Interview, Question, RubricPoint
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun, FollowUpOffer, PointLookup, Sentence
from hiring.runs.selectors import complete_run

NOT_IN_THE_WORDS = "no words about it were found"


def of(recording: Recording, run: AnalysisRun | None) -> list[dict[str, Any]]:
    """The points of a recording's question, each with the passages whose words match it. JSON-ready.

    run: its newest complete one. quotes is None if the point has not been searched for: there are no words, the point
    is newer than the last search, or it cannot be searched for.
    """
    found = dict(run.points.values_list("point", "quotes")) if run else {}
    return [{"text": point.text, "quotes": found.get(point.pk)} for point in recording.question.points.all()]


def are_open_to_candidate(interview: Interview) -> bool:
    """True once the answers are submitted: before that, the points would be a hint."""
    return interview.state not in (Interview.State.INVITED, Interview.State.OPENED)


def to_look_for(run: AnalysisRun) -> QuerySet[RubricPoint]:
    """The points of the run's question that have not been searched for in this run."""
    return RubricPoint.objects.filter(question=run.recording.question_id).exclude(lookups__run=run)


def are_wanted(run_id: UUID) -> bool:
    """Whether the run's question has any points."""
    return RubricPoint.objects.filter(question__recordings__runs=run_id).exists()


def runs_to_look_at(most: int) -> list[UUID]:
    """Complete runs whose question has points not yet searched for: the question was changed, or a worker died."""
    for question in Question.objects.filter(points_changed_at__isnull=False):
        _tell_runs_of(question)
    rows = AnalysisRun.objects.filter(points_due_since__isnull=False, state=AnalysisRun.State.COMPLETE)
    return list(rows.order_by("points_due_since").values_list("pk", flat=True)[:most])


@transaction.atomic
def _tell_runs_of(question: Question) -> None:
    Question.objects.filter(pk=question.pk).update(points_changed_at=None)
    looked_for = PointLookup.objects.filter(run=OuterRef(OuterRef("pk")), point=OuterRef("pk"))
    missing = question.points.filter(~Exists(looked_for))
    are_due(AnalysisRun.objects.filter(Exists(missing), recording__question=question))


def are_due(rows: QuerySet[AnalysisRun]) -> None:
    """Mark those of these runs that are complete and have words for another search for the points."""
    said = Exists(Sentence.objects.filter(run=OuterRef("pk")))
    rows.filter(said, state=AnalysisRun.State.COMPLETE).update(points_due_since=timezone.now())


def sentences_of(run: AnalysisRun) -> list[dict[str, Any]]:
    """The sentences of a run in order: start_ms, end_ms and text."""
    words = list(run.words.values_list("text", flat=True))
    return [
        {
            "start_ms": sentence.start_ms,
            "end_ms": sentence.end_ms,
            "text": " ".join(filter(None, words[sentence.first_word : sentence.after_word])),
        }
        for sentence in run.sentences.all()
    ]


@transaction.atomic
def conclude(*, run: AnalysisRun, quotes: Mapping[RubricPoint, Sequence[Mapping[str, Any]] | None]) -> None:
    """Save what was found and offer a follow-up question if one is due, both in one transaction."""
    rows = Interview.objects.select_for_update(of=("self",)).select_related("position")
    interview = rows.get(pk=run.recording.interview_id)  # locked first, as everywhere
    save(run=run, quotes=quotes)
    _offer_follow_up(interview, run.recording)


@transaction.atomic
def save(*, run: AnalysisRun, quotes: Mapping[RubricPoint, Sequence[Mapping[str, Any]] | None]) -> None:
    """Save what was found for these points, unless the run's results are gone in the meantime. Once for each point.

    None: a point that could not be searched for.
    """
    held = AnalysisRun.objects.select_for_update().filter(pk=run.pk, state=AnalysisRun.State.COMPLETE)
    if Stage.TRANSCRIPT not in run.plan or not held.exists():
        return
    points = RubricPoint.objects.select_for_update().filter(pk__in=[point.pk for point in quotes])
    there = set(points.values_list("pk", flat=True))  # its author may have removed one in the meantime
    rows = [
        PointLookup(run=run, point=point, quotes=None if found is None else list(found))
        for point, found in quotes.items()
        if point.pk in there
    ]
    PointLookup.objects.bulk_create(rows, ignore_conflicts=True)
    if not to_look_for(run).exists():
        held.update(points_due_since=None)


def _offer_follow_up(interview: Interview, recording: Recording) -> None:
    """Offer the first prepared question whose point was not found; at most one per answer, before submission.

    Offers nothing if the position does not use follow-ups, if the words were recognized with low confidence, or if
    there are no words. The audit log records which question and why.
    """
    run = complete_run(recording)
    wanted = interview.position.follow_ups and interview.state == Interview.State.OPENED
    if not wanted or run is None or run.transcript_low_confidence or not run.sentences.exists():
        return
    same = {"question__follows__question": recording.question_id}
    if interview.follow_ups.filter(**same).exists() or interview.recordings.filter(**same).exists():
        return
    left_out = run.points.filter(quotes=[], point__follow_up__isnull=False).select_related("point__follow_up").first()
    if left_out is None:
        return
    question = left_out.point.follow_up
    FollowUpOffer.objects.create(interview=interview, question=question, recording=recording)
    audit.record(
        actor=audit.SYSTEM,
        action=Action.FOLLOW_UP_OFFERED,
        obj=recording,
        interview=interview,
        question=str(question.pk),
        point=str(left_out.point_id),
        because=NOT_IN_THE_WORDS,
    )


def questions_of(interview: Interview, because_of: QuerySet[Recording] | None = None) -> QuerySet[Question]:
    """The questions of an interview, in order: those for everyone, and the follow-ups it was offered or answered.

    because_of: include only follow-ups that these recordings led to, or that are answered among them; default: all.
    """
    recordings = Recording.objects.filter(interview=interview) if because_of is None else because_of
    own = Question.objects.filter(offers__interview=interview, offers__recording__in=recordings)
    own |= Question.objects.filter(recordings__in=recordings)
    asked = Question.objects.filter(follows=None) | Question.objects.filter(pk__in=own.values("pk"))
    return asked.filter(position=interview.position_id).select_related("follows__question")
