"""How long each position's interviews are kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.administration.forms import DaysForm
from hiring.administration.guard import administrators_only, page_of
from hiring.positions.models import Interview, Position
from hiring.positions.selectors import interviews_by_state
from hiring.retention import selectors, services


def _row(position: Position) -> dict[str, Any]:
    place = selectors.strictest_place(position)
    return {
        "position": position,
        "place": place,
        "days": min(position.days_after_decision, place.media_days_after_decision),
        "is_shortened": place.media_days_after_decision < position.days_after_decision,
    }


@administrators_only
@require_safe
def retention(request: SignedIn) -> HttpResponse:
    """Every position with its days, and the number that applies where a place allows fewer."""
    page = page_of(request, access.governed_positions(request.user).order_by("-created_at"))
    counts = interviews_by_state(page)
    rows = [
        {**_row(position), "kept": counts[position.pk].total() - counts[position.pk][Interview.State.ERASED]}
        for position in page
    ]
    context = {"section": "retention", "tab": "days", "page": page, "rows": rows}
    return render(request, "administration/retention.html", context)


@administrators_only
@require_http_methods(["GET", "POST"])
def days(request: SignedIn, pk: UUID) -> HttpResponse:
    """Change one position's days."""
    position = access.governed_position_for(request.user, pk)
    row = _row(position)
    form = DaysForm.of(position, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_days(position=position, **form.cleaned_data, actor=request.user.as_actor())
        except services.DaysRefused as error:
            form.add_error(None, str(error))
        else:
            saved = _("Saved. The new days apply from now on, to interviews that are already here too.")
            messages.success(request, saved)
            return redirect("administration:retention")
    return render(request, "administration/days.html", {"section": "retention", "tab": "days", "form": form, **row})
