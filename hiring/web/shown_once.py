"""Secrets that one page shows after a redirect, so that reloading it makes no second one.

They wait in a signed cookie of the browser that asked for them, on that page's address alone: sessions are rows, and
rows hold only the hash of a link or a token.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from hiring.web import cookies

MINUTES = 10
_COOKIE = "sightline_shown"


def redirect_to_show(address: str, secret: str) -> HttpResponse:
    """Lead to the page that shows this secret for the next ten minutes."""
    response = redirect(address)
    cookies.put(response, _COOKIE, secret, path=address, max_age_s=MINUTES * 60, samesite="Strict")
    return response


def shown(request: HttpRequest) -> str:
    """The secret that this page is to show, or an empty text when its time is over."""
    return cookies.get(request, _COOKIE, path=request.path, max_age_s=MINUTES * 60)
