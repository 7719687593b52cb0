"""Reading people's tokens."""

from __future__ import annotations

from django.db.models import QuerySet
from knox.models import AuthToken
from knox.settings import CONSTANTS

from hiring.accounts.models import User


def tokens(user: User) -> QuerySet[AuthToken]:
    """The person's own API tokens, newest first."""
    return AuthToken.objects.filter(user=user).order_by("-created")


def token_of(user: User, token: str) -> AuthToken:
    """The row of a token that was just issued to this person."""
    return tokens(user).filter(token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH]).first()
