"""The inbox: who is waiting, being analyzed, ready, reviewed by me, decided."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from hiring import access
from hiring.accounts.requests import SignedIn
from hiring.recruiter.forms import InboxForm
from hiring.retention.selectors import tell_erasures
from hiring.review.inbox import Inbox, Show, inbox_page

_FILTERS = (
    (Show.ALL, _("All")),
    (Show.READY, _("Ready to review")),
    (Show.ANALYZING, _("Being analyzed")),
    (Show.WAITING, _("Waiting for the candidate")),
    (Show.MINE, _("Reviewed by me")),
    (Show.DECIDED, _("Decided")),
    (Show.ERASED, _("Erased")),
)


def _address(query: QueryDict, **changed: str) -> str:
    """The inbox's address with some choices changed; returns to the first page."""
    kept = query.copy()
    kept.pop("page", None)
    for name, value in changed.items():
        kept[name] = value
        if not value:
            del kept[name]
    return f"?{kept.urlencode()}"


def _filters(request: SignedIn, box: Inbox) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "count": box.counts[show or "all"],
            "current": box.show == show,
            "address": _address(request.GET, state=show),
        }
        for show, label in _FILTERS
    ]


@require_safe
@login_required
def inbox(request: SignedIn) -> HttpResponse:
    positions = access.positions(request.user)
    form = InboxForm(request.GET, positions=positions)
    chosen = form.choices_made()
    box = inbox_page(access.listed_interviews(request.user), request.user, **chosen)
    tell_erasures(row.interview for row in box.rows)
    page = {
        "section": "inbox",
        "form": form,
        "box": box,
        "filters": _filters(request, box),
        "trail": form.trail(),
        "searching": bool(chosen["search"] or chosen["position"] or chosen["state"]),
        "has_positions": positions.exists(),
        "older": _address(request.GET) + "&page=",
    }
    name = "recruiter/_inbox_rows.html" if request.htmx and not request.htmx.boosted else "recruiter/inbox.html"
    return render(request, name, page)
