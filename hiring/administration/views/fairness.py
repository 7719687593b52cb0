"""Fairness audits: start one on a folder that lies on the server, follow it, read it, take it along."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from hiring import access
from hiring.administration import fairness
from hiring.administration.forms import StartAuditForm
from hiring.administration.guard import administrators_only, page_of
from hiring.networks import audits as life
from hiring.networks import selectors, sources
from hiring.networks.models import FairnessAudit

_FRAME = {"section": "models", "tab": "fairness"}


@administrators_only
@require_http_methods(["GET", "POST"])
def audits(request: HttpRequest) -> HttpResponse:
    """Every audit, and the form that starts one of the network in use."""
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
        "form": form,
        "page": page_of(request, access.fairness_audits(request.user)),
    }
    return render(request, "administration/fairness_audits.html", context)


def _context(row: FairnessAudit) -> dict[str, Any]:
    return {**_FRAME, "audit": row, "fairness": fairness.shown(row.result)}


@administrators_only
@require_safe
def audit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One audit: how far it is, its result, or why there is none."""
    row = access.fairness_audit_for(request.user, pk)
    return render(request, "administration/fairness_audit.html", _context(row))


@administrators_only
@require_safe
def now(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far an audit is, polled by its page, which reloads once it is over."""
    row = access.fairness_audit_for(request.user, pk)
    response = render(request, "administration/_audit_state.html", {"audit": row})
    if not row.is_active:
        response["HX-Refresh"] = "true"
    return response


@administrators_only
@require_safe
def download(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The result as JSON, in the shape in which the audit wrote it."""
    row = access.fairness_audit_for(request.user, pk)
    if row.state != FairnessAudit.State.COMPLETE:
        raise Http404
    response = JsonResponse(row.result, json_dumps_params={"indent": 1, "ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="fairness-{row.network.short_hash}-{row.pk}.json"'
    return response
