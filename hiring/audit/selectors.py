"""Read the record."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from hiring.audit.actions import Action
from hiring.audit.models import ChainHead, Event


def events(*, action: str = "", interview_id: str = "", actor_id: str = "") -> QuerySet[Event]:
    """Events, newest first."""
    chosen = Q()
    if action:
        chosen &= Q(action__startswith=action)
    if interview_id:
        chosen &= Q(interview_id=interview_id)
    if actor_id:
        chosen &= Q(actor_id=actor_id)
    return Event.objects.filter(chosen).order_by("-id")


def looks_and_links(interview_id: str) -> QuerySet[Event]:
    """What the candidate can see: who opened this interview, who created a link to it, and links opened elsewhere."""
    by_people = Q(actor_kind=Event.ActorKind.USER) & (
        Q(action__startswith="viewed.") | Q(action=Action.INVITATION_CREATED)
    )
    elsewhere = Q(action=Action.INVITATION_REDEEMED, details__proven=False)
    return events(interview_id=interview_id).filter(by_people | elsewhere)


def how_many() -> int:
    """How many events there are, according to the count stored with the chain's head."""
    return ChainHead.objects.filter(id=1).values_list("events", flat=True).first() or 0
