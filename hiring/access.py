"""The only answer to "may this person see or do this?". Missing and forbidden look the same: Http404.

Screens and the API reach every row through here. Candidates are identified by their interview, which their personal
link put into the session; people who sign in, by their user. An administrator manages people, policies and erasure
but does not see interviews unless they are on the position's team.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

from hiring.accounts.models import User
from hiring.audit import selectors as audit_selectors
from hiring.audit.models import Event
from hiring.networks.models import FairnessAudit, Network
from hiring.positions.models import Interview, Invitation, Position, Question, RubricPoint, TeamMember
from hiring.recordings.models import Recording
from hiring.retention.models import ErasureCertificate
from hiring.review.models import Note
from hiring.runs import points
from hiring.runs import selectors as run_selectors
from hiring.runs.models import AnalysisRun, Moment
from hiring.web.errors import LinkNeeded, ProofNeeded

#: A candidate's recordings are visible to the team once submitted: until then an answer can still be replaced.
HANDED_IN = (Interview.State.SUBMITTED, Interview.State.DECIDED)

M = TypeVar("M", bound=Model)
#: What an opened personal link stores in the session: the interview, and which link it was.
CANDIDATE_SESSION_KEY, CANDIDATE_LINK_KEY = "candidate_interview", "candidate_link"


def _or_404(rows: QuerySet[M], **lookup: Any) -> M:
    found = rows.filter(**lookup).first()
    if found is None:
        raise Http404
    return found


def _staff(user: object) -> User:
    if not isinstance(user, User) or not user.is_active:
        raise Http404
    return user


def administrator(user: object) -> User:
    """Return the user if they are an administrator. Raises Http404."""
    person = _staff(user)
    if not person.is_administrator:
        raise Http404
    return person


def recruiter(user: object) -> User:
    """Return the user if they may work with positions. Raises Http404."""
    return _staff(user)


# --- People who sign in ------------------------------------------------------------------------------------------


def positions(user: object) -> QuerySet[Position]:
    """Positions whose team the person is on."""
    return Position.objects.filter(memberships__user=_staff(user))


def position_for(user: object, pk: UUID) -> Position:
    return _or_404(positions(user), pk=pk)


def listed_interviews(user: object) -> QuerySet[Interview]:
    """Interviews of the person's positions as shown in lists: an erased one is a line without a name."""
    mine = TeamMember.objects.filter(user=_staff(user)).values("position")
    return Interview.objects.filter(position__in=mine).select_related("position")


def interviews(user: object) -> QuerySet[Interview]:
    """Interviews of the person's positions that can be opened: without the erased ones."""
    return listed_interviews(user).exclude(state=Interview.State.ERASED)


def interview_for(user: object, pk: UUID) -> Interview:
    return _or_404(interviews(user), pk=pk)


def recordings(user: object) -> QuerySet[Recording]:
    """Recordings that were submitted."""
    return (
        Recording.objects.filter(interview__position__memberships__user=_staff(user), interview__state__in=HANDED_IN)
        .exclude(state=Recording.State.UPLOADING)
        .select_related("interview__position", "question")
    )


def recording_for(user: object, pk: UUID) -> Recording:
    return _or_404(recordings(user), pk=pk)


def runs(user: object) -> QuerySet[AnalysisRun]:
    """Runs of submitted recordings. A canceled one would reveal what the candidate withdrew."""
    rows = AnalysisRun.objects.filter(
        recording__interview__position__memberships__user=_staff(user), recording__interview__state__in=HANDED_IN
    )
    return rows.exclude(state=AnalysisRun.State.CANCELLED).select_related("recording")


def run_for(user: object, pk: UUID) -> AnalysisRun:
    return _or_404(runs(user), pk=pk)


def moments(user: object) -> QuerySet[Moment]:
    shown = Q(run__state=AnalysisRun.State.COMPLETE, run__recording__interview__state__in=HANDED_IN)
    return Moment.objects.filter(
        shown, run__recording__interview__position__memberships__user=_staff(user)
    ).select_related("run__recording", "explanation")


def moment_for(user: object, pk: UUID) -> Moment:
    return _or_404(moments(user), pk=pk)


def note_for(user: object, pk: UUID) -> Note:
    """A note that the person may see. Only its author may delete it: review.services checks that."""
    notes = Note.objects.filter(interview__position__memberships__user=_staff(user), interview__state__in=HANDED_IN)
    return _or_404(notes.select_related("recording"), pk=pk)


# --- Administrators ----------------------------------------------------------------------------------------------


def people(user: object) -> QuerySet[User]:
    administrator(user)
    return User.objects.all()


def person_for(user: object, pk: UUID) -> User:
    return _or_404(people(user), pk=pk)


def governed_positions(user: object) -> QuerySet[Position]:
    """Every position, for managing retention: title and days, not its interviews' content."""
    administrator(user)
    return Position.objects.all()


def governed_position_for(user: object, pk: UUID) -> Position:
    return _or_404(governed_positions(user), pk=pk)


def governed_interviews(user: object) -> QuerySet[Interview]:
    """Every interview that can be erased; screens show its reference, never its content."""
    administrator(user)
    return Interview.objects.exclude(state=Interview.State.ERASED).select_related("position")


def governed_interviews_like(user: object, typed: str) -> QuerySet[Interview]:
    """Interviews with this text in their reference, or with exactly this address or name.

    Case-insensitive for ASCII letters; in PostgreSQL for other letters too.
    """
    exactly = Q(candidate_email__iexact=typed) | Q(candidate_name__iexact=" ".join(typed.split()))
    return governed_interviews(user).filter(Q(reference__icontains=typed) | exactly)


