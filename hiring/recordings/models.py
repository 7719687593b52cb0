"""What a candidate recorded: the upload in progress, and the encrypted files afterward."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from hiring.positions.models import Interview, Question


class Recording(models.Model):
    """One answer's video.

    uploading: bytes are arriving. received: all bytes have arrived, no worker has checked them yet. ready: checked,
    encrypted, playable. refused: not usable, with the reason. Deleting a recording removes its row.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", "Uploading"
        RECEIVED = "received", "Received"
        READY = "ready", "Ready"
        REFUSED = "refused", "Refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    #: The columns that name files in the vault.
    VAULT_FILES = ("original_file", "playable_file", "poster_file", "transcript_file")

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="recordings")
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="recordings")
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADING)
    created_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField()
    received_bytes = models.BigIntegerField(default=0)
    writer = models.UUIDField(null=True, blank=True)
    writer_until = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    refusal_code = models.CharField(max_length=40, blank=True)
    refusal = models.CharField(max_length=300, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    container = models.CharField(max_length=40, blank=True)
    video_codec = models.CharField(max_length=40, blank=True)
    audio_codec = models.CharField(max_length=40, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    fps = models.FloatField(null=True, blank=True)
    duration_ms = models.BigIntegerField(null=True, blank=True)
    missing_ms = models.BigIntegerField(default=0)
    original_file = models.CharField(max_length=100, blank=True)
    playable_file = models.CharField(max_length=100, blank=True)
    poster_file = models.CharField(max_length=100, blank=True)
    transcript_file = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["question__order", "created_at"]
        indexes = [
            models.Index(name="recording_received", fields=["interview"], condition=Q(state="received")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="recording_one_for_an_answer",
                fields=["interview", "question"],
                condition=Q(state__in=["uploading", "received", "ready"]),
            ),
            models.CheckConstraint(
                name="recording_bytes_within_size",
                condition=Q(received_bytes__gte=0) & Q(received_bytes__lte=models.F("size_bytes")),
            ),
            models.CheckConstraint(
                name="recording_complete_when_received",
                condition=~Q(state__in=["received", "ready"]) | Q(received_bytes=models.F("size_bytes")),
            ),
            models.CheckConstraint(
                name="recording_ready_is_kept", condition=~Q(state="ready") | ~Q(original_file="") & ~Q(sha256="")
            ),
        ]

    def __str__(self) -> str:
        return f"recording {self.id}"

    @property
    def received_percent(self) -> int:
        return 100 * self.received_bytes // self.size_bytes if self.size_bytes else 0


class Waveform(models.Model):
    """How loud a recording's sound is: one byte for each tenth of a second, 0 to 100 of full scale.

    Kept separate from the recording's row, because lists read those by the thousand.
    """

    recording = models.OneToOneField(Recording, on_delete=models.CASCADE, primary_key=True, related_name="waveform")
    peaks = models.BinaryField()

    def __str__(self) -> str:
        return f"waveform of recording {self.recording_id}"
