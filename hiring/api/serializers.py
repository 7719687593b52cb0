"""What the API shows of each row. Nothing here scores, ranks or sorts people."""

from __future__ import annotations

from typing import Any, cast

from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers

from analysis.types import FILLER, RESTART, SOUND_COLUMNS, UNCLEAR
from hiring.accounts.models import ApiToken, User
from hiring.positions.models import Interview, Position, Question
from hiring.recordings.models import Recording
from hiring.review.models import Note, Verdict
from hiring.review.wording import step_label
from hiring.runs.models import AnalysisRun
from hiring.runs.selectors import latest_run, network_of
from hiring.runs.standing import Standing, standing_of


def link(context: dict[str, Any], name: str, pk: Any) -> str:
    """The absolute address of one of the API's rows."""
    address: str = context["request"].build_absolute_uri(reverse(f"api:{name}", args=[pk]))
    return address


class Me(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ["id", "name", "email", "role"]
        read_only_fields = fields


class TokenBody(serializers.Serializer[Any]):
    name = serializers.CharField(
        max_length=ApiToken._meta.get_field("name").max_length,
        help_text="The program or person that will use it.",
    )


class NewToken(serializers.Serializer[Any]):
    """An API token. `token` is shown only this once: only a hash of it is stored."""

    key = serializers.CharField(help_text="Its first characters: the name by which it is revoked.")
    name = serializers.CharField()
    token = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class QuestionRow(serializers.ModelSerializer[Question]):
    class Meta:
        model = Question
        fields = ["id", "order", "text", "time_limit_s"]
        read_only_fields = fields


class PositionRow(serializers.ModelSerializer[Position]):
    questions = QuestionRow(many=True, read_only=True)

    class Meta:
        model = Position
        fields = ["id", "title", "description", "employer_place", "job_place", "is_open", "created_at", "questions"]
        read_only_fields = fields


class RunInBrief(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=AnalysisRun.State.choices)
    url = serializers.URLField()


class RecordingLinks(serializers.Serializer[Any]):
    timeline = serializers.URLField()
    transcript = serializers.URLField()
    moments = serializers.URLField()
    notes = serializers.URLField()


class RecordingInBrief(serializers.ModelSerializer[Recording]):
    url = serializers.SerializerMethodField()

    class Meta:
        model = Recording
        fields = ["id", "question", "state", "duration_ms", "url"]
        read_only_fields = fields

    def get_url(self, row: Recording) -> str:
        return link(self.context, "recording", row.pk)


class InterviewRow(serializers.ModelSerializer[Interview]):
    position_title = serializers.CharField(source="position.title", read_only=True)

    class Meta:
        model = Interview
        fields = [
            *("id", "reference", "position", "position_title", "candidate_name", "language", "state"),
            *("created_at", "submitted_at", "decided_at"),
        ]
        read_only_fields = fields


class InterviewDetails(InterviewRow):
    recordings = serializers.SerializerMethodField()

    class Meta(InterviewRow.Meta):
        fields = [*InterviewRow.Meta.fields, "recordings"]
        read_only_fields = fields

    def get_recordings(self, row: Interview) -> RecordingInBrief(many=True):  # type: ignore[valid-type]
        return RecordingInBrief(self.context["recordings"], many=True, context=self.context).data


class RecordingDetails(serializers.ModelSerializer[Recording]):
    question = QuestionRow(read_only=True)
    standing = serializers.SerializerMethodField()
    run = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    class Meta:
        model = Recording
        fields = [
            *("id", "interview", "question", "state", "refusal", "created_at", "received_at", "size_bytes", "sha256"),
            *("container", "video_codec", "audio_codec", "width", "height", "fps", "duration_ms", "missing_ms"),
            *("standing", "run", "links"),
        ]
        read_only_fields = fields

    def get_standing(self, row: Recording) -> serializers.ChoiceField(choices=list(Standing)):  # type: ignore[valid-type]
        """Where the recording stands, in one word."""
        return standing_of(row, self._newest(row))

    def _newest(self, row: Recording) -> AnalysisRun | None:
        if not hasattr(self, "_run"):
            self._run = latest_run(row)
        return self._run

    def get_run(self, row: Recording) -> RunInBrief(allow_null=True):  # type: ignore[valid-type]
        run = self._newest(row)
        return {"id": run.pk, "state": run.state, "url": link(self.context, "run", run.pk)} if run else None

    def get_links(self, row: Recording) -> RecordingLinks:
        links = {name: link(self.context, name, row.pk) for name in ("timeline", "transcript", "moments", "notes")}
        return cast(RecordingLinks, links)


class NetworkOfRun(serializers.Serializer[Any]):
    """The model that computed a run's expressions. `note` is a sentence for people if it has been switched off."""

    name = serializers.CharField()
    weights_sha256 = serializers.CharField()
    is_on = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)


