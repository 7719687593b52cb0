"""The append-only record of who did and who saw what."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.utils import timezone


class Event(models.Model):
    """One action that someone took. Its hash covers the event before it, so that a change or a gap is detectable.

    Contains only ids and short facts: never a name, an address, an answer or a transcript, because it outlives them.
    """

    class ActorKind(models.TextChoices):
        USER = "user"
        CANDIDATE = "candidate"
        SYSTEM = "system"

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_id = models.CharField(max_length=36, blank=True)
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=36, blank=True)
    interview_id = models.CharField(max_length=36, blank=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [
            models.Index(fields=["interview_id", "-id"]),
            models.Index(fields=["actor_id", "-id"]),
            # Also for prefixes of an action, in any collation of the database.
            models.Index(name="audit_action", fields=["action", "-id"], opclasses=["varchar_pattern_ops", ""]),
        ]
        constraints = [
            models.CheckConstraint(
                name="audit_actor_kind", condition=models.Q(actor_kind__in=["user", "candidate", "system"])
            ),
            # Each event follows exactly one other: two writers cannot both append to the same end of the chain.
            models.UniqueConstraint(name="audit_chain_is_a_line", fields=["previous_hash"]),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor_kind} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("An audit event is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("An audit event is never deleted.")


class ChainHead(models.Model):
    """The single row that writers lock, so that events are serialized."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last_hash = models.CharField(max_length=64, default="0" * 64)
    events = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="audit_one_chain", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return f"{self.events} events, head {self.last_hash[:12]}"


class ChainCheck(models.Model):
    """A check of the chain: of all of it, or from where the last one ended.

    events, last_id, last_hash: its progress, counted from the very first event. seal: of these three, by the key that
    is not in the database; without it no check starts there. fault: what does not match, at fault_event.
    """

    class Fault(models.TextChoices):
        BROKEN = "broken", "An event does not follow the one before it"
        REPLACED = "replaced", "An event is not the one whose hash was noted"
        SHORTER_THAN_NOTED = "shorter_than_noted", "Fewer events than were noted outside the database"
        SHORTER_THAN_WRITTEN = "shorter_than_written", "Fewer events than were written"

    is_whole = models.BooleanField()
    is_under_way = models.BooleanField(default=True)
    asked_by = models.CharField(max_length=36, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    events = models.BigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="0" * 64)
    seal = models.CharField(max_length=64, blank=True)
    fault = models.CharField(max_length=20, blank=True, choices=Fault.choices)
    fault_event = models.BigIntegerField(null=True, blank=True)
    expected_events = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="audit_one_check_at_a_time", fields=["is_under_way"], condition=models.Q(is_under_way=True)
            ),
        ]

    def __str__(self) -> str:
        return f"check of {self.events} events"
