"""Cleans external text: cookies, headers, query strings and forms hold plain text before a view sees them.

What people paste is cleaned, not rejected: a control character in it is never intended. Programs get an error
instead: the API has its own parser (hiring.api.parsers), because a value that was changed on the way is useless to
them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict, UnreadablePostError

from analysis.text import is_plain, plain

#: This many digits fit every database's integers, and are far below Python's own limit on digits.
_MOST_DIGITS = 18
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def whole_number(text: str) -> int | None:
    """Parse the text as a whole number: 0 or more, in ASCII digits, at most 18 of them. Otherwise None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


class TextFromOutsideIsPlain:
    """Read everything as UTF-8, whatever encoding the request declares, and drop what is not text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Python has encodings that decode bytes into halves of surrogates, and some that decode no bytes at all. Not
        # set through the property, which reads the query immediately: an unreadable query is the view's to answer.
        request._encoding = "utf-8"  # type: ignore[attr-defined]
        for name, value in request.META.items():
            # Only NUL: each byte of a header is shown as one character, and the bytes of UTF-8 are not control
            # characters.
            if name.startswith("HTTP_") and "\0" in value:
                request.META[name] = value.replace("\0", "")
        request.COOKIES = {name: plain(value) for name, value in request.COOKIES.items() if is_plain(name)}
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: object, kwargs: object) -> None:
        """Raise BadRequest for a form in an encoding other than UTF-8."""
        if getattr(view, "csrf_exempt", False):  # the API reads its bodies and queries itself
            return
        if request.content_type in _FORMS and _other_encoding(request):
            raise BadRequest("Forms must be in UTF-8.")
        request.GET = _plain_fields(request.GET)  # type: ignore[assignment]
        try:
            request.POST = _plain_fields(request.POST)  # type: ignore[assignment]
        except UnreadablePostError:  # the connection dropped; the CSRF check answers that
            return


def _other_encoding(request: HttpRequest) -> bool:
    named = (request.content_params or {}).get("charset", "utf-8")
    return named.lower().replace("_", "-") not in ("utf-8", "utf8")


def _plain_fields(fields: QueryDict) -> QueryDict:
    if all(is_plain(name) and all(map(is_plain, values)) for name, values in fields.lists()):
        return fields
    cleaned = QueryDict(mutable=True)
    for name, values in fields.lists():
        if is_plain(name):
            cleaned.setlist(name, [plain(value) for value in values])
    cleaned._mutable = False
    return cleaned
