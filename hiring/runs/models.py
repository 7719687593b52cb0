"""An analysis run on one recording, and what it found.

The run's row is the source of truth for the job; the broker only wakes a worker.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from analysis.types import EXPRESSIONS, FILLER, RESTART, UNCLEAR, Stage, Step
from hiring.lib.jobs import Job
from hiring.positions.models import Interview, Position, Question, RubricPoint
from hiring.recordings.models import Recording

ATTEMPTS = 3


class AnalysisRun(Job):
    """not_before: no worker takes it until then; room, storage or database was missing `waits` times in a row.

    to_discard: canceled because places changed; what it found is not shown anywhere and must still be deleted.
    position (the interview's) and awaited_since (a candidate waits) determine which run is next: hiring.runs.order.
    overview_file: the lines of a long recording at screen resolution; empty for a short one.
    points_due_since: its words have not been searched yet for all points of its question.
    """

    #: The columns that name files in the vault.
    VAULT_FILES = ("observations_file", "overview_file", "sound_file")

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Running"
        COMPLETE = "complete", "Complete"
        FAILED = "failed", "Failed"
        QUARANTINED = "quarantined", "Set aside"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="runs")
    position = models.ForeignKey(Position, null=True, db_index=False, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    plan = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64)
    attempt = models.PositiveSmallIntegerField(default=0)
    awaited_since = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    waits = models.PositiveSmallIntegerField(default=0)
    step = models.CharField(max_length=20, blank=True)
    done_ms = models.BigIntegerField(default=0)
    total_ms = models.BigIntegerField(default=0)
    failed_step = models.CharField(max_length=20, blank=True)
    failure = models.CharField(max_length=400, blank=True)
    weights_sha256 = models.CharField(max_length=64, blank=True)
    expression_was_off = models.BooleanField(default=False)
    observations_file = models.CharField(max_length=100, blank=True)
    overview_file = models.CharField(max_length=100, blank=True)
    sound_file = models.CharField(max_length=100, blank=True)
    frames = models.PositiveIntegerField(default=0)
    frames_with_face = models.PositiveIntegerField(default=0)
    baseline = models.JSONField(default=dict, blank=True)
    manifest = models.JSONField(default=dict, blank=True)
    transcript_source = models.CharField(max_length=20, blank=True)
    transcript_language = models.CharField(max_length=12, blank=True)
    transcript_low_confidence = models.BooleanField(default=False)
    transcript_note = models.CharField(max_length=300, blank=True)
    topics = models.JSONField(default=list, blank=True)
    to_discard = models.BooleanField(default=False)
    points_due_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-queued_at"]
        indexes = [
            models.Index(fields=["state", "lease_until"]),
            models.Index(fields=["state", "woken_at"]),
            models.Index(
                name="run_points_due", fields=["points_due_since"], condition=Q(points_due_since__isnull=False)
            ),
            models.Index(name="run_to_discard", fields=["recording"], condition=Q(to_discard=True)),
            # Not partial: SQLite uses a partial index only for literals, and Django binds parameters.
            models.Index(name="run_turn", fields=["state", "position", "awaited_since", "queued_at"]),
            models.Index(name="run_interrupted", fields=["state", "attempt", "queued_at"]),
            models.Index(name="run_served", fields=["position", "started_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="run_once_for_a_configuration",
                fields=["recording", "fingerprint"],
                condition=Q(state__in=["queued", "running", "complete"]),
            ),
            models.CheckConstraint(
                name="run_running_holds_a_lease",
                condition=~Q(state="running") | Q(token__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="run_ended_holds_none", condition=Q(state__in=["running"]) | Q(token__isnull=True)
            ),
            models.CheckConstraint(
                name="run_discarded_is_cancelled", condition=Q(to_discard=False) | Q(state="cancelled")
            ),
            models.CheckConstraint(name="run_attempts", condition=Q(attempt__lte=ATTEMPTS)),
            models.CheckConstraint(
                name="run_step_known", condition=Q(step="") | Q(step__in=[step.value for step in Step])
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.id} ({self.state})"

    @property
    def is_active(self) -> bool:
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    @property
    def percent(self) -> int:
        return min(99, 100 * self.done_ms // self.total_ms) if self.total_ms else 0


def _span(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(start_ms__gte=0) & Q(end_ms__gte=F("start_ms")))


class Savepoint(models.Model):
    """What a worker has saved of an unfinished run, so that the next one can continue; removed when the run ends.

    state_file and parts are names in the vault: the state of the stages, and the observations so far in order.
    moments: everything up to until_ms, each with kind, start_ms, end_ms, sentence and values; they may change.
    """

    VAULT_FILES = ("state_file", "parts")

    run = models.OneToOneField(AnalysisRun, on_delete=models.CASCADE, primary_key=True, related_name="savepoint")
    state_file = models.CharField(max_length=100)
    parts = models.JSONField(default=list)
    moments = models.JSONField(default=list)
    until_ms = models.BigIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"savepoint of run {self.run_id}"

    @property
    def files(self) -> list[str]:
        return [self.state_file, *self.parts]


class Segment(models.Model):
    """A span in which one lane keeps one value. A trigger rejects rows of a stage outside the run's plan."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="segments")
    stage = models.CharField(max_length=12)
    lane = models.CharField(max_length=20)
    value = models.CharField(max_length=20)
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    mean_prob = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["start_ms"]
        indexes = [models.Index(fields=["run", "lane", "start_ms"])]
        constraints = [
            _span("segment_span"),
            models.CheckConstraint(name="segment_stage_known", condition=Q(stage__in=[s.value for s in Stage])),
        ]

    def __str__(self) -> str:
        return f"{self.lane}: {self.value}"


class Word(models.Model):
    """One spoken word, or speech in which none was understood. A trigger rejects it if no transcript is planned."""

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="words")
    position = models.PositiveIntegerField()
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    text = models.CharField(max_length=120, blank=True)
    mark = models.CharField(max_length=8, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    speaker = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            _span("word_span"),
            models.UniqueConstraint(name="word_position_once", fields=["run", "position"]),
            models.CheckConstraint(name="word_mark_known", condition=Q(mark__in=["", FILLER, RESTART, UNCLEAR])),
            models.CheckConstraint(name="word_says_or_is_unclear", condition=~Q(text="") | Q(mark=UNCLEAR)),
        ]

    def __str__(self) -> str:
        return self.text


