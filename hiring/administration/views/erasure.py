"""What is due to be erased, and erasing one interview on request. Shows references, never the people behind them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.actions import erase as erasing
from hiring.administration.forms import ConfirmForm, FindForm, WithinForm
from hiring.administration.guard import administrators_only, filters_of, page_of
from hiring.retention import holdings, selectors
from hiring.retention.models import ErasureCertificate

#: Erasing takes a moment for each interview: at most this many per response, the hourly sweep does the rest.
AT_ONCE = 100
_FOUND = 20


@administrators_only
@require_safe
def due(request: SignedIn) -> HttpResponse:
    """A preview: references, dates and reasons."""
    form = WithinForm(request.GET if "days" in request.GET else {"days": "30"})
    now = timezone.now()
    days = form.cleaned_data["days"] if form.is_valid() else 0
    rows = selectors.due_rows(now + timedelta(days=days))
    if not form.is_valid():
        rows = rows.none()
    counts = rows.aggregate(all=Count("pk"), now=Count("pk", filter=Q(due_at__lte=now)))
    page = page_of(request, rows, counts["all"])
    context = {
        "section": "retention",
        "tab": "due",
        "form": form,
        "page": page,
        "rows": [selectors.as_due(row) for row in page],
        "query": filters_of(request),
        "due_now": counts["now"],
        "now": now,
        "days": form.cleaned_data.get("days"),
    }
    return render(request, "administration/due.html", context)


@administrators_only
@require_http_methods(["GET", "POST"])
def erase_due(request: SignedIn) -> HttpResponse:
    """Ask for confirmation; then erase what is due now."""
    if request.method == "GET":
        context = {
            "section": "retention",
            "tab": "due",
            "count": selectors.due_rows().count(),
            "rows": selectors.due(at_most=AT_ONCE),
        }
        return render(request, "administration/erase_due.html", context | {"at_once": AT_ONCE})
    count = erasing.erase_due(actor=request.user.as_actor(), at_most=AT_ONCE)
    sentence = ngettext("%(count)d interview was erased.", "%(count)d interviews were erased.", count)
    messages.success(request, sentence % {"count": count})
    left = selectors.due_rows().count()
    if left:
        still = ngettext(
            "%(left)d is still due; the hourly clean-up erases it, or erase again here.",
            "%(left)d are still due; the hourly clean-up erases them, or erase again here.",
            left,
        )
        messages.warning(request, still % {"left": left})
    return redirect("administration:certificates")


@administrators_only
@require_safe
def find(request: SignedIn) -> HttpResponse:
    """Find an interview to erase on request: by its reference, or by the exact address or name entered."""
    form = FindForm(request.GET or None)
    typed = form.cleaned_data["q"].strip() if form.is_valid() else ""
    context = {"section": "retention", "tab": "erase", "form": form, "typed": typed}
    if typed:
        context["found"] = access.governed_interviews_like(request.user, typed).order_by("reference")[:_FOUND]
        gone = access.certificates(request.user).filter(interview_reference__icontains=typed)
        context["certificates"] = gone.order_by("interview_reference")[:_FOUND]
    return render(request, "administration/find_interview.html", context)


@administrators_only
@require_http_methods(["GET", "POST"])
def erase(request: SignedIn, pk: UUID) -> HttpResponse:
    """Say what will be deleted, have the reference typed in, erase, show the certificate."""
    interview = access.governed_interview_for(request.user, pk)
    form = ConfirmForm(request.POST or None, interview=interview)
    if request.method == "POST" and form.is_valid():
        certificate = erasing.erase(
            interview=interview,
            actor=request.user.as_actor(),
            reason=ErasureCertificate.Reason.ADMINISTRATOR,
        )
        messages.success(request, _("The interview is erased. This is the certificate."))
        return redirect("administration:certificate", pk=certificate.pk)
    context = {
        "section": "retention",
        "tab": "erase",
        "interview": interview,
        "form": form,
        "contents": holdings.labels(holdings.count(interview)),
        "due": selectors.due_of(interview),
    }
    return render(request, "administration/erase.html", context)
