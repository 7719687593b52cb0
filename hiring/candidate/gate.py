"""Decides whose request bodies are read at the upload addresses: only a candidate's, and only parts of a file.

Parts of videos are large and slow, so requests from strangers are refused by their headers. A form, which no upload
has, stays unread: Django would search it for its CSRF token; ours is in a header.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from hiring import access
from hiring.candidate import tus
from hiring.web.middleware import STREAMED
from hiring.web.outside import whole_number

_ADDRESSES = "/interview/uploads/"
#: The pages send 8 MiB at most. nginx and waitress buffer a part until it is complete, and have limits as well.
LARGEST_PART = 32 * 1024 * 1024


class UploadsHaveAGate:
    """Must come after the session and before the CSRF check, which reads forms."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(_ADDRESSES):
            return self.get_response(request)
        if request.content_type != STREAMED:
            _leave_unread(request)
        return (_has_body(request) and _refusal(request)) or self.get_response(request)


def _has_body(request: HttpRequest) -> bool:
    return "Transfer-Encoding" in request.headers or request.META.get("CONTENT_LENGTH", "") not in ("", "0")


def _leave_unread(request: HttpRequest) -> None:
    # What Django would have found in an empty form; Django REST framework fills them the same way.
    request._post, request._files = QueryDict(), MultiValueDict()  # type: ignore[attr-defined]


def _refusal(request: HttpRequest) -> HttpResponse | None:
    try:
        access.candidate_interview(request)
    except Http404:
        return tus.refused("not_found", tus.not_yours())
    if (whole_number(request.META.get("CONTENT_LENGTH") or "0") or 0) > LARGEST_PART:
        sentence = _("A part of a file can have %(limit)s MB at most. Please send smaller parts.")
        return tus.refused("size", sentence % {"limit": LARGEST_PART // 1024**2})
    return None
