"""Moments worth a second look, and reviewers' answers to them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from hiring import access
from hiring.api import serializers
from hiring.api.views.base import ListView, SignedInRequest, note_view, refused
from hiring.review import services
from hiring.review.moments import moment_details
from hiring.runs.models import Moment as MomentRow
from hiring.runs.selectors import complete_run


def _shown(moment: MomentRow, request: SignedInRequest, recording_id: UUID) -> dict[str, Any]:
    return moment_details(moment, request.user) | {"recording": str(recording_id)}


class Moments(ListView):
    @extend_schema(operation_id="recordings_moments", responses=serializers.MomentRow(many=True))
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """Moments of the newest completed analysis, in order of time. The candidate sees that you viewed them."""
        recording = access.recording_for(request.user, pk)
        of_run = access.moments(request.user).filter(run=complete_run(recording), run__recording=recording)
        # Without the run next to each of them: its manifest is longer than the moment.
        rows = of_run.select_related(None).select_related("explanation").prefetch_related("verdicts__reviewer")
        response = self.page(request, rows, lambda row: _shown(row, request, recording.pk))
        note_view(request, recording)
        return response


class Moment(APIView):
    @extend_schema(operation_id="moments_read", responses=serializers.MomentRow)
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """One moment with its reason. The candidate sees that you viewed it."""
        moment = access.moment_for(request.user, pk)
        note_view(request, moment.run.recording)
        return Response(_shown(moment, request, moment.run.recording_id))


class Verdict(APIView):
    @extend_schema(operation_id="moments_answer", request=serializers.VerdictBody, responses=serializers.MomentRow)
    def put(self, request: SignedInRequest, pk: UUID) -> Response:
        """Confirm or dismiss a moment; a second answer replaces your first."""
        moment = access.moment_for(request.user, pk)
        body = serializers.VerdictBody(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            services.give_verdict(moment=moment, reviewer=request.user, **body.validated_data)
        except services.NotAllowed as error:
            raise refused(error) from error
        return Response(_shown(moment, request, moment.run.recording_id))

    @extend_schema(operation_id="moments_take_answer_back", responses={204: None})
    def delete(self, request: SignedInRequest, pk: UUID) -> Response:
        """Withdraw your own answer."""
        moment = access.moment_for(request.user, pk)
        if not moment.verdicts.filter(reviewer=request.user).exists():
            raise NotFound
        services.withdraw_verdict(moment=moment, reviewer=request.user)
        return Response(status=204)
