"""Serve a vault file as an HTTP response that a player can seek in: the same for candidates and reviewers.

The caller has checked hiring.access first. Nothing here reveals where a file is stored.

A response holds a thread until the client has received it. So a range is answered with its first LARGEST_ANSWER
bytes, which HTTP allows and which nginx and waitress buffer themselves; a paused player then holds nothing here.
Responses that must be sent whole are rationed.
"""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator
from io import BufferedReader
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.translation import gettext as _

from hiring.lib.busy import Shares
from hiring.recordings import keys, vault

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_PIECE = vault.BLOCK
#: docker/nginx/sightline.conf buffers the same amount for each response.
LARGEST_ANSWER = 2 * 1024 * 1024
#: Pictures, and what a player requests to learn a duration: done before they could be counted, and many on a page.
_UNCOUNTED = 512 * 1024
#: Per process. A browser opens six connections; whole files and archives wait for the slowest connection.
_SHORT = Shares(each=8, together=1000)
_LONG = Shares(each=1, together=4)


class NotSatisfiable(Exception):
    """A range is entirely outside the file."""


def requested_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the (first, last) byte of a Range header, both inside the file; None if the whole file is meant.

    RFC 9110 14.2: a header that is malformed, in another unit, or has more than one range may be ignored. Raises
    NotSatisfiable.
    """
    match = _ONE_RANGE.fullmatch(header.strip())
    if match is None or match.group() == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise NotSatisfiable
        return max(0, size - int(last)), size - 1
    if last and int(last) < int(first):
        return None
    if int(first) >= size:
        raise NotSatisfiable
    return int(first), min(int(last), size - 1) if last else size - 1


class _Pieces:
    """Iterates over `length` bytes of an open file; Django closes it when the response ends or the connection drops.

    Raises KeyGone if the interview is erased in the meantime: an open file has its key, and would be sent to its end.
    """

    def __init__(self, interview_id: UUID, file: BufferedReader, length: int) -> None:
        self._interview_id, self._file, self._left = interview_id, file, length

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._left and not keys.is_there(self._interview_id):
            raise keys.KeyGone("The key of this interview was destroyed.")
        piece = self._file.read(min(_PIECE, self._left)) if self._left else b""
        if not piece:
            raise StopIteration
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()


class Rationed:
    """Iterates over what is sent to one person, holding their share until the response ends or the connection drops.

    `long`: must be sent whole, whatever its length. Raises Busy if no share is left.
    """

    def __init__(self, request: HttpRequest, interview_id: UUID, *, long: bool) -> None:
        # A candidate is not a user; the interview stands in for them.
        person = str(getattr(getattr(request, "user", None), "pk", None) or interview_id)
        give_back = _LONG.take(person, _another()) if long else _SHORT.take(person, _too_many())
        # Once, and also if a response is dropped on its way to the server and never closed.
        self._give_back = weakref.finalize(self, give_back)
        self._pieces: Iterator[bytes] = iter(())

    def of(self, pieces: Iterator[bytes]) -> Rationed:
        self._pieces = pieces
        return self

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._pieces)

    def close(self) -> None:
        if close := getattr(self._pieces, "close", None):  # nothing is open before `of`
            close()
        self._give_back()


def _another() -> str:
    return _("Another download is under way. Please try again when it has finished.")


def _too_many() -> str:
    return _("Too many videos are playing at once. Please close one of them.")


def media_response(request: HttpRequest, interview_id: UUID, name: str, content_type: str) -> HttpResponseBase:
    """Answer GET or HEAD with a vault file, decrypting only the requested bytes.

    Raises Http404 if it is gone, Busy if the person has too many responses in progress.
    """
    try:
        file = vault.open_file(interview_id, name)
    except (keys.KeyGone, FileNotFoundError, ValueError) as error:
        raise Http404 from error
    size = file.seek(0, 2)
    try:
        span = _span(request, size)
        first, last = span or (0, size - 1)
        if request.method == "HEAD":
            file.close()
            response: HttpResponseBase = HttpResponse(content_type=content_type)
        else:
            file.seek(first)
            length = last - first + 1
            pieces: Iterator[bytes] = _Pieces(interview_id, file, length)
            if length > _UNCOUNTED:
                pieces = Rationed(request, interview_id, long=length > LARGEST_ANSWER).of(pieces)
            response = StreamingHttpResponse(pieces, status=206 if span else 200, content_type=content_type)
    except NotSatisfiable:
        file.close()
        return _private(HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"}))
    except BaseException:
        file.close()
        raise
    response["Content-Length"] = str(last - first + 1)
    if span:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _private(response)


def _span(request: HttpRequest, size: int) -> tuple[int, int] | None:
    """What to answer a GET with: at most LARGEST_ANSWER of a range; None if the whole file must be sent."""
    # Without validators an If-Range can never match, so the whole file is the correct response.
    if request.method != "GET" or "If-Range" in request.headers:
        return None
    span = requested_range(request.headers.get("Range", ""), size)
    return span and (span[0], min(span[1], span[0] + LARGEST_ANSWER - 1))


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response
