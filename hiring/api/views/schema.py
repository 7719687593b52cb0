"""The schema itself."""

from __future__ import annotations

from typing import Any

from drf_spectacular.views import SpectacularAPIView
from rest_framework.response import Response

from hiring.api.queries import SchemaQuery, checked
from hiring.api.views.base import SignedInRequest


class Schema(SpectacularAPIView):
    schema = None

    def get(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> Response:
        """The version is given in a response header: invalid versions are refused here."""
        checked(SchemaQuery, request)
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return answer
