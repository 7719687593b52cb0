"""Fairness audits: start one on images from the server or on uploaded ones, follow it, read it, download it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.administration import fairness
from hiring.administration.forms import StartAuditForm
from hiring.administration.guard import administrators_only, page_of
from hiring.networks import fairness as life
from hiring.networks import selectors, sources
from hiring.networks.models import FairnessAudit
from hiring.web.middleware import STREAMED_ARCHIVE
from hiring.web.outside import whole_number

_PIECE = 256 * 1024
_FRAME = {"section": "models", "tab": "fairness"}


@administrators_only
@require_http_methods(["GET", "POST"])
def audits(request: SignedIn) -> HttpResponse:
    """Every audit, and the form that starts one of the model in use."""
    network, names = selectors.current(), sources.offered()
    form = StartAuditForm(request.POST or None, names=names)
    if request.method == "POST" and network is not None and form.is_valid():
        try:
            row = life.start(network=network, source=form.cleaned_data["source"], person=request.user)
        except sources.UnknownSource as error:
            form.add_error("source", str(error))
        else:
            return redirect("administration:fairness_audit", pk=row.pk)
    context = {
        **_FRAME,
        "network": network,
        "names": names,
        "folder": sources.folder(),
        "uploaded": [name for name in names if name.startswith(sources.UPLOADED)],
        "upload_mb": sources.LARGEST_BYTES // 1024**2,
        "form": form,
        "page": page_of(request, access.fairness_audits(request.user)),
    }
    return render(request, "administration/fairness_audits.html", context)


def _pieces(request: SignedIn) -> Iterator[bytes]:
    while piece := request.read(_PIECE):
        yield piece


@administrators_only
@require_POST
def upload_images(request: SignedIn) -> HttpResponse:
    """Take a ZIP of images as the body of a request, so that none of it is held in memory or written twice.

    Responds with JSON: the page's script sends the file and reloads, or shows the sentence.
    """
    try:
        if request.content_type != STREAMED_ARCHIVE:
            raise sources.ImagesRefused(_("Please choose a ZIP file."))
        life.keep_images(
            name=unquote(request.headers.get("X-File-Name", "")),
            size_bytes=whole_number(request.META.get("CONTENT_LENGTH") or "0") or 0,
            pieces=_pieces(request),
            person=request.user,
        )
    except (sources.ImagesRefused, UnreadablePostError) as error:
        sentence = str(error) if isinstance(error, sources.ImagesRefused) else _("The file did not arrive whole.")
        return JsonResponse({"sentence": sentence}, status=422)
    messages.success(request, _("The images are here. You can start an audit of them now."))
    return JsonResponse({}, status=201)


@administrators_only
@require_POST
def delete_images(request: SignedIn, name: str) -> HttpResponse:
    """Delete an uploaded archive."""
    try:
        life.remove_images(name=name, person=request.user)
    except sources.UnknownSource as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The images are deleted. Results of their audits stay."))
    return redirect("administration:fairness_audits")


def _context(row: FairnessAudit) -> dict[str, Any]:
    return {**_FRAME, "audit": row, "fairness": fairness.shown(row.result)}


@administrators_only
@require_safe
def audit(request: SignedIn, pk: UUID) -> HttpResponse:
    """One audit: how far along it is, its result, or why there is none."""
    row = access.fairness_audit_for(request.user, pk)
    return render(request, "administration/fairness_audit.html", _context(row))


@administrators_only
@require_safe
def now(request: SignedIn, pk: UUID) -> HttpResponse:
    """How far along an audit is, polled by its page, which reloads once it is over."""
    row = access.fairness_audit_for(request.user, pk)
    response = render(request, "administration/_audit_state.html", {"audit": row})
    if not row.is_active:
        response["HX-Refresh"] = "true"
    return response


@administrators_only
@require_safe
def download(request: SignedIn, pk: UUID) -> HttpResponse:
    """The result as JSON, in the format in which the audit wrote it."""
    row = access.fairness_audit_for(request.user, pk)
    if row.state != FairnessAudit.State.COMPLETE:
        raise Http404
    response = JsonResponse(row.result, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="fairness-{row.network.short_hash}-{row.pk}.json"'
    return response
