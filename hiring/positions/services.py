"""Changes to positions, teams, invitations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Min, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from hiring.accounts import services as accounts
from hiring.accounts.models import User
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.services import Actor
from hiring.lib.ids import new_reference, new_token, token_digest
from hiring.lib.refused import Refused
from hiring.positions.models import Interview, Invitation, Position, Question, RubricPoint, TeamMember
from hiring.positions.selectors import asked_of_all, resting_on

# How similar (0..1) two texts must be to count as the same question, reworded or with a mistake corrected.
_SAME_QUESTION = 0.75
#: Enough even if nine of ten references are taken; while few are, the first try succeeds.
_REFERENCE_TRIES = 200


class LinkRefused(Exception):
    """A personal link cannot be opened; `reason` is unknown, expired, revoked or used.

    `interview_id` is the interview the link belonged to, so that someone who already has that interview can continue.
    """

    def __init__(self, reason: str, interview_id: UUID | None = None) -> None:
        super().__init__(reason)
        self.reason, self.interview_id = reason, interview_id


class NotAllowed(Refused):
    """A rule about positions, teams or invitations forbids it."""


@transaction.atomic
def create_position(
    *, title: str, questions: Iterable[str], creator: User, employer_place: str, job_place: str, description: str = ""
) -> Position:
    """Open a position; its creator is the first member of its team."""
    position = Position.objects.create(
        title=title, description=description, employer_place=employer_place, job_place=job_place
    )
    set_questions(position=position, texts=questions, actor=creator.as_actor())
    TeamMember.objects.create(position=position, user=creator)
    audit.record(actor=creator.as_actor(), action=Action.POSITION_CREATED, obj=position)
    return position


@transaction.atomic
def change_position(*, position: Position, actor: Actor, **columns: str | bool) -> Position:
    """Change the given columns of a position."""
    for name, value in columns.items():
        setattr(position, name, value)
    position.save(update_fields=list(columns))
    audit.record(actor=actor, action=Action.POSITION_CHANGED, obj=position, columns=sorted(columns))
    return position


@transaction.atomic
def revise_position(*, position: Position, questions: Iterable[str], actor: Actor, **columns: str | bool) -> Position:
    """Change a position and its questions together. Raises NotAllowed and changes nothing."""
    set_questions(position=position, texts=questions, actor=actor)
    return change_position(position=position, actor=actor, **columns)


@transaction.atomic
def set_questions(*, position: Position, texts: Iterable[str], actor: Actor) -> None:
    """Set the questions of the position, in this order.

    A question with the same text stays the same row, and so does one that is slightly reworded.

    Raises NotAllowed if a question that someone has already answered would be removed.
    """
    kept = {question.text: question for question in asked_of_all(position)}
    wanted = [text.strip() for text in texts if text.strip()]
    same = {text: kept.pop(text) for text in wanted if text in kept}
    asked = [same.get(text) or _reworded(text, kept) or Question(position=position, text=text) for text in wanted]
    _put_in_order(position, asked)
    try:
        for question in kept.values():
            question.delete()
    except ProtectedError as error:
        raise NotAllowed(
            _(
                "The question “{question}” has already been answered. You can move it, but not reword or remove it."
            ).format(question=question.text)
        ) from error
    audit.record(actor=actor, action=Action.POSITION_QUESTIONS, obj=position, questions=len(wanted))


def _reworded(text: str, gone: dict[str, Question]) -> Question | None:
    """The unanswered question that this text rewords, if any: its points and follow-ups stay."""
    (near, *_rest) = get_close_matches(text, gone, n=1, cutoff=_SAME_QUESTION) or [""]
    if not near or gone[near].recordings.exists():
        return None
    question = gone.pop(near)
    question.text = text
    return question


def _put_in_order(position: Position, asked: Iterable[Question]) -> None:
    """Number these questions in the given order, each followed by the follow-ups to its points.

    Two questions may never have the same number, so they move to free numbers: from 1, or else after the last.
    """
    ordered: list[Question] = []
    for question in asked:
        ordered += [question, *Question.objects.filter(follows__question=question).order_by("follows__order")]
    taken = position.questions.aggregate(first=Min("order"), last=Max("order"))
    start = 1 if (taken["first"] or 0) > len(ordered) else (taken["last"] or 0) + 1
    for number, question in enumerate(ordered, start=start):
        question.order = number
        question.save()


@dataclass(frozen=True)
class Point:
    """What an author writes for one point; an empty follow_up asks nothing."""

    text: str
    follow_up: str = ""


@transaction.atomic
def set_rubric(*, position: Position, points: Mapping[UUID, Iterable[Point]], follow_ups: bool, actor: Actor) -> None:
    """Set the points of the position's questions, by question id, each in this order.

    A point with the same text stays the same row and keeps what was found for it; so does a follow-up question.
    follow_ups: whether they are offered at all. Raises NotAllowed if someone answered one that would be removed, and
    changes nothing.
    """
    questions = list(asked_of_all(position).select_for_update())
    for question in questions:
        if question.pk in points:
            _set_points(question, list(points[question.pk]))
    _put_in_order(position, questions)
    position.follow_ups = follow_ups
    position.save(update_fields=["follow_ups"])
    count = sum(question.points.count() for question in questions)
    audit.record(actor=actor, action=Action.POSITION_RUBRIC, obj=position, points=count, follow_ups=follow_ups)


def _set_points(question: Question, wanted: list[Point]) -> None:
    kept = {point.text: point for point in question.points.all()}
    if any(each.text not in kept for each in wanted):
        question.points_changed_at = timezone.now()
        question.save(update_fields=["points_changed_at"])
    for order, each in enumerate(wanted):
        point = kept.pop(each.text, None) or RubricPoint(question=question, text=each.text)
        point.order = order
        point.save()
        _set_follow_up(question.position, point, each.follow_up)
    for point in kept.values():
        _set_follow_up(question.position, point, "")
        point.delete()


def _set_follow_up(position: Position, point: RubricPoint, text: str) -> None:
    now = Question.objects.filter(follows=point).first()
    if now is not None and now.text == text:
        return
    if now is not None and now.recordings.exists():
        raise NotAllowed(
            _(
                "The follow-up question “{question}” has already been answered. You cannot reword or remove it."
            ).format(question=now.text)
        )
    if now is not None and text:  # the same row, so those who were offered it see the new text
        now.text = text
        now.save(update_fields=["text"])
    elif now is not None:
        now.delete()
    elif text:
        last = position.questions.aggregate(last=Max("order"))["last"] or 0
        Question.objects.create(position=position, text=text, order=last + 1, follows=point)


@transaction.atomic
def add_to_team(*, position: Position, user: User, actor: Actor) -> None:
    """Let a person see this position's interviews."""
    TeamMember.objects.get_or_create(position=position, user=user)
    audit.record(actor=actor, action=Action.TEAM_ADDED, obj=position, person=str(user.pk))


