"""Append to the record, inside the transaction of what it records; and check that nobody changed it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from hiring.audit.models import ChainHead, Event

GENESIS = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts: a user, a candidate (by interview), or the system itself."""

    kind: str
    id: str = ""


SYSTEM = Actor(Event.ActorKind.SYSTEM)


def _digest(event: Event) -> str:
    facts = [
        event.previous_hash,
        event.at.isoformat(),
        event.actor_kind,
        event.actor_id,
        event.action,
        event.object_type,
        event.object_id,
        event.interview_id,
        event.details,
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def record(
    *, actor: Actor, action: str, obj: models.Model | None = None, interview: Any = None, **details: Any
) -> Event:
    """Append one event. `interview` is an interview or its id; `details` are short facts that name nobody."""
    head, _ = ChainHead.objects.select_for_update().get_or_create(id=1)
    event = Event(
        at=timezone.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=action,
        object_type=obj._meta.model_name if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        interview_id=str(getattr(interview, "pk", interview) or ""),
        details=details,
        previous_hash=head.last_hash,
    )
    event.hash = _digest(event)
    event.save(force_insert=True)
    ChainHead.objects.filter(id=1).update(last_hash=event.hash, events=models.F("events") + 1)
    return event


def first_broken() -> str:
    """Walk the whole chain; return one sentence on the first event that does not fit, or an empty text."""
    previous, count = GENESIS, 0
    for event in Event.objects.order_by("id").iterator(chunk_size=2000):
        count += 1
        if event.previous_hash != previous or event.hash != _digest(event):
            return f"Event {event.id} does not follow the one before it: something was changed, removed or reordered."
        previous = event.hash
    head = ChainHead.objects.filter(id=1).first()
    if head and (head.last_hash != previous or head.events != count):
        return f"The record ends after {count} events, but {head.events} were written."
    return ""
