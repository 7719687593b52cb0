"""Secrets that one page shows after a redirect, so that reloading it makes no second one.

They wait in a signed cookie of the browser that asked for them, on that page's address alone: sessions are rows, and
rows hold only the hash of a link or a token.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

MINUTES = 10
_COOKIE = "sightline_shown"
_SALT = "hiring.lib.shown_once"


def redirect_to_show(address: str, secret: str) -> HttpResponse:
    """Lead to the page that shows this secret for the next ten minutes."""
    response = redirect(address)
    response.set_signed_cookie(
        _COOKIE,
        secret,
        salt=_SALT + address,
        max_age=MINUTES * 60,
        path=address,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def shown(request: HttpRequest) -> str:
    """The secret that this page is to show, or an empty text when its time is over."""
    return str(request.get_signed_cookie(_COOKIE, default="", salt=_SALT + request.path, max_age=MINUTES * 60))
