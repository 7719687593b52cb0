"""What remains after an erasure."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone


class ErasureCertificate(models.Model):
    """What was erased, when and why. Contains no names: the interview's reference is the only link to it."""

    class Reason(models.TextChoices):
        CANDIDATE = "candidate", "The candidate asked"
        RETENTION = "retention", "The retention period ended"
        ADMINISTRATOR = "administrator", "An administrator erased it on request"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview_reference = models.CharField(max_length=12)
    interview_id = models.UUIDField()
    position_title = models.CharField(max_length=160)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    erased_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    key_destroyed = models.BooleanField()

    class Meta:
        ordering = ["-erased_at"]
        constraints = [
            models.CheckConstraint(
                name="certificate_reason_known",
                condition=models.Q(reason__in=["candidate", "retention", "administrator"]),
            )
        ]

    def __str__(self) -> str:
        return f"certificate for {self.interview_reference}"
