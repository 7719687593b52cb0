"""Secrets that one page shows after a redirect, so that reloading it does not create a second one.

They are kept in a signed cookie of the browser that requested them, only for that page's address: sessions are rows,
and rows contain only the hash of a link or a token.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hiring.web import cookies

MINUTES = 10
_COOKIE = "sightline_shown"


def redirect_to_show(address: str, secret: str) -> HttpResponse:
    """Redirect to the page that shows this secret for the next ten minutes."""
    response = redirect(address)
    cookies.put(response, _COOKIE, secret, path=address, max_age_s=MINUTES * 60, samesite="Strict")
    return response


def shown(request: HttpRequest) -> str:
    """The secret that this page should show, or an empty string when its time is over."""
    return cookies.get(request, _COOKIE, path=request.path, max_age_s=MINUTES * 60)