def add_colleague(*, position: Position, email: str, actor: Actor) -> User:
    """Add the person with this address to the team. Raises NotAllowed if no one has it."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise NotAllowed(_("No one here has this address. An administrator can add them."))
    add_to_team(position=position, user=user, actor=actor)
    return user


@transaction.atomic
def remove_from_team(*, position: Position, user: User, actor: Actor) -> None:
    """Remove a person from the team; their next request already gets a 404. Raises NotAllowed for the last one."""
    Position.objects.select_for_update().get(pk=position.pk)
    if not position.memberships.exclude(user=user).filter(user__is_active=True).exists():
        raise NotAllowed(_("You are the last person on this team. Add someone else first."))
    TeamMember.objects.filter(position=position, user=user).delete()
    audit.record(actor=actor, action=Action.TEAM_REMOVED, obj=position, person=str(user.pk))


@transaction.atomic
def change_person(*, user: User, role: str, is_active: bool, actor: Actor) -> User:
    """Change a person's role or access. Raises NotAllowed if a position would be left without a team.

    Raises accounts' CannotChange if no administrator would be left.
    """
    if not is_active:
        # Locked, so that of the last two people on a team only one can be deactivated at a time.
        list(Position.objects.select_for_update().filter(memberships__user=user).order_by("pk").values_list("pk"))
        left_alone = [position.title for position in resting_on(user)]
        if left_alone:
            raise NotAllowed(
                _(
                    "This account cannot be closed yet: no one else who can sign in is on the team of {titles}. Add "
                    "someone to each of these teams first."
                ).format(titles=", ".join(f"“{title}”" for title in left_alone))
            )
    return accounts.change_person(user=user, role=role, is_active=is_active, actor=actor)


@transaction.atomic
def invite(
    *, position: Position, name: str, email: str, place: str, language: str, actor: Actor
) -> tuple[Interview, str]:
    """Create an interview and its personal link. Returns (interview, token); the token is not stored.

    Raises NotAllowed if the position is closed.
    """
    if not Position.objects.select_for_update().get(pk=position.pk).is_open:
        raise NotAllowed(_("This position is closed. Open it before you invite someone."))
    interview = _create_interview(
        position=position,
        candidate_name=name.strip(),
        candidate_email=email.strip(),
        candidate_place=place,
        language=language,
    )
    audit.record(actor=actor, action=Action.INTERVIEW_INVITED, obj=interview, interview=interview)
    return interview, new_link(interview=interview, actor=actor)


def _create_interview(**columns: object) -> Interview:
    """Create the row under a free reference. Erased interviews keep theirs, so a new one can collide.

    Each attempt has its own savepoint; otherwise PostgreSQL would reject everything after it in this transaction.
    """
    for _try in range(_REFERENCE_TRIES):
        reference = new_reference()
        try:
            with transaction.atomic():
                return Interview.objects.create(reference=reference, **columns)
        except IntegrityError:
            if not Interview.objects.filter(reference=reference).exists():
                raise
    raise RuntimeError("No reference is free: they need more digits.")


@transaction.atomic
def new_link(*, interview: Interview, actor: Actor) -> str:
    """Create a new personal link, revoking earlier ones, and return its token."""
    revoke_links(interview=interview, actor=actor)  # locks the interview, so that concurrent calls are serialized
    token = new_token()
    invitation = Invitation.objects.create(
        interview=interview,
        token_digest=token_digest(token),
        made_by_id=actor.id if actor.kind == "user" else None,
        by_installation=actor == audit.SYSTEM,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    audit.record(actor=actor, action=Action.INVITATION_CREATED, obj=invitation, interview=interview)
    return token


@transaction.atomic
def revoke_links(*, interview: Interview, actor: Actor) -> int:
    """Revoke every link of this interview, including used ones: the sessions they opened end. Returns how many."""
    Interview.objects.select_for_update().get(pk=interview.pk)
    revoked = interview.invitations.filter(revoked_at=None).update(revoked_at=timezone.now())
    if revoked:
        audit.record(actor=actor, action=Action.INVITATION_REVOKED, obj=interview, interview=interview, links=revoked)
    return revoked


def link_state(token: str) -> Invitation:
    """Return the open invitation for a token. Raises LinkRefused with the reason, and changes nothing."""
    links = Invitation.objects.select_related("interview__position")
    invitation = links.filter(token_digest=token_digest(token)).first()
    if invitation is None or invitation.interview.state == Interview.State.ERASED:
        raise LinkRefused("unknown")
    if invitation.state != "open":
        raise LinkRefused(invitation.state, invitation.interview_id)
    return invitation


def opens(interview: Interview, token: str) -> bool:
    """Whether this is the token of one of the interview's links that can still be opened."""
    try:
        return bool(token) and link_state(token).interview_id == interview.pk
    except LinkRefused:
        return False


