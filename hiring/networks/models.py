"""Models that workers have reported, whether they may be used, and audits of their fairness.

A model is identified by the SHA-256 of its weights file, as named in every run's manifest. The web process reads
rows; it never loads a model.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hiring.lib.jobs import Job

SHA256 = r"^[0-9a-f]{64}$"


class Network(models.Model):
    """One weights file. `measured` and `fairness` are what was established before release, {} for nothing."""

    class Kind(models.TextChoices):
        EXPRESSION = "expression", "Expression"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.EXPRESSION)
    name = models.CharField(max_length=120)
    weights_sha256 = models.CharField(max_length=64, unique=True)
    card = models.TextField(blank=True)
    measured = models.JSONField(default=dict, blank=True)
    fairness = models.JSONField(default=dict, blank=True)
    is_on = models.BooleanField(default=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-last_seen_at"]
        indexes = [models.Index(fields=["kind", "-last_seen_at"])]
        constraints = [
            models.CheckConstraint(name="network_kind_known", condition=Q(kind__in=["expression"])),
            models.CheckConstraint(name="network_hash_is_sha256", condition=Q(weights_sha256__regex=SHA256)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.weights_sha256[:10]}"

    @property
    def short_hash(self) -> str:
        """Long enough to distinguish two models by eye."""
        return self.weights_sha256[:10]

    @property
    def last_switch(self) -> Switch | None:
        """Who last switched it, when and why; None if no one has."""
        return self.switches.first()


class Switch(models.Model):
    """Someone switched a model off, with a reason, or on again."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="switches")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="switches")
    is_on = models.BooleanField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(name="switch_off_has_a_reason", condition=Q(is_on=True) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.network} {'on' if self.is_on else 'off'}"


class FairnessAudit(Job):
    """One audit of a model on one folder of images. The row is the source of truth for the job, as with runs."""

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        COMPLETE = "complete", "Complete"
        FAILED = "failed", "Failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="audits")
    source = models.CharField(max_length=255)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="fairness_audits"
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, blank=True)
    failure = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ["-queued_at"]
        indexes = [models.Index(fields=["state", "lease_until"])]
        constraints = [
            models.CheckConstraint(
                name="fairness_audit_state_known",
                condition=Q(state__in=["queued", "running", "complete", "failed"]),
            ),
            models.CheckConstraint(
                name="fairness_audit_running_is_held",
                condition=Q(state="running", token__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(token__isnull=True)),
            ),
            models.CheckConstraint(
                name="fairness_audit_failed_says_why", condition=~Q(state="failed") | ~Q(failure="")
            ),
            models.UniqueConstraint(
                name="fairness_audit_one_at_a_time",
                fields=["network", "source"],
                condition=Q(state__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"fairness audit of {self.network} on {self.source} ({self.state})"

    @property
    def is_active(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return min(99, 100 * self.done // self.total) if self.total else 0
