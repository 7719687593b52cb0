"""Whatever is sent, valid or not: never our fault, always as the schema says, and never without a token (T11)."""

from __future__ import annotations

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rest_framework.throttling import UserRateThrottle
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hiring.accounts import services as accounts
from hiring.wsgi import application
from tests import factories

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [
    "GET /api/v1/interviews/",
    "GET /api/v1/interviews/{id}/",
    "GET /api/v1/me/",
    "GET /api/v1/moments/{id}/",
    "PUT /api/v1/moments/{id}/verdict/",
    "DELETE /api/v1/moments/{id}/verdict/",
    "GET /api/v1/positions/",
    "GET /api/v1/positions/{id}/",
    "GET /api/v1/recordings/{id}/",
    "GET /api/v1/recordings/{id}/moments/",
    "GET /api/v1/recordings/{id}/notes/",
    "POST /api/v1/recordings/{id}/notes/",
    "GET /api/v1/recordings/{id}/timeline/",
    "GET /api/v1/recordings/{id}/transcript/",
    "GET /api/v1/runs/{id}/",
    "POST /api/v1/runs/{id}/retry/",
    "POST /api/v1/tokens/",
    "DELETE /api/v1/tokens/{key}/",
]
#: Operations without a parameter that could be wrong.
NOTHING_TO_GET_WRONG = {"GET /api/v1/me/", "POST /api/v1/tokens/", "DELETE /api/v1/tokens/{key}/"}
_bounded = hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def token(team, settings, monkeypatch) -> dict[str, str]:
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "100000/min"})
    token = accounts.issue_token(user=team.recruiter, name="Tests", actor=team.recruiter.as_actor())
    # Compressed answers are not unpacked by schemathesis where there is no network in between.
    return {"Authorization": f"Token {token}", "Accept-Encoding": "identity"}


@pytest.fixture
def one_connection():
    """A server closes its connection between requests; here that would end the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(token, one_connection):
    return schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application, headers=token)


def _operation(schema, name: str):
    method, path = name.split()
    return schema[path][method]


def _ids(team) -> dict[str, str]:
    return {
        "interviews": str(team.interview.pk),
        "moments": str(team.run.moments.first().pk),
        "positions": str(team.position.pk),
        "recordings": str(team.recording.pk),
        "runs": str(team.run.pk),
    }


def test_every_operation_of_the_schema_is_tried(schema):
    found = {f"{result.ok().method.upper()} {result.ok().path}" for result in schema.get_all_operations()}
    assert found == set(OPERATIONS)


@pytest.mark.parametrize(
    ("mode", "name"),
    [
        *((GenerationMode.POSITIVE, name) for name in OPERATIONS),
        *((GenerationMode.NEGATIVE, name) for name in OPERATIONS if name not in NOTHING_TO_GET_WRONG),
    ],
    ids=lambda value: getattr(value, "value", value),
)
def test_no_request_is_answered_with_a_fault_of_ours(schema, token, team, name, mode):
    operation, ids = _operation(schema, name), _ids(team)

    @_bounded
    @given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())
    def send(case, is_known: bool) -> None:
        if is_known and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = ids[name.split("/")[3]]
        # Headers alone would be refused before anything else looks at the request.
        case.headers = None
        case.call_and_validate(headers=token, checks=CHECKS)

    send()


@pytest.mark.parametrize("role", ["recruiter", "administrator"])
@pytest.mark.parametrize("name", [name for name in OPERATIONS if "{id}" in name])
def test_nobody_off_the_team_gets_more_than_a_404(schema, team, name, role):
    operation, pk = _operation(schema, name), _ids(team)[name.split("/")[3]]
    person = factories.make_user(role)
    issued = accounts.issue_token(user=person, name="Tests", actor=person.as_actor())
    token = {"Authorization": f"Token {issued}"}

    @hypothesis_settings(_bounded, max_examples=3)
    @given(case=operation.as_strategy())
    def send(case) -> None:
        case.path_parameters["id"], case.headers = pk, None
        assert case.call(headers=token).status_code == 404

    send()


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_is_answered_without_a_token(schema, name):
    operation = _operation(schema, name)

    @hypothesis_settings(_bounded, max_examples=3)
    @given(case=operation.as_strategy())
    def send(case) -> None:
        case.headers = case.cookies = None
        assert case.call().status_code == 401
        assert case.call(headers={"Authorization": "Token 0123456789abcdef"}).status_code == 401

    send()
