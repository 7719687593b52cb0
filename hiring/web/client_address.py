"""Where a request comes from: the lockout after wrong passwords counts by this address."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The peer's address; behind a proxy that TRUST_PROXY vouches for, the one that the proxy saw."""
    if settings.TRUST_PROXY and (seen := request.headers.get("X-Forwarded-For", "")):
        return seen.rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
