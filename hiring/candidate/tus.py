"""The server's side of tus 1.0 (tus.io/protocols/resumable-upload): core, creation, checksum, termination.

Small on purpose. Bytes go to hiring.recordings.uploads in pieces; nothing here holds a file in memory.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from functools import wraps
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.urls import reverse
from django.utils.translation import gettext as _

from analysis.text import plain
from hiring import access
from hiring.actions import receive_upload
from hiring.audit.pace import TooOften
from hiring.recordings import uploads
from hiring.recordings.models import Recording
from hiring.recordings.uploads import Checksum, UploadRefused
from hiring.web.middleware import STREAMED
from hiring.web.outside import whole_number

VERSION = "1.0.0"
_PIECE = 256 * 1024
_DIGEST_BYTES = {"sha256": 32, "sha1": 20}
#: 460 is the protocol's own status for a checksum mismatch.
_STATUS = {
    "bad_request": 400,
    "not_allowed": 403,
    "gone": 410,
    "not_found": 404,
    "version": 412,
    "empty": 400,
    "size": 413,
    "content_type": 415,
    "type": 422,
    "busy": 423,
    "offset": 409,
    "length": 411,
    "often": 429,
    "checksum": 460,
    "room": 507,
}
View = Callable[..., HttpResponse]


def _refusal(code: str, sentence: str, status: int | None = None) -> HttpResponse:
    answer = {"error": {"code": code, "sentence": sentence}}
    return JsonResponse(answer, status=status or _STATUS[code])


def refused(code: str, sentence: str) -> HttpResponse:
    """A refusal in the protocol's usual form, for a request that reaches no view."""
    return _of_protocol(_refusal(code, sentence))


def not_yours() -> str:
    return _("This upload does not exist, or it is not open to you.")


def _of_protocol(response: HttpResponse) -> HttpResponse:
    response["Tus-Resumable"] = VERSION
    response["Cache-Control"] = "no-store"
    return response


def _bad(sentence: str) -> UploadRefused:
    return UploadRefused("bad_request", sentence)


def _method(request: HttpRequest) -> str:
    """The method, or the one that a client behind an old proxy means: the protocol requires this."""
    if request.method == "POST":
        return request.headers.get("X-HTTP-Method-Override", "POST").upper()
    return str(request.method)


def endpoint(**handlers: View) -> View:
    """Build one view from handlers by method: checks the version, returns every refusal as JSON."""

    def view(request: HttpRequest, pk: UUID) -> HttpResponse:
        return _of_protocol(_dispatch(request, pk, handlers))

    return wraps(next(iter(handlers.values())))(view)


def _dispatch(request: HttpRequest, pk: UUID, handlers: dict[str, View]) -> HttpResponse:
    method = _method(request)
    if method == "OPTIONS":
        return _abilities()
    handler = handlers.get(method)
    if handler is None:
        allowed = ", ".join(["OPTIONS", *handlers])
        sentence = _("This address does not take such a request.")
        response = _refusal("method", sentence, 405)
        response["Allow"] = allowed
        return response
    if request.headers.get("Tus-Resumable") != VERSION:
        response = _refusal("version", _("This server speaks version 1.0.0 of the upload protocol."))
        response["Tus-Version"] = VERSION
        return response
    try:
        return handler(request, pk)
    except TooOften as refusal:
        response = _refusal("often", str(refusal))
        response["Retry-After"] = str(refusal.retry_after_s)
        return response
    except Http404:
        return _refusal("not_found", not_yours())
    except UploadRefused as refusal:
        # The protocol uses 409 for an offset conflict; a creation that conflicts with another gets it as well.
        status = 409 if refusal.code == "busy" and method == "POST" else None
        return _refusal(refusal.code, str(refusal), status)


