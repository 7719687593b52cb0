"""What applies to every request: limited bodies, no stored pages, a sentence for anyone who comes at a bad time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo
from zoneinfo import available_timezones as read_timezones

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.translation import gettext as _

from hiring.lib.busy import Busy
from hiring.web.errors import too_busy
from hiring.web.outside import whole_number

#: No form here needs more; uploads are streamed and have their own limit.
_LARGEST_BODY = 4 * 1024 * 1024
#: A timeline of an hour has half of one.
_MOST_COMPRESSED = 8 * 1024 * 1024
#: The content type of an upload part: hiring.candidate.gate has its limit.
STREAMED = "application/offset+octet-stream"
STREAMED_ARCHIVE = "application/zip"
#: Bodies that only their view reads, piece by piece and within its own limit.
_STREAMED = (STREAMED, STREAMED_ARCHIVE)


@cache
def available_timezones() -> frozenset[str]:
    """Names of all zones; reading them again takes a hundred milliseconds."""
    return frozenset(read_timezones())


class PersonalPagesAreNotStored:
    """Tell browsers and proxies not to store a copy of a page, unless the view set its own caching."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
        return response


class DataIsCompressed(GZipMiddleware):
    """Compress JSON if the client asked for it, up to a size that takes only a moment.

    Not pages: a page can contain a link or a token that is shown once, next to text that someone else wrote, and the
    length of the two together would leak it (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_data = response.headers.get("Content-Type", "").startswith("application/json")
        if request.method != "GET" or not is_data or not isinstance(response, HttpResponse):
            return response
        if len(response.content) > _MOST_COMPRESSED:
            return response
        return super().process_response(request, response)


class BodiesHaveALimit:
    """Answer 413 to a large body before anything reads it: Django would write a form's files to disk first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if request.content_type not in _STREAMED and _is_too_long(length):
            return HttpResponse(_("This is more than a form can hold. Nothing was changed."), status=413)
        return self.get_response(request)


def _is_too_long(length: str) -> bool:
    """Django treats a length that is not a number as none, and then reads nothing."""
    number = whole_number(length)
    return length.isdecimal() if number is None else number > _LARGEST_BODY


#: Written by static/js/timezone.js.
_ZONE = "timezone"


class TimesAreTheReaders:
    """Show times in the time zone of the reader's browser, or in UTC if it has not sent an existing one.

    The API always returns UTC, because programs read it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = unquote(request.COOKIES.get(_ZONE, ""))
        if name not in available_timezones() or request.path.startswith("/api/"):
            return self.get_response(request)
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


class BusyIsSaid:
    """Turn Busy, wherever it was raised, into a 429 with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return too_busy(request, error) if isinstance(error, Busy) else None
