"""Positions and interviews, to read."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from hiring import access
from hiring.api.queries import InterviewQuery, checked
from hiring.api.serializers import InterviewDetails, InterviewRow, PositionRow
from hiring.api.views.base import ListView, SignedInRequest


class Positions(ListView):
    @extend_schema(operation_id="positions_list", responses=PositionRow(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """The positions whose team you are on, newest first."""
        rows = access.positions(request.user).prefetch_related("questions")
        return self.page(request, rows, lambda row: PositionRow(row).data)


class Position(APIView):
    @extend_schema(operation_id="positions_read", responses=PositionRow)
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """One position with its questions."""
        return Response(PositionRow(access.position_for(request.user, pk)).data)


class Interviews(ListView):
    @extend_schema(operation_id="interviews_list", parameters=[InterviewQuery], responses=InterviewRow(many=True))
    def get(self, request: SignedInRequest) -> Response:
        """Interviews for your positions. They can be sorted only by time: no order ranks people."""
        query = checked(InterviewQuery, request)
        rows = access.interviews(request.user)
        if "position" in query:
            rows = rows.filter(position=query["position"])
        if "state" in query:
            rows = rows.filter(state=query["state"])
        if query.get("search"):
            rows = rows.filter(reference__icontains=query["search"])
        return self.page(request, rows.order_by(query["ordering"], "pk"), lambda row: InterviewRow(row).data)


class Interview(APIView):
    @extend_schema(operation_id="interviews_read", responses=InterviewDetails)
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """One interview with its recordings."""
        interview = access.interview_for(request.user, pk)
        recordings = access.recordings(request.user).filter(interview=interview)
        return Response(InterviewDetails(interview, context={"request": request, "recordings": recordings}).data)
