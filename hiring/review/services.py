"""What reviewers write, and what candidates correct."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from hiring.accounts.models import User
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib.refused import Refused
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.review.models import Correction, Decision, Note, Verdict, Watched
from hiring.review.transcript import transcript
from hiring.runs import points
from hiring.runs.models import Moment, PointLookup
from hiring.runs.selectors import complete_run

_OF_ANSWER = {
    Verdict.Answer.CONFIRMED: Action.MOMENT_CONFIRMED,
    Verdict.Answer.DISMISSED: Action.MOMENT_DISMISSED,
}


class NotAllowed(Refused):
    """A rule about reviews forbids it."""


class NoSuchLine(NotAllowed):
    """No line of the transcript begins there."""


@transaction.atomic
def give_verdict(*, moment: Moment, reviewer: User, answer: str, reason: str) -> Verdict:
    """Confirm or dismiss a moment. Dismissing needs a reason. Raises NotAllowed."""
    reason = reason.strip()
    if answer not in Verdict.Answer.values:
        raise NotAllowed("A moment is either confirmed or dismissed.")
    if answer == Verdict.Answer.DISMISSED and not reason:
        raise NotAllowed("Please say in a few words why you dismiss this moment.")
    interview_id = moment.run.recording.interview_id
    verdict, _ = Verdict.objects.update_or_create(
        moment=moment,
        reviewer=reviewer,
        defaults={"interview_id": interview_id, "answer": answer, "reason": reason[:500], "at": timezone.now()},
    )
    audit.record(
        actor=reviewer.as_actor(), action=_OF_ANSWER[Verdict.Answer(answer)], obj=moment, interview=interview_id
    )
    return verdict


@transaction.atomic
def withdraw_verdict(*, moment: Moment, reviewer: User) -> None:
    """Withdraw one's own verdict."""
    Verdict.objects.filter(moment=moment, reviewer=reviewer).delete()
    audit.record(
        actor=reviewer.as_actor(),
        action=Action.MOMENT_UNDONE,
        obj=moment,
        interview=moment.run.recording.interview_id,
    )


@transaction.atomic
def note_watched(*, recording: Recording, reviewer: User) -> None:
    """Record, once, that a reviewer watched an answer to the end or read its whole transcript."""
    _row, is_new = Watched.objects.get_or_create(
        recording=recording, reviewer=reviewer, defaults={"interview_id": recording.interview_id}
    )
    if is_new:
        audit.record(
            actor=reviewer.as_actor(),
            action=Action.VIEWED_TO_THE_END,
            obj=recording,
            interview=recording.interview_id,
        )


@transaction.atomic
def add_note(*, recording: Recording, author: User, at_ms: int, text: str) -> Note:
    """Save a note at a time in the recording. Raises NotAllowed for an empty note or a time outside the recording."""
    text = text.strip()
    if not text:
        raise NotAllowed("Please write something first.")
    if at_ms < 0 or (recording.duration_ms is not None and at_ms > recording.duration_ms):
        raise NotAllowed("This time is outside the recording.")
    note = Note.objects.create(
        recording=recording, interview_id=recording.interview_id, author=author, at_ms=at_ms, text=text[:2000]
    )
    audit.record(actor=author.as_actor(), action=Action.NOTE_ADDED, obj=note, interview=recording.interview_id)
    return note


@transaction.atomic
def delete_note(*, note: Note, actor: User) -> None:
    """Delete one's own note. Raises NotAllowed for someone else's."""
    if note.author_id != actor.pk:
        raise NotAllowed("Only its author can delete a note.")
    audit.record(actor=actor.as_actor(), action=Action.NOTE_DELETED, obj=note, interview=note.recording.interview_id)
    note.delete()


LONGEST_CORRECTION = 2000


@transaction.atomic
def correct(*, recording: Recording, start_ms: int, text: str) -> None:
    """Save the candidate's own words for the line that begins there; an empty text removes an earlier correction.

    Raises NoSuchLine, or NotAllowed if the text is too long.
    """
    if start_ms not in {
        line["start_ms"] for line in transcript(complete_run(recording))["lines"] if line["kind"] == "speech"
    }:
        raise NoSuchLine(gettext("The transcript has no line that begins there."))
    text = " ".join(text.split())
    if len(text) > LONGEST_CORRECTION:
        raise NotAllowed(gettext("Please use {count} characters or fewer.").format(count=LONGEST_CORRECTION))
    row = Correction.objects.filter(recording=recording, start_ms=start_ms)
    if text:
        Correction.objects.update_or_create(
            recording=recording, start_ms=start_ms, defaults={"text": text, "at": timezone.now()}
        )
    elif not row.delete()[0]:
        return
    # The words in which the question's points were searched have changed; the next lookup includes the correction.
    if PointLookup.objects.filter(run__recording=recording).delete()[0]:
        points.are_due(recording.runs.all())
    action = Action.TRANSCRIPT_CORRECTED if text else Action.TRANSCRIPT_CORRECTION_WITHDRAWN
    audit.record(actor=recording.interview.as_actor(), action=action, obj=recording, interview=recording.interview_id)


@transaction.atomic
def decide(*, interview: Interview, person: User, outcome: str, reason: str) -> Decision:
    """Record a person's decision. Raises NotAllowed without a reason, or if a decision already exists."""
    if outcome not in Decision.Outcome.values:
        raise NotAllowed("Please choose one of the two outcomes.")
    if len(reason.strip()) < 10:
        raise NotAllowed("Please give the reason for this decision in a sentence or more.")
    locked = Interview.objects.select_for_update().get(pk=interview.pk)
    if locked.state != Interview.State.SUBMITTED:
        raise NotAllowed("A decision can be recorded once, after the answers have been submitted.")
    decision = Decision.objects.create(interview=locked, decided_by=person, outcome=outcome, reason=reason.strip())
    locked.state, locked.decided_at = Interview.State.DECIDED, decision.at
    locked.save(update_fields=["state", "decided_at"])
    audit.record(actor=person.as_actor(), action=Action.INTERVIEW_DECIDED, obj=locked, interview=locked)
    return decision
