"""Every error of the API in one shape (RFC 9457)."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from rest_framework.exceptions import APIException, NotFound, PermissionDenied, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return a problem; missing and forbidden look alike."""
    if isinstance(error, (Http404, PermissionDenied)):
        error = NotFound()
    response = exception_handler(error, context)
    if response is None:
        return None
    title = error.default_detail if isinstance(error, APIException) else "Error"
    problem: dict[str, Any] = {"type": "about:blank", "title": str(title), "status": response.status_code}
    if isinstance(error, ValidationError):
        problem["detail"] = "Some values were not accepted. Nothing was changed."
        problem["errors"] = response.data
    else:
        problem["detail"] = str(getattr(error, "detail", title))
    response.data = problem
    response.content_type = "application/problem+json"
    return response
