"""Runs of the analysis."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from hiring import access
from hiring.actions.retry_run import NotRetried, retry
from hiring.api.problems import Conflict
from hiring.api.serializers import RunDetails
from hiring.api.views.base import SignedInRequest


class Run(APIView):
    @extend_schema(operation_id="runs_read", responses=RunDetails)
    def get(self, request: SignedInRequest, pk: UUID) -> Response:
        """How far along a run is, what it was allowed to compute, and why it failed if it did."""
        return Response(RunDetails(access.run_for(request.user, pk)).data)


class Retry(APIView):
    @extend_schema(operation_id="runs_retry", request=None, responses={202: RunDetails})
    def post(self, request: SignedInRequest, pk: UUID) -> Response:
        """Queue a failed run's recording again, with what consent and law allow now. Returns the new run."""
        run = access.run_for(request.user, pk)
        try:
            again = retry(run=run, actor=request.user.as_actor())
        except NotRetried as error:
            raise Conflict(str(error)) from error
        return Response(RunDetails(again).data, status=202)
