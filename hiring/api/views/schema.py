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
        """The version stands in a header of the answer: what is no version is refused here."""
        checked(SchemaQuery, request)
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        return answer
