"""What a view behind the sign-in can count on. For type checking: nothing is ever made one of these."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from hiring.accounts.models import User


class SignedIn(HttpRequest):
    """A request behind login_required: who it is from, and what htmx says of it."""

    user: User
    htmx: HtmxDetails
