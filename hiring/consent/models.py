"""What the candidate agreed to, when, and to which text."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.utils import timezone

from hiring.policy.rules import Purpose
from hiring.positions.models import Interview, Invitation


class ConsentReceipt(models.Model):
    """One answer for one purpose. Rows are only added; the newest row for a purpose is in force.

    link: the personal link that opened the session in which it was given.
    """

    id = models.BigAutoField(primary_key=True)
    receipt = models.UUIDField(default=uuid.uuid4)
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="consents")
    link = models.ForeignKey(Invitation, null=True, on_delete=models.RESTRICT, related_name="receipts")
    purpose = models.CharField(max_length=20)
    granted = models.BooleanField()
    notice_version = models.CharField(max_length=20)
    notice_language = models.CharField(max_length=8)
    notice_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["interview", "purpose", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="consent_purpose_known", condition=models.Q(purpose__in=[p.value for p in Purpose])
            ),
            models.UniqueConstraint(name="consent_once_a_receipt", fields=["receipt", "purpose"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}: {'yes' if self.granted else 'no'} ({self.at:%Y-%m-%d %H:%M})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError("A consent receipt is never changed; a new one is added.")
        super().save(*args, **kwargs)