def governed_interview_for(user: object, pk: UUID) -> Interview:
    return _or_404(governed_interviews(user), pk=pk)


def networks(user: object) -> QuerySet[Network]:
    """Every model that a worker ever reported, the one in use first."""
    administrator(user)
    return Network.objects.prefetch_related("switches__by")


def network_for(user: object, pk: UUID) -> Network:
    return _or_404(networks(user), pk=pk)


def fairness_audits(user: object) -> QuerySet[FairnessAudit]:
    """Every fairness audit, newest first."""
    administrator(user)
    return FairnessAudit.objects.select_related("network", "started_by")


def fairness_audit_for(user: object, pk: UUID) -> FairnessAudit:
    return _or_404(fairness_audits(user), pk=pk)


def stopped_analyses(user: object) -> QuerySet[AnalysisRun]:
    """Analyses that can be restarted, most recent first; screens show references, never the person behind them."""
    administrator(user)
    return run_selectors.stopped().select_related("recording__interview__position").order_by("-finished_at")


def governed_run_for(user: object, pk: UUID) -> AnalysisRun:
    """Any run, to be restarted: hiring.runs decides whether it can be."""
    administrator(user)
    return _or_404(AnalysisRun.objects.select_related("recording"), pk=pk)


def asked_texts(user: object, ids: Collection[UUID]) -> dict[str, str]:
    """The text of these questions and rubric points, by id, for an administrator. Raises Http404."""
    administrator(user)
    rows = [model.objects.filter(pk__in=ids).values_list("pk", "text") for model in (Question, RubricPoint)]
    return {str(pk): text for found in rows for pk, text in found}


def audit_events(user: object, **chosen: str) -> QuerySet[Event]:
    administrator(user)
    return audit_selectors.events(**chosen)


def certificates(user: object) -> QuerySet[ErasureCertificate]:
    administrator(user)
    return ErasureCertificate.objects.all()


def certificate_for(user: object, pk: UUID) -> ErasureCertificate:
    return _or_404(certificates(user), pk=pk)


# --- Candidates --------------------------------------------------------------------------------------------------


def candidate_link(request: HttpRequest) -> Invitation:
    """The personal link that opened this session. Raises Http404.

    Revoking the link ends the session that it opened.
    """
    pk, link = request.session.get(CANDIDATE_SESSION_KEY), request.session.get(CANDIDATE_LINK_KEY)
    rows = Invitation.objects.exclude(interview__state=Interview.State.ERASED).select_related("interview__position")
    own = rows.filter(pk=link, interview=pk, revoked_at=None).first() if pk and link else None
    if own is None:
        raise LinkNeeded
    return own


def candidate_interview(request: HttpRequest) -> Interview:
    """The interview that the personal link opened in this session. Raises Http404."""
    return candidate_link(request).interview


def proven_candidate_link(request: HttpRequest) -> Invitation:
    """The link of a session whose browser is the candidate's own. Raises Http404, or its subclass ProofNeeded.

    The creator of a later link may have opened it: that session can add, but it cannot agree, see, submit, download
    or delete what came in before it.
    """
    link = candidate_link(request)
    if not link.proven:
        raise ProofNeeded
    return link


def candidate_questions(request: HttpRequest) -> QuerySet[Question]:
    """The questions of this session: a follow-up reveals the answer that led to it."""
    return points.questions_of(candidate_interview(request), because_of=candidate_recordings(request))


def candidate_question(request: HttpRequest, pk: UUID) -> Question:
    return _or_404(candidate_questions(request), pk=pk)


def candidate_recordings(request: HttpRequest) -> QuerySet[Recording]:
    """The candidate's recordings: all of them, or only those uploaded through this link if it proves nothing."""
    link = candidate_link(request)
    own = Recording.objects.filter(interview=link.interview_id)
    if not link.proven:
        own = own.filter(created_at__gte=link.redeemed_at)
    return own.select_related("interview__position", "question")


def candidate_recording(request: HttpRequest, pk: UUID) -> Recording:
    return _or_404(candidate_recordings(request), pk=pk)


def candidate_may_hand_in(request: HttpRequest) -> Interview:
    """The interview, if this session may submit all of its answers. Raises Http404, or its subclass ProofNeeded."""
    interview = candidate_interview(request)
    usable = interview.recordings.filter(state__in=[Recording.State.RECEIVED, Recording.State.READY])
    if usable.exclude(pk__in=candidate_recordings(request)).exists():
        raise ProofNeeded
    return interview


def candidate_moment(request: HttpRequest, pk: UUID) -> Moment:
    """A moment shown in the candidate's own results."""
    own = Q(run__state=AnalysisRun.State.COMPLETE, run__recording__in=candidate_recordings(request))
    return _or_404(Moment.objects.filter(own).select_related("run__recording", "explanation"), pk=pk)


def candidate_looks(request: HttpRequest) -> list[tuple[Event, str]]:
    """Who opened the candidate's own interview or created a link to it, newest first: each event with their name.

    A link that was opened in another browser is included, without a name: no one knows who that was.
    """
    interview = candidate_interview(request)
    found = list(audit_selectors.looks_and_links(str(interview.pk))[:200])
    names = {str(u.pk): u.name for u in User.objects.filter(pk__in={event.actor_id for event in found})}
    return [(event, names.get(event.actor_id, "")) for event in found]


def candidate_certificate(request: HttpRequest, pk: UUID) -> ErasureCertificate:
    """The certificate issued when this session's candidate erased their data: its id is kept only in the session."""
    if request.session.get("erasure_certificate") != str(pk):
        raise Http404
    return _or_404(ErasureCertificate.objects.all(), pk=pk)
