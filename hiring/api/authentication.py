"""Who is calling: a token, or the session of someone who is signed in."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.contrib.knox_auth_token import KnoxTokenScheme
from knox import auth
from rest_framework import authentication
from rest_framework.exceptions import APIException, AuthenticationFailed
from rest_framework.request import Request

from hiring.accounts import services
from hiring.accounts.models import ApiToken, User

_TOKEN = re.compile(rb"[0-9A-Za-z_-]{8,128}")


class FormExpired(APIException):
    """A session's request without its CSRF token. 403, not 404: the caller is known and can fix it."""

    status_code = 403
    default_detail = _("The CSRF token is missing or has expired. Reload the page, or use an API token.")
    default_code = "csrf"


class Token(auth.TokenAuthentication):  # type: ignore[misc]  # knox has no types
    """Knox's tokens. Bytes that no token can contain are refused before anything decodes or looks them up."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        if not _TOKEN.fullmatch(token):
            raise AuthenticationFailed(_("Invalid token."))
        user, row = super().authenticate_credentials(token)
        services.token_used(token=row)
        return user, row


class Session(authentication.SessionAuthentication):
    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except APIException as error:
            raise FormExpired from error


class _TokenScheme(KnoxTokenScheme):  # type: ignore[no-untyped-call]
    target_class = "hiring.api.authentication.Token"
    name = "token"


class _SessionScheme(SessionScheme):  # type: ignore[no-untyped-call]
    target_class = "hiring.api.authentication.Session"
    name = "session"
