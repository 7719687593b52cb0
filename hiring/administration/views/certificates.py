"""What was erased, when and why."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.administration.forms import SearchForm
from hiring.administration.guard import administrators_only, filters_of, page_of
from hiring.retention import holdings


@administrators_only
@require_safe
def certificates(request: SignedIn) -> HttpResponse:
    """Every certificate, newest first."""
    form = SearchForm(request.GET)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    rows = access.certificates(request.user).filter(interview_reference__icontains=words)
    context = {
        "section": "retention",
        "tab": "certificates",
        "page": page_of(request, rows),
        "q": words,
        "form": form,
        "query": filters_of(request),
    }
    return render(request, "administration/certificates.html", context)


@administrators_only
@require_safe
def certificate(request: SignedIn, pk: UUID) -> HttpResponse:
    """One certificate, in printable form."""
    found = access.certificate_for(request.user, pk)
    context = {
        "section": "retention",
        "tab": "certificates",
        "certificate": found,
        "contents": holdings.labels(found.counts),
    }
    return render(request, "administration/certificate.html", context)