class RunDetails(serializers.ModelSerializer[AnalysisRun]):
    percent = serializers.SerializerMethodField()
    step_label = serializers.SerializerMethodField()
    network = serializers.SerializerMethodField()
    expression_was_off = serializers.BooleanField(
        read_only=True,
        help_text="No expressions were computed for anyone when this was analyzed: the model was switched off.",
    )

    class Meta:
        model = AnalysisRun
        fields = [
            *("id", "recording", "state", "attempt", "step", "step_label", "done_ms", "total_ms", "percent"),
            *("queued_at", "started_at", "finished_at", "failed_step", "failure", "frames", "frames_with_face"),
            *("manifest", "network", "expression_was_off"),
        ]
        read_only_fields = fields

    def get_percent(self, row: AnalysisRun) -> int:
        return 100 if row.state == AnalysisRun.State.COMPLETE else row.percent

    def get_network(self, row: AnalysisRun) -> NetworkOfRun(allow_null=True):  # type: ignore[valid-type]
        network = network_of(row)
        if network is None:
            return None
        note = "" if network.is_on else _("Computed by a model that has since been switched off.")
        known = {"name": network.name, "weights_sha256": network.weights_sha256, "is_on": network.is_on}
        return {**known, "note": note}

    def get_step_label(self, row: AnalysisRun) -> str:
        return step_label(row.step) if row.is_active else ""


class Gap(serializers.Serializer[Any]):
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    reason = serializers.CharField()


class Series(serializers.Serializer[Any]):
    """One line with its band. A null marks a break in the line."""

    name = serializers.CharField()
    t_ms = serializers.ListField(child=serializers.IntegerField())
    value = serializers.ListField(child=serializers.FloatField(allow_null=True))
    low = serializers.ListField(child=serializers.FloatField(allow_null=True))
    high = serializers.ListField(child=serializers.FloatField(allow_null=True))


class Signal(serializers.Serializer[Any]):
    """One line of what head, gaze or lids did, in degrees or 0..1. A null marks a break in the line."""

    name = serializers.CharField()
    unit = serializers.ChoiceField(choices=["deg", "0..1"])
    t_ms = serializers.ListField(child=serializers.IntegerField())
    value = serializers.ListField(child=serializers.FloatField(allow_null=True))


class SoundLine(serializers.Serializer[Any]):
    """One line describing the voice. All but loudness have values only where someone speaks: points, not a line.

    usual: the quartiles of the whole recording; null if they are not known.
    """

    name = serializers.ChoiceField(choices=list(SOUND_COLUMNS[2:]))
    unit = serializers.ChoiceField(choices=["LUFS", "Hz", "1/s", "%"])
    t_ms = serializers.ListField(child=serializers.IntegerField())
    value = serializers.ListField(child=serializers.FloatField())
    usual = serializers.ListField(child=serializers.FloatField(), allow_null=True, min_length=3, max_length=3)


class SegmentRow(serializers.Serializer[Any]):
    lane = serializers.CharField()
    value = serializers.CharField()
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    mean_prob = serializers.FloatField(allow_null=True)


