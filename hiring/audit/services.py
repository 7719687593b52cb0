"""Append to the record, inside the transaction of what it records.

The hashes are keyed by the master key, which is not in the database: anyone who can only write rows cannot make a
valid chain. And the head is recorded every hour in a file next to the keys: a chain that was truncated or replaced as
a whole no longer matches it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from hiring.audit import pace
from hiring.audit.actions import Action
from hiring.audit.models import ChainHead, Event

GENESIS = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts: a user, a candidate (by interview), or the system itself."""

    kind: str
    id: str = ""


SYSTEM = Actor(Event.ActorKind.SYSTEM)


#: The columns that an event's hash covers, in this order.
HASHED = (
    "previous_hash", "at", "actor_kind", "actor_id", "action", "object_type", "object_id", "interview_id", "details",
)  # fmt: skip


def digest(event: Event) -> str:
    """Return the hash of an event, which covers the one before it."""
    return digest_of([getattr(event, name) for name in HASHED])


def digest_of(facts: Sequence[Any]) -> str:
    """Same as `digest`, from the columns that it covers, in the order of HASHED."""
    previous, at, *others = facts
    return seal("audit chain", [previous, at.isoformat(), *others])


def seal(use: str, facts: Sequence[Any]) -> str:
    """Return an HMAC of facts, for one use, that no one can create with the database alone."""
    content = json.dumps(facts, sort_keys=True).encode()
    return hmac.new(_key(settings.MASTER_KEY, use), content, hashlib.sha256).hexdigest()


@cache
def _key(master_key: str, use: str) -> bytes:
    return hashlib.sha256(use.encode() + base64.b64decode(master_key)).digest()


@transaction.atomic
def record(
    *,
    actor: Actor,
    action: Action,
    obj: models.Model | None = None,
    interview: Any = None,
    always: bool = False,
    **details: Any,
) -> Event:
    """Append one event. `interview` is an interview or its id; `details` are short facts that contain no names.

    Raises ValueError for an action that is not listed: there would be no wording for it.

    Raises pace.TooOften, unless `always`, if a candidate has already done this as often as an hour allows: the
    caller's transaction then rolls back what this would have recorded.
    """
    head, _ = ChainHead.objects.select_for_update().get_or_create(id=1)
    interview_id = str(getattr(interview, "pk", interview) or "")
    if not always:  # inside the lock, so that no concurrent call slips through
        pace.require(kind=actor.kind, action=action, interview_id=interview_id)
    event = Event(
        at=timezone.now(),
        actor_kind=actor.kind,
        actor_id=actor.id,
        action=Action(action).value,
        object_type=(obj._meta.model_name or "") if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        interview_id=interview_id,
        details=details,
        previous_hash=head.last_hash,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    ChainHead.objects.filter(id=1).update(last_hash=event.hash, events=models.F("events") + 1)
    return event


def record_look(*, actor: Actor, obj: models.Model, interview: Any) -> None:
    """Record that someone viewed a recording, at most hourly per person: a player requests a hundred ranges."""
    lately = Event.objects.filter(
        actor_id=actor.id,
        action=Action.VIEWED_RECORDING,
        object_id=str(obj.pk),
        at__gt=timezone.now() - timedelta(hours=1),
    )
    if not lately.exists():
        record(actor=actor, action=Action.VIEWED_RECORDING, obj=obj, interview=interview)


def _anchor_file() -> Path:
    return Path(settings.KEY_DIR) / "audit-head.json"


def anchor() -> None:
    """Record the chain's head outside the database, next to the keys."""
    head = ChainHead.objects.filter(id=1).first()
    if head is None:
        return
    path = _anchor_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps({"events": head.events, "hash": head.last_hash, "at": timezone.now().isoformat()}))
    draft.replace(path)


def anchored() -> dict[str, Any]:
    """What was recorded outside: events and hash."""
    try:
        found: dict[str, Any] = json.loads(_anchor_file().read_text())
    except FileNotFoundError:
        return {"events": 0, "hash": GENESIS}
    return found
