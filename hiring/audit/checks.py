"""Check that no one changed the record: a worker walks along the chain, in slices.

A full check starts at the first event, any other where the last one ended. So a change to an event that was already
checked is found by the next full check, which runs weekly.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from hiring.audit.models import ChainCheck, ChainHead, Event
from hiring.audit.services import HASHED, Actor, anchored, digest_of, seal
from hiring.lib import broker

Fault = ChainCheck.Fault
_SOME = 2_000
_EACH_DAY, _EACH_WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class _Noted:
    """A recorded end of the chain: how many events there were, and the hash of the last one."""

    events: int
    hash: str
    fault: Fault


def latest() -> ChainCheck | None:
    """The check in progress, or the last one."""
    return ChainCheck.objects.first()


def start(*, actor: Actor, whole: bool) -> ChainCheck:
    """Start a check, or return the one in progress. A worker does it."""
    before = {} if whole else _checked_before()
    try:
        with transaction.atomic():
            row = ChainCheck.objects.create(is_whole=not before, asked_by=actor.id, **before)
    except IntegrityError:
        return ChainCheck.objects.get(is_under_way=True)
    transaction.on_commit(lambda: broker.tell("sightline.check_record"))
    return row


def start_if_due(*, actor: Actor) -> None:
    """Start the checks that no one asked for: new events once a day, all of them once a week."""
    ended, now = ChainCheck.objects.filter(is_under_way=False), timezone.now()
    if not ended.filter(is_whole=True, begun_at__gt=now - _EACH_WEEK).exists():
        start(actor=actor, whole=True)
    elif not ended.filter(begun_at__gt=now - _EACH_DAY).exists():
        start(actor=actor, whole=False)


def _checked_before() -> dict[str, Any]:
    """Where the last check ended, or an empty result, in which case all events are checked.

    After a fault the next check is a full one: a fault is shown until a full check finds none. The same applies after
    a check whose seal is not ours: someone forged it.
    """
    last = ChainCheck.objects.filter(is_under_way=False).first()
    if last is None or last.fault or last.seal != _seal(last):
        return {}
    return {"events": last.events, "last_id": last.last_id, "last_hash": last.last_hash}


def _seal(row: ChainCheck) -> str:
    return seal("audit check", [row.events, row.last_id, row.last_hash])


def go_on(for_s: float) -> bool:
    """Continue the check in progress for this many seconds. Returns whether there is more to do.

    Two workers at once do the same work twice, and one of them saves the result.
    """
    row = ChainCheck.objects.filter(is_under_way=True).first()
    if row is None:
        return False
    # Read before the events: anything written in the meantime comes after these.
    noted, before = _noted(), row.events
    until_s, is_over = time.monotonic() + for_s, False
    while not is_over and not row.fault:
        if time.monotonic() >= until_s:
            break
        is_over = _walk(row, noted) < _SOME
    if is_over and not row.fault:
        _compare_end(row, noted)
    if is_over or row.fault:
        row.is_under_way, row.ended_at = False, timezone.now()
        row.seal = "" if row.fault else _seal(row)
    _keep(row, before)
    return row.is_under_way


def _noted() -> list[_Noted]:
    outside, head = anchored(), ChainHead.objects.filter(id=1).first()
    ends = [_Noted(outside["events"], outside["hash"], Fault.SHORTER_THAN_NOTED)]
    return ends + ([_Noted(head.events, head.last_hash, Fault.SHORTER_THAN_WRITTEN)] if head else [])


def _walk(row: ChainCheck, noted: list[_Noted]) -> int:
    """Follow the next events, up to the first that does not match. Returns how many were read."""
    rows = Event.objects.filter(id__gt=row.last_id).order_by("id").values_list("id", "hash", *HASHED)
    some = list(rows[:_SOME])
    for event_id, own_hash, *facts in some:
        if facts[0] != row.last_hash or own_hash != digest_of(facts):
            row.fault, row.fault_event = Fault.BROKEN, event_id
            break
        row.events, row.last_id, row.last_hash = row.events + 1, event_id, own_hash
        if any(end.events == row.events and end.hash != own_hash for end in noted):
            row.fault, row.fault_event = Fault.REPLACED, event_id
            break
    return len(some)


def _compare_end(row: ChainCheck, noted: list[_Noted]) -> None:
    """Compare with the recorded ends: since then the chain can have grown, but not shrunk."""
    for end in noted:
        if row.events < end.events:
            row.fault, row.expected_events = end.fault, end.events
            return


def _keep(row: ChainCheck, before: int) -> None:
    found = ("events", "last_id", "last_hash", "fault", "fault_event", "expected_events")
    columns = (*found, "seal", "is_under_way", "ended_at")
    mine = ChainCheck.objects.filter(pk=row.pk, is_under_way=True, events=before)
    mine.update(**{name: getattr(row, name) for name in columns})