def _proves(interview: Interview, earlier: str) -> bool:
    """Whether a browser that opened this link is the candidate's.

    A link created by the installation resets who holds the interview: what was proven before no longer counts.
    """
    proven = interview.invitations.filter(proven=True).order_by("-redeemed_at")
    last_put_right = proven.filter(by_installation=True).first()
    counts = proven.filter(redeemed_at__gte=last_put_right.redeemed_at) if last_put_right else proven
    return bool(earlier) and str(earlier) in {str(pk) for pk in counts.values_list("pk", flat=True)}


@transaction.atomic
def redeem(*, token: str, earlier: str = "") -> Invitation:
    """Redeem a personal link: of many concurrent attempts, exactly one succeeds. Raises LinkRefused.

    earlier: the id of a link that this browser shows it has opened; it counts if that link was proven.
    """
    invitation = link_state(token)
    now = timezone.now()
    # Locked, so that if two links of one interview are opened at the same time, only one is the first.
    interview = Interview.objects.select_for_update().get(pk=invitation.interview_id)
    is_first = not interview.invitations.exclude(redeemed_at=None).exists()
    won = Invitation.objects.filter(pk=invitation.pk, redeemed_at=None, revoked_at=None, expires_at__gt=now).update(
        redeemed_at=now, proven=is_first or invitation.by_installation or _proves(interview, earlier)
    )
    invitation.refresh_from_db()
    if not won:
        raise LinkRefused(invitation.state, invitation.interview_id)
    if interview.state == Interview.State.INVITED:
        interview.state = Interview.State.OPENED
        interview.save(update_fields=["state"])
    audit.record(
        actor=interview.as_actor(),
        action=Action.INVITATION_REDEEMED,
        obj=invitation,
        interview=interview,
        proven=invitation.proven,
    )
    return invitation


@transaction.atomic
def ask_for_accommodation(*, interview: Interview, text: str) -> None:
    """Save what the candidate asks for; the team sees it, and no reason is asked."""
    interview.accommodation = text.strip()
    interview.save(update_fields=["accommodation"])
    audit.record(actor=interview.as_actor(), action=Action.ACCOMMODATION_ASKED, obj=interview, interview=interview)


def choose_language(*, interview: Interview, language: str) -> None:
    """Remember the candidate's language, for the next visit and for messages."""
    interview.language = language
    interview.save(update_fields=["language"])
