"""Every error of the API in one shape (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, NotFound, ParseError, PermissionDenied, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

MEDIA_TYPE = "application/problem+json"
_LONGEST_DETAIL = 280


class Conflict(APIException):
    """The request is well formed but conflicts with the current state."""

    status_code = 409
    default_code = "conflict"


class SignInNeeded(APIException):
    """This requires a session, not a token: 403 and not 404, because the caller can fix it."""

    status_code = 403
    default_code = "sign_in"


class NotYet(NotFound):
    """The row exists and is open to the caller; what was requested from it does not exist yet."""


def _errors(data: Any) -> dict[str, Any]:
    """Errors by field. Those not tied to a field are listed under `request`."""
    if not isinstance(data, dict):
        return {"request": data}
    return {"request" if name == "non_field_errors" else name: errors for name, errors in data.items()}


def _as_the_caller_may_know(error: Exception) -> Exception:
    """Missing and forbidden look the same, even in wording; what Django cannot read is a problem like any other."""
    if isinstance(error, (SuspiciousOperation, BadRequest)):
        return ParseError(_("The request could not be read. Nothing was changed."))
    if isinstance(error, NotYet) or not isinstance(error, (Http404, NotFound, PermissionDenied)):
        return error
    return NotFound(_("This does not exist, or it is not open to you."))


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return a problem for every error except our own faults."""
    error = _as_the_caller_may_know(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(response.status_code).phrase,
        "status": response.status_code,
    }
    if isinstance(error, ValidationError):
        problem["detail"] = _("Some values were not accepted. Nothing was changed.")
        problem["errors"] = _errors(response.data)
    else:
        # Some sentences quote what was sent, however long that was.
        problem["detail"] = Truncator(str(getattr(error, "detail", problem["title"]))).chars(_LONGEST_DETAIL)
    response.data = problem
    response.content_type = MEDIA_TYPE
    # Whatever format the caller asked for, even the schema's YAML: a problem is JSON.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = MEDIA_TYPE
    return response
