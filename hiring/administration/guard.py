"""Who may open these screens, and how their lists are cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from hiring import access
from hiring.web.outside import whole_number

_ROWS = 50


def administrators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Redirect signed-out people to the sign-in page; respond with 404 to everyone who is not an administrator."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        access.administrator(request.user)
        return view(request, *args, **kwargs)

    return login_required(guarded)


def page_of(request: HttpRequest, rows: QuerySet[Any, Any] | Sequence[Any], count: int | None = None) -> Page[Any]:
    """The requested page; invalid or out-of-range numbers fall back to the nearest page.

    count: how many rows there are, if the caller already knows.
    """
    pages = Paginator(rows, _ROWS)
    if count is not None:
        pages.count = count
    return pages.get_page(request.GET.get("page"))


@dataclass(frozen=True)
class Stretch:
    """Some rows of a list that is too long to be counted, newest first, and where the rows around them begin.

    newer, older: the id to continue from; None if there are no such rows.
    """

    rows: list[Any]
    newer: int | None
    older: int | None


def stretch_of(request: HttpRequest, rows: QuerySet[Any, Any]) -> Stretch:
    """The rows before or after the id that the address names, `before` or `after`; the newest by default.

    By id, not by page number: the last page of a million rows takes no longer than the first.
    """
    before = whole_number(request.GET.get("before", ""))
    after = whole_number(request.GET.get("after", ""))
    if after is not None:
        found = list(rows.filter(id__gt=after).order_by("id")[: _ROWS + 1])
        shown = found[:_ROWS][::-1]
        has_newer, has_older = len(found) > _ROWS, bool(shown) and rows.filter(id__lt=shown[-1].id).exists()
    else:
        found = list((rows if before is None else rows.filter(id__lt=before)).order_by("-id")[: _ROWS + 1])
        shown = found[:_ROWS]
        has_newer, has_older = before is not None and bool(shown), len(found) > _ROWS
    return Stretch(shown, shown[0].id if has_newer else None, shown[-1].id if has_older else None)


def filters_of(request: HttpRequest) -> str:
    """The address's filters without the page position, for the links to other pages."""
    kept = request.GET.copy()
    for name in ("page", "before", "after"):
        kept.pop(name, None)
    return kept.urlencode()
