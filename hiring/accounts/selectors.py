"""Read people's tokens."""

from __future__ import annotations

from django.db.models import QuerySet
from knox.settings import CONSTANTS

from hiring.accounts.models import ApiToken, User


def tokens(user: User) -> QuerySet[ApiToken]:
    """The person's own API tokens, newest first."""
    rows: QuerySet[ApiToken] = ApiToken.objects.filter(user=user)
    return rows


def token_of(user: User, token: str) -> ApiToken | None:
    """The row of a token, if it belongs to this person."""
    return tokens(user).filter(token_key=token[: CONSTANTS.TOKEN_KEY_LENGTH]).first()
