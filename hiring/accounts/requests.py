"""What a view behind sign-in can rely on. For type checking only: it is never instantiated."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from hiring.accounts.models import User


class SignedIn(HttpRequest):
    """A request behind login_required: the user, and htmx's details."""

    user: User
    htmx: HtmxDetails