class Mark(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name, not the form's label
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    peak_ms = serializers.IntegerField()
    sentence = serializers.CharField()


class Timeline(serializers.Serializer[Any]):
    """What was visible, second by second, with how certain it is. Expressions are not emotions."""

    recording = serializers.UUIDField()
    run = serializers.UUIDField()
    duration_ms = serializers.IntegerField()
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    points = serializers.IntegerField()
    series = Series(many=True)
    signals = Signal(many=True)
    sound = SoundLine(many=True, help_text="Empty where voice was not agreed to.")
    gaps = Gap(many=True)
    segments = SegmentRow(many=True)
    moments = Mark(many=True)


class WordRow(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True, help_text="Empty for speech that was not understood.")
    mark = serializers.ChoiceField(choices=[FILLER, RESTART, UNCLEAR], allow_blank=True)
    confidence = serializers.FloatField(allow_null=True)
    speaker = serializers.CharField(allow_blank=True)


class Line(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["speech", "silence"])
    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    speaker = serializers.CharField(allow_blank=True)
    words = WordRow(many=True)
    correction = serializers.CharField(
        allow_blank=True, help_text="What the candidate wrote instead; the recognized words stay as they are."
    )


class Quote(serializers.Serializer[Any]):
    """A passage that matches a point: by its words, or by its meaning."""

    start_ms = serializers.IntegerField()
    end_ms = serializers.IntegerField()
    text = serializers.CharField()
    likeness = serializers.FloatField(min_value=-1, max_value=1)
    is_own = serializers.BooleanField(required=False, help_text="True for words of the candidate's own correction.")
    method = serializers.ChoiceField(choices=["words", "meaning"])


class PointRow(serializers.Serializer[Any]):
    """A point of the question. quotes: empty if none were found; null if no one has looked yet."""

    text = serializers.CharField()
    quotes = Quote(many=True, allow_null=True)


class TopicRow(serializers.Serializer[Any]):
    text = serializers.CharField()
    count = serializers.IntegerField()


class Transcript(serializers.Serializer[Any]):
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    language = serializers.CharField(allow_blank=True)
    low_confidence = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    words = WordRow(many=True)
    lines = Line(many=True)
    silences = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Start and end in ms of each long silence.",
    )
    points = PointRow(many=True)
    topics = TopicRow(many=True, help_text="Words that the answer returns to.")


class VerdictRow(serializers.Serializer[Any]):
    answer = serializers.ChoiceField(choices=Verdict.Answer.choices)
    reason = serializers.CharField(allow_blank=True)
    reviewer = serializers.CharField()
    own = serializers.BooleanField()
    at = serializers.DateTimeField()


class RegionShares(serializers.Serializer[Any]):
    """Shares of the parts of a face, which sum to 1."""

    brows = serializers.FloatField()
    eyes = serializers.FloatField()
    nose = serializers.FloatField()
    cheeks = serializers.FloatField()
    mouth = serializers.FloatField()
    elsewhere = serializers.FloatField(help_text="Forehead, chin and the edge of the picture.")


class Regions(serializers.Serializer[Any]):
    """Where the model looked when it read an expression in one frame. Not why a face moved."""

    at_ms = serializers.IntegerField(help_text="Media time of the frame.")
    expression = serializers.CharField()
    shares = RegionShares()


class MomentRow(Mark):
    """Something worth a second look: why it was flagged, and what reviewers answered."""

    recording = serializers.UUIDField()
    rule = serializers.CharField()
    evidence = serializers.ListField(child=serializers.DictField())
    distance = serializers.FloatField()
    confidence = serializers.FloatField(allow_null=True)
    quality = serializers.FloatField(allow_null=True)
    regions = Regions(
        allow_null=True, help_text="Null where the moment rests on no expression, or could not be explained."
    )
    verdicts = VerdictRow(many=True)
    own = VerdictRow(allow_null=True)


class VerdictBody(serializers.Serializer[Any]):
    """A reviewer's answer to one moment. Dismissing requires a reason."""

    answer = serializers.ChoiceField(choices=Verdict.Answer.choices)
    reason = serializers.CharField(max_length=500, allow_blank=True, required=False, default="")


class NoteRow(serializers.ModelSerializer[Note]):
    author = serializers.CharField(source="author.name", read_only=True)

    class Meta:
        model = Note
        fields = ["id", "at_ms", "text", "author", "created_at"]
        read_only_fields = ["id", "author", "created_at"]


class NoteBody(serializers.Serializer[Any]):
    at_ms = serializers.IntegerField(min_value=0, max_value=2**53)
    text = serializers.CharField(max_length=2000)