class Sentence(models.Model):
    """Words from `first_word` up to before `after_word`. A trigger rejects it without transcript in the plan.

    sentiment: -1..1, dictionary-based score of the words; null if the language has no dictionary.
    """

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="sentences")
    first_word = models.PositiveIntegerField()
    after_word = models.PositiveIntegerField()
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    sentiment = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    hedges = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["first_word"]
        constraints = [
            _span("sentence_span"),
            models.UniqueConstraint(name="sentence_once", fields=["run", "first_word"]),
            models.CheckConstraint(name="sentence_has_words", condition=Q(after_word__gt=F("first_word"))),
        ]

    def __str__(self) -> str:
        return f"words {self.first_word} to {self.after_word}"


class PointLookup(models.Model):
    """Where the words of an answer match a point of its question; without quotes, no match was found.

    quotes: each with start_ms, end_ms, text, likeness and method (words, meaning); null if the point could not be
    searched for. A trigger rejects it without transcript in the plan.
    """

    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="points")
    point = models.ForeignKey(RubricPoint, on_delete=models.CASCADE, related_name="lookups")
    quotes = models.JSONField(default=list, null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["point__order"]
        constraints = [models.UniqueConstraint(name="point_looked_for_once", fields=["run", "point"])]

    def __str__(self) -> str:
        return f"{len(self.quotes or ())} quotes of {self.point_id}"


class FollowUpOffer(models.Model):
    """A prepared question offered to an interview because the words of this recording did not cover its point."""

    interview = models.ForeignKey(Interview, on_delete=models.CASCADE, related_name="follow_ups")
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="offers")
    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="follow_ups")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(name="follow_up_offered_once", fields=["interview", "question"])]

    def __str__(self) -> str:
        return f"{self.question_id} to {self.interview_id}"


class StagesOfKind(models.Model):
    """The stages that a kind of moment depends on, copied from the catalogue at every migration, for the triggers.

    A kind that is no longer detected keeps its row, because its moments remain.
    """

    kind = models.CharField(primary_key=True, max_length=30)
    stages = models.JSONField()

    def __str__(self) -> str:
        return f"{self.kind} rests on {', '.join(self.stages)}"


class Moment(models.Model):
    """Something worth a second look. A trigger rejects it if its kind depends on a stage outside the run's plan.

    No prose: `sentence` is the code of one of the kind's sentences in the catalogue, filled with `values`; `config`
    fills its rule; `evidence` has codes of signals and units.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="moments")
    kind = models.CharField(max_length=30)
    start_ms = models.BigIntegerField()
    end_ms = models.BigIntegerField()
    peak_ms = models.BigIntegerField()
    sentence = models.CharField(max_length=30)
    values = models.JSONField(default=dict)
    config = models.JSONField(default=dict)
    evidence = models.JSONField(default=list)
    distance = models.FloatField(default=0)
    confidence = models.FloatField(null=True, blank=True)
    quality = models.FloatField(null=True, blank=True)

    class Meta:
        ordering = ["start_ms", "kind"]
        indexes = [models.Index(fields=["run", "start_ms"])]
        constraints = [_span("moment_span")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.start_ms} ms"


class Explanation(models.Model):
    """Which parts of the face determined a moment's expression, and a picture of it in the vault.

    A trigger rejects it unless its moment depends on expression and the run's plan has expression. The picture shows
    the candidate's face: code that deletes these rows must also remove `picture_file`.
    """

    VAULT_FILES = ("picture_file",)

    moment = models.OneToOneField(Moment, on_delete=models.CASCADE, primary_key=True, related_name="explanation")
    at_ms = models.BigIntegerField()
    expression = models.CharField(max_length=20)
    regions = models.JSONField()
    picture_file = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="explanation_time", condition=Q(at_ms__gte=0)),
            models.CheckConstraint(name="explanation_expression_known", condition=Q(expression__in=EXPRESSIONS)),
        ]

    def __str__(self) -> str:
        return f"{self.expression} at {self.at_ms} ms"