def _abilities() -> HttpResponse:
    response = HttpResponse(status=204)
    response["Tus-Version"] = VERSION
    response["Tus-Extension"] = "creation,checksum,termination"
    response["Tus-Max-Size"] = str(settings.MAX_UPLOAD_BYTES)
    response["Tus-Checksum-Algorithm"] = ",".join(uploads.CHECKSUM_ALGORITHMS)
    return response


def _whole_number(request: HttpRequest, header: str) -> int:
    value = whole_number(request.headers.get(header, ""))
    if value is None:
        raise _bad(_("The header %(name)s must be a whole number.") % {"name": header})
    return value


def file_name(metadata: str) -> str:
    """Return the file name from an Upload-Metadata header (`key base64,…`). Raises UploadRefused."""
    for pair in metadata.split(","):
        key, _space, value = pair.strip().partition(" ")
        if key == "filename":
            try:
                return plain(base64.b64decode(value.strip(), validate=True).decode())
            except (binascii.Error, UnicodeDecodeError) as error:
                raise _bad(_("The header Upload-Metadata cannot be read.")) from error
    return ""


def _checksum(request: HttpRequest) -> Checksum | None:
    header = request.headers.get("Upload-Checksum")
    if header is None:
        return None
    algorithm, _space, value = header.partition(" ")
    if algorithm not in uploads.CHECKSUM_ALGORITHMS:
        raise _bad(_("This kind of checksum is not known here."))
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except binascii.Error as error:
        raise _bad(_("The header Upload-Checksum cannot be read.")) from error
    if len(digest) != _DIGEST_BYTES[algorithm]:
        raise _bad(_("The header Upload-Checksum cannot be read."))
    return Checksum(algorithm, digest)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body piece by piece. A dropped connection ends it quietly: what came before still counts."""
    while True:
        try:
            piece = request.read(_PIECE)
        except UnreadablePostError:
            return
        if not piece:
            return
        yield piece


def _create(request: HttpRequest, pk: UUID) -> HttpResponse:
    question = access.candidate_question(request, pk)
    interview = access.candidate_interview(request)
    size_bytes = _whole_number(request, "Upload-Length")
    name = file_name(request.headers.get("Upload-Metadata", ""))
    recording = receive_upload.start(interview=interview, question=question, size_bytes=size_bytes, file_name=name)
    response = HttpResponse(status=201)
    response["Location"] = reverse("candidate:upload", args=[recording.pk])
    response["Upload-Offset"] = "0"
    return response


def _head(request: HttpRequest, pk: UUID) -> HttpResponse:
    recording = access.candidate_recording(request, pk)
    if recording.state == Recording.State.REFUSED:
        raise UploadRefused("gone", _("This upload is already finished or was given up."))
    # Recover here if the server died between the last byte and the row's next state.
    receive_upload.finish(recording=recording)
    response = HttpResponse(status=200)
    response["Upload-Offset"] = str(recording.received_bytes)
    response["Upload-Length"] = str(recording.size_bytes)
    return response


def _patch(request: HttpRequest, pk: UUID) -> HttpResponse:
    recording = access.candidate_recording(request, pk)
    if request.content_type != STREAMED:
        sentence = _("Parts of a file must come as %(type)s.") % {"type": STREAMED}
        raise UploadRefused("content_type", sentence)
    if "Transfer-Encoding" in request.headers:
        # Django reads no body without a length: such a part would be reported as accepted, but its bytes lost.
        sentence = _("The header %(name)s must be a whole number.") % {"name": "Content-Length"}
        raise UploadRefused("length", sentence)
    offset = receive_upload.append(
        recording=recording,
        offset=_whole_number(request, "Upload-Offset"),
        pieces=_pieces(request),
        checksum=_checksum(request),
    )
    response = HttpResponse(status=204)
    response["Upload-Offset"] = str(offset)
    return response


def _delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    uploads.give_up(recording=access.candidate_recording(request, pk))
    return HttpResponse(status=204)


uploads_of_question = endpoint(POST=_create)
upload = endpoint(HEAD=_head, PATCH=_patch, DELETE=_delete)
