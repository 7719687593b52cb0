"""Signed cookies that only their own page reads: their content is a secret, or proves something."""

from __future__ import annotations

from typing import Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: Browsers do not keep cookies any longer than this.
LONGEST_S = 400 * 24 * 60 * 60


def _salt(name: str, path: str) -> str:
    """One for each cookie and path, so that none can be passed off as another."""
    return f"hiring.web.cookies {name} {path}"


def put(
    response: HttpResponse,
    name: str,
    value: str,
    *,
    path: str,
    max_age_s: int,
    samesite: Literal["Lax", "Strict"] = "Lax",
) -> None:
    """Store a value in the browser, only for the addresses below `path` and inaccessible to scripts."""
    response.set_signed_cookie(
        name,
        value,
        salt=_salt(name, path),
        max_age=max_age_s,
        path=path,
        httponly=True,
        samesite=samesite,
        secure=settings.SESSION_COOKIE_SECURE,
    )


def get(request: HttpRequest, name: str, *, path: str, max_age_s: int) -> str:
    """The value that `put` stored; an empty string if there is none, it is too old, or was not created here."""
    return str(request.get_signed_cookie(name, default="", salt=_salt(name, path), max_age=max_age_s))
