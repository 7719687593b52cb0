"""What people say about what was found, and what they decide."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.runs.models import Moment


class Verdict(models.Model):
    """One reviewer's verdict on one moment; a second verdict from the same person replaces the first.

    `interview` duplicates what the moment's run knows, so that the inbox finds "reviewed by me" without walking four
    tables.
    """

    class Answer(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        DISMISSED = "dismissed", "Dismissed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    moment = models.ForeignKey(Moment, on_delete=models.CASCADE, related_name="verdicts")
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="verdicts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verdicts")
    answer = models.CharField(max_length=10, choices=Answer.choices)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["reviewer", "interview"])]
        constraints = [
            models.UniqueConstraint(name="verdict_once_a_reviewer", fields=["moment", "reviewer"]),
            models.CheckConstraint(name="verdict_answer_known", condition=Q(answer__in=["confirmed", "dismissed"])),
        ]

    def __str__(self) -> str:
        return f"{self.answer} by {self.reviewer}"


class Note(models.Model):
    """A reviewer's note at a time in the recording. `interview` repeats what the recording knows, as in Verdict."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="notes")
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notes")
    at_ms = models.BigIntegerField()
    text = models.CharField(max_length=2000)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at_ms", "created_at"]
        indexes = [models.Index(fields=["author", "interview"])]
        constraints = [
            models.CheckConstraint(name="note_has_text", condition=~Q(text="")),
            models.CheckConstraint(name="note_time", condition=Q(at_ms__gte=0)),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Watched(models.Model):
    """A reviewer watched an answer to the end, or read its whole transcript. `interview` as in Verdict."""

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="watched")
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="watched")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="watched")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["reviewer", "interview", "recording"])]
        constraints = [models.UniqueConstraint(name="watched_once_a_reviewer", fields=["recording", "reviewer"])]

    def __str__(self) -> str:
        return f"{self.recording_id} by {self.reviewer}"


class Correction(models.Model):
    """What a candidate says they said, next to what a speech recognizer transcribed, which is kept.

    Keyed by time, not by word, so a recording that is analyzed again keeps it.
    """

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="corrections")
    start_ms = models.BigIntegerField()
    text = models.CharField(max_length=2000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["start_ms"]
        constraints = [
            models.UniqueConstraint(name="correction_once", fields=["recording", "start_ms"]),
            models.CheckConstraint(name="correction_has_text", condition=~Q(text="")),
            models.CheckConstraint(name="correction_time", condition=Q(start_ms__gte=0)),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Decision(models.Model):
    """A named person's decision, with a written reason. The product never makes one."""

    class Outcome(models.TextChoices):
        NEXT_STEP = "next_step", "Moves on to the next step"
        NOT_CONTINUED = "not_continued", "Not continued"

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="decision")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    reason = models.TextField(max_length=4000)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["decided_by", "interview"])]
        constraints = [
            models.CheckConstraint(name="decision_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="decision_outcome_known", condition=Q(outcome__in=["next_step", "not_continued"])
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()
