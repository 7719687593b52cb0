"""The caller's own account and tokens."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hiring.accounts import selectors, services
from hiring.api.serializers import Me as MeRow
from hiring.api.serializers import NewToken


class Me(APIView):
    @extend_schema(operation_id="me", responses=MeRow)
    def get(self, request: Request) -> Response:
        """Who you are."""
        return Response(MeRow(request.user).data)


class Tokens(APIView):
    @extend_schema(operation_id="tokens_issue", request=None, responses={201: NewToken})
    def post(self, request: Request) -> Response:
        """Make an API token of your own. It is shown this once; only a hash is stored."""
        token = services.issue_token(user=request.user, actor=request.user.as_actor())
        row = selectors.token_of(request.user, token)
        return Response({"key": row.token_key, "token": token, "expires_at": row.expiry}, status=201)


class Token(APIView):
    @extend_schema(operation_id="tokens_revoke", responses={204: None})
    def delete(self, request: Request, key: str) -> Response:
        """Revoke one of your own tokens, named by its first characters."""
        if not services.revoke_token(user=request.user, token_key=key, actor=request.user.as_actor()):
            raise NotFound
        return Response(status=204)
