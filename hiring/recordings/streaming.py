"""A vault file as an HTTP answer that a player can seek in: the same for candidates and reviewers.

The caller has asked hiring.access first. Nothing here says where a file lies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BufferedReader
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from hiring.recordings import keys, vault

_ONE_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")
_PIECE = vault.BLOCK


class NotSatisfiable(Exception):
    """A range lies wholly outside the file."""


def requested_range(header: str, size: int) -> tuple[int, int] | None:
    """Return (first, last) byte of a Range header, both inside the file; None where the whole file is meant.

    RFC 9110 14.2: what is malformed, in another unit, or more than one range may be ignored. Raises NotSatisfiable.
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
    """Iterates over `length` bytes of an open file; Django closes it when the answer ends or the line drops.

    Raises KeyGone where the interview is erased meanwhile: an open file has its key, and would be sent to its end.
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


def media_response(request: HttpRequest, interview_id: UUID, name: str, content_type: str) -> HttpResponseBase:
    """Answer GET or HEAD with a vault file, decrypting only the bytes asked for. Raises Http404 where it is gone."""
    try:
        file = vault.open_file(interview_id, name)
    except (keys.KeyGone, FileNotFoundError, ValueError) as error:
        raise Http404 from error
    size = file.seek(0, 2)
    try:
        # Without validators an If-Range can never match: then the whole file is the right answer.
        asked = request.method == "GET" and "If-Range" not in request.headers
        span = requested_range(request.headers.get("Range", ""), size) if asked else None
    except NotSatisfiable:
        file.close()
        response: HttpResponseBase = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        return _private(response)
    first, last = span or (0, size - 1)
    if request.method == "HEAD":
        file.close()
        response = HttpResponse(content_type=content_type)
    else:
        file.seek(first)
        pieces = _Pieces(interview_id, file, last - first + 1)
        response = StreamingHttpResponse(pieces, status=206 if span else 200, content_type=content_type)
    response["Content-Length"] = str(last - first + 1)
    if span:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _private(response)


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = "inline"
    return response
