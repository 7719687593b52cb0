"""A recording: what is known of the file, its timeline, what was said, and notes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from hiring import access
from hiring.api import serializers
from hiring.api.problems import NotYet
from hiring.api.queries import TimelineQuery, checked
from hiring.api.views.base import ListView, SignedInRequest, note_view, refused
from hiring.recordings.models import Recording as RecordingRow
from hiring.review import selectors, services
from hiring.review import timeline as drawn
from hiring.review.transcript import transcript
from hiring.runs import points
from hiring.runs.selectors import complete_run


def _not_analysed_yet() -> NotYet:
    return NotYet(_("There is no finished analysis of this recording yet."))


def _window(request: SignedInRequest, recording: RecordingRow) -> dict[str, Any]:
    query = checked(TimelineQuery, request)
    start_ms, end_ms = query["start_ms"], query.get("end_ms")
    if recording.duration_ms is not None and start_ms >= max(recording.duration_ms, 1):
        raise ValidationError({"start_ms": [_("The recording is over before this time.")]})
    return {"start_ms": start_ms, "end_ms": end_ms, "points": query["points"]}


class Recording(APIView):
    @extend_schema(operation_id="recordings_read", responses=serializers.RecordingDetails)
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """What is known of one recording, and links to continue from here."""
        recording = access.recording_for(request.user, pk)
        return Response(serializers.RecordingDetails(recording, context={"request": request}).data)


class Timeline(APIView):
    @extend_schema(operation_id="recordings_timeline", parameters=[TimelineQuery], responses=serializers.Timeline)
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """What was visible in a window of media time, thinned to `points`. The candidate sees that you viewed it."""
        recording = access.recording_for(request.user, pk)
        window, run = _window(request, recording), complete_run(recording)
        if run is None:
            raise _not_analysed_yet()
        timeline = drawn.timeline(run, **window)
        note_view(request, recording)
        return Response(timeline)


class Transcript(APIView):
    @extend_schema(operation_id="recordings_transcript", responses=serializers.Transcript)
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """What was said, word by word. The candidate sees that you viewed it."""
        recording = access.recording_for(request.user, pk)
        note_view(request, recording)
        run = complete_run(recording)
        more = {"points": points.of(recording, run), "topics": run.topics if run else []}
        return Response(transcript(run) | more)


class Notes(ListView):
    @extend_schema(operation_id="notes_list", responses=serializers.NoteRow(many=True))
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """Everyone's notes on a recording, in order of time."""
        rows = selectors.notes(access.recording_for(request.user, pk))
        return self.page(request, rows, lambda row: serializers.NoteRow(row).data)

    @extend_schema(operation_id="notes_add", request=serializers.NoteBody, responses={201: serializers.NoteRow})
    def post(self, request: SignedInRequest, pk: UUID) -> Response:
        """Add a note at a time in the recording."""
        recording = access.recording_for(request.user, pk)
        body = serializers.NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            note = services.add_note(recording=recording, author=request.user, **body.validated_data)
        except services.NotAllowed as error:
            raise refused(error) from error
        return Response(serializers.NoteRow(note).data, status=201)
