"""What every view of the API shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hiring.accounts.models import User
from hiring.api.pagination import Pages
from hiring.audit import services as audit
from hiring.recordings.models import Recording


class SignedInRequest(Request):
    """What a view behind IsAuthenticated can rely on. For type checking: never instantiated."""

    user: User


class ListView(APIView):
    """A view whose GET responds with pages."""

    pagination_class = Pages

    def page(self, request: SignedInRequest, rows: QuerySet[Any], shown: Callable[[Any], Any]) -> Response:
        """One page of the rows, each as `shown` shows it."""
        pages = self.pagination_class()
        chosen = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([shown(row) for row in chosen])


class NothingHere(APIView):
    """Every other address below /api/v1/: a problem for those who are signed in, 401 for everyone else."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound


def note_view(request: SignedInRequest, recording: Recording) -> None:
    """Record that this person read what a recording shows; the candidate sees it."""
    audit.record_look(actor=request.user.as_actor(), obj=recording, interview=recording.interview_id)


def refused(error: Exception) -> ValidationError:
    """A domain's refusal as a problem, with its sentence."""
    return ValidationError([str(error)])
