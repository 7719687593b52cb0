"""The caller's own account and tokens."""

from __future__ import annotations

from typing import cast

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.response import Response
from rest_framework.views import APIView

from hiring.accounts import selectors, services
from hiring.accounts.models import ApiToken
from hiring.api.problems import Conflict, SignInNeeded
from hiring.api.serializers import Me as MeRow
from hiring.api.serializers import NewToken, TokenBody
from hiring.api.views.base import SignedInRequest


class Me(APIView):
    @extend_schema(operation_id="me", responses=MeRow)
    def get(self, request: SignedInRequest) -> Response:
        """Who you are."""
        return Response(MeRow(request.user).data)


class Tokens(APIView):
    @extend_schema(operation_id="tokens_issue", request=TokenBody, responses={201: NewToken})
    def post(self, request: SignedInRequest) -> Response:
        """Create an API token for yourself. It is shown only this once; only a hash is stored.

        This requires the session of someone who is signed in: a leaked token cannot create others that outlive it.
        """
        if request.auth is not None:
            raise SignInNeeded(_("A token cannot make another. Please sign in to make one."))
        body = TokenBody(data=request.data)
        body.is_valid(raise_exception=True)
        name = body.validated_data["name"]
        try:
            token = services.issue_token(user=request.user, name=name, actor=request.user.as_actor())
        except services.CannotChange as error:
            raise Conflict(str(error)) from error
        row = cast(ApiToken, selectors.token_of(request.user, token))
        return Response({"key": row.token_key, "name": name, "token": token, "expires_at": row.expiry}, status=201)


class Token(APIView):
    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: SignedInRequest, key: str) -> Response:
        """Revoke one of your own tokens, named by its first characters."""
        if not services.revoke_token(user=request.user, token_key=key, actor=request.user.as_actor()):
            raise NotFound
        return Response(status=204)
