"""Who may open these screens, and how their lists are cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from hiring import access

_ROWS = 50


def administrators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead people who are signed out to the sign-in page; answer 404 to everybody who does not administer."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        access.administrator(request.user)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def page_of(request: HttpRequest, rows: QuerySet | Sequence) -> Page:
    """The page that the address asks for; a number that is none, or too high, shows the nearest."""
    return Paginator(rows, _ROWS).get_page(request.GET.get("page"))


def filters_of(request: HttpRequest) -> str:
    """The address's filters without its page number, for the links to other pages."""
    kept = request.GET.copy()
    kept.pop("page", None)
    return kept.urlencode()
