"""Positions, their teams, their questions, and the candidates who are invited."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone

from hiring.audit.services import Actor
from hiring.lib.ids import new_reference
from hiring.lib.indexes import OrderIndex


class Position(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField(max_length=160)
    description = models.TextField(blank=True, max_length=4000)
    employer_place = models.CharField(max_length=40, default="unknown")
    job_place = models.CharField(max_length=40, default="unknown")
    days_after_decision = models.PositiveIntegerField(default=90)
    days_without_decision = models.PositiveIntegerField(default=180)
    is_open = models.BooleanField(default=True)
    follow_ups = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    team = models.ManyToManyField(  # type: ignore[var-annotated]  # the plugin does not see the through model
        settings.AUTH_USER_MODEL, through="TeamMember", related_name="positions"
    )

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="position_days_sensible",
                condition=models.Q(days_after_decision__range=(1, 3650))
                & models.Q(days_without_decision__range=(1, 3650)),
            )
        ]

    def __str__(self) -> str:
        return self.title


class TeamMember(models.Model):
    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(name="team_member_once", fields=["position", "user"])]

    def __str__(self) -> str:
        return f"{self.user} on {self.position}"


class Question(models.Model):
    """A question put to every candidate, or a follow-up asked only if the answer did not cover its point.

    points_changed_at: since then it has points that its finished runs were not notified of.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    position = models.ForeignKey(Position, on_delete=models.CASCADE, related_name="questions")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=600)
    time_limit_s = models.PositiveIntegerField(default=180)
    points_changed_at = models.DateTimeField(null=True, blank=True)
    follows = models.OneToOneField(
        "RubricPoint", null=True, blank=True, on_delete=models.CASCADE, related_name="follow_up"
    )

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(name="question_order_once", fields=["position", "order"]),
        ]

    def __str__(self) -> str:
        return self.text


class RubricPoint(models.Model):
    """Something job-related that a good answer to a question covers, in its author's words."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="points")
    order = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)

    class Meta:
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(name="rubric_point_once", fields=["question", "text"]),
            models.CheckConstraint(name="rubric_point_says_something", condition=~models.Q(text="")),
        ]

    def __str__(self) -> str:
        return self.text


class Interview(models.Model):
    """One candidate for one position. Erasure empties the personal columns and keeps the row for the certificate."""

    class State(models.TextChoices):
        INVITED = "invited", "Invited"
        OPENED = "opened", "Opened"
        SUBMITTED = "submitted", "Submitted"
        DECIDED = "decided", "Decided"
        ERASED = "erased", "Erased"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="interviews")
    reference = models.CharField(max_length=12, unique=True, default=new_reference)
    candidate_name = models.CharField(max_length=120, blank=True)
    candidate_email = models.EmailField(blank=True)
    candidate_place = models.CharField(max_length=40, default="unknown")
    language = models.CharField(max_length=8, default="en")
    accommodation = models.TextField(blank=True, max_length=1000)
    state = models.CharField(max_length=12, choices=State.choices, default=State.INVITED)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["position", "state", "-created_at"]),
            # One for each sort order of the inbox (hiring.review.inbox), so that a page costs the same at any size.
            OrderIndex(
                F("submitted_at").desc(nulls_last=True), F("created_at").desc(), F("id"), name="interview_newest"
            ),
            OrderIndex(F("submitted_at").asc(nulls_last=True), F("created_at"), F("id"), name="interview_oldest"),
            models.Index(F("created_at").desc(), F("id"), name="interview_invited"),
            OrderIndex(F("erased_at").asc(nulls_first=True), F("candidate_name"), F("id"), name="interview_by_name"),
        ]
        constraints = [
            models.CheckConstraint(
                name="interview_erased_is_empty",
                condition=~models.Q(state="erased")
                | models.Q(candidate_name="", candidate_email="", accommodation="", erased_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def as_actor(self) -> Actor:
        return Actor("candidate", str(self.pk))


class Invitation(models.Model):
    """A personal link. Only the hash of its token is stored; it opens one session, once.

    proven: it opened in the candidate's own browser, because no link of this interview had been used before, or
    because that browser used an earlier proven one. A later link may have been opened by its creator.
    by_installation: created by the installation's own tools, which is proof enough: anyone who can run those needs no
    link.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="invitations")
    token_digest = models.CharField(max_length=64, unique=True)
    by_installation = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    redeemed_at = models.DateTimeField(null=True, blank=True)
    proven = models.BooleanField(default=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="invitation_expires_later", condition=models.Q(expires_at__gt=models.F("created_at"))
            ),
            # Uploads from before an unproven link are distinguished by time: two links at the same time would blur
            # that.
            models.UniqueConstraint(
                name="invitation_one_for_an_interview", fields=["interview"], condition=models.Q(revoked_at=None)
            ),
            models.CheckConstraint(
                name="invitation_unused_proves_nothing",
                condition=models.Q(proven=False) | models.Q(redeemed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"link to {self.interview_id}"

    @property
    def state(self) -> str:
        if self.revoked_at:
            return "revoked"
        if self.redeemed_at:
            return "used"
        return "expired" if self.expires_at <= timezone.now() else "open"
