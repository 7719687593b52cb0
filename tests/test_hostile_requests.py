"""Whatever is sent to whichever route: never our fault, one sentence from the API, and a refusal changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from http.cookies import SimpleCookie

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from rest_framework.throttling import UserRateThrottle

from hiring.actions.held import Leftovers
from hiring.audit import pace
from hiring.candidate.tus import file_name
from hiring.positions.models import Interview
from tests import hostile_requests as hostile
from tests.routes import ROUTES, Route
from tests.test_routes_by_role import World, _address
from tests.test_routes_by_role import world as world

#: Who gets furthest on a route, by its name's beginning; everybody else is refused before anything is read.
INSIDERS = {"api": "member", "recruiter": "member", "administration": "administrator", "candidate": "candidate"}
#: What changes though the answer is a refusal: the look at a row whose form was then refused, and what Django keeps.
_UNRELATED = ("sessions.", "axes.", "audit.", "contenttypes.", "auth.")
#: Forms that are accepted as they stand, so that one bad field among good ones gets as far as the database.
ACCEPTED: dict[str, dict[str, bytes]] = {
    "accounts:sign_in": {"username": b"a@example.org", "password": b"secret"},
    "administration:add_person": {"name": b"Ada", "email": b"new@example.org", "role": b"recruiter"},
    "administration:person": {"role": b"recruiter", "account": b"open"},
    "administration:days": {"after_decision": b"10", "without_decision": b"20"},
    "administration:erase": {"confirm": b"K-1"},
    "administration:switch_network": {"to": b"off", "reason": b"It is old."},
    "administration:fairness_audits": {"source": b"pictures"},
    "recruiter:create_position": {"title": b"T", "description": b"d", "questions": b"Q?", "employer_place": b"us",
                                  "job_place": b"us"},
    "recruiter:edit_position": {"title": b"T", "description": b"d", "questions": b"Q?", "employer_place": b"us",
                                "job_place": b"us"},
    "recruiter:add_to_team": {"team-email": b"a@example.org"},
    "recruiter:invite": {"invite-name": b"Ada", "invite-email": b"a@example.org", "invite-place": b"us",
                         "invite-language": b"en"},
    "recruiter:decision": {"outcome": b"advance", "reason": b"The answers were good."},
    "recruiter:add_note": {"at_ms": b"10", "text": b"x"},
    "recruiter:verdict": {"answer": b"dismissed", "reason": b"x"},
    "candidate:choices": {"purpose": b"recording"},
    "candidate:adjustment": {"usual": b"Answering in writing", "other": b"x"},
    "candidate:correct": {"start_ms": b"1000", "text": b"x"},
    "candidate:language": {"language": b"de", "next": b"/"},
    "set_language": {"language": b"de", "next": b"/"},
}  # fmt: skip
Send = Callable[[], HttpResponse]


@pytest.fixture(autouse=True)
def each_request_is_the_first(monkeypatch):
    """The limits on how often are tested elsewhere."""
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "100000/min"})
    monkeypatch.setattr(pace, "MOST_AN_HOUR", {})
    # No transaction brings back a file that was removed.
    monkeypatch.setattr(Leftovers, "remove", lambda self: None)
    logging.disable(logging.CRITICAL)  # thousands of refusals
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def opened(world: World) -> World:
    """The interview before it is handed in, where a candidate may do the most."""
    Interview.objects.filter(pk=world.rows["interview"]).update(state="opened", submitted_at=None)
    return world


def _role(name: str) -> str:
    return INSIDERS.get(name.partition(":")[0], "anonymous")


def _plain(value: object) -> object:
    """psycopg2 gives bytes as a view, which says where it lies in memory."""
    return bytes(value) if isinstance(value, memoryview) else value


def _rows() -> dict[str, list[tuple]]:
    return {
        model._meta.label: sorted(repr([_plain(value) for value in row]) for row in model.objects.values_list())
        for model in apps.get_models()
        if not model._meta.label_lower.startswith(_UNRELATED)
    }


def _faults(name: str, client: Client, sends: Iterable[tuple[str, Send]]) -> list[str]:
    """What went wrong with each request; every one starts from the same rows and cookies."""
    found, before = [], _rows()
    writes: list[str] = []

    def watch(execute, sql, params, many, context):
        if not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            writes.append(sql)
        return execute(sql, params, many, context)

    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    for what, send in sends:
        writes.clear()
        with transaction.atomic():
            with connection.execute_wrapper(watch):
                answer = send()
                if answer.streaming:
                    list(answer)
            said = _fault(name, answer, before if writes else None)
            transaction.set_rollback(True)
        client.cookies = SimpleCookie(cookies)
        found += [f"{name}: {what}: {said}"] if said else []
    return found


def _fault(name: str, answer: HttpResponse, before: dict[str, list[tuple]] | None) -> str:
    """What is wrong with an answer; `before` is None where the request wrote nothing."""
    status = answer.status_code
    if status >= 500:
        return f"{status} {getattr(answer, 'exc_info', ['', ''])[1]!r:.200}"
    if status < 400:
        return ""
    if name.startswith("api:") and not _is_one_sentence(answer):
        return f"{status} without a sentence: {answer.content[:200]!r}"
    return "" if before is None or _rows() == before else f"{status}, and something changed"


def _is_one_sentence(answer: HttpResponse) -> bool:
    if answer.headers["Content-Type"] != "application/problem+json":
        return False
    detail = answer.json()["detail"]
    return bool(detail) and len(detail) < 300 and "\n" not in detail


def _sends(client: Client, route: Route, address: str, method: str, sent: Iterable[tuple[str, hostile.Sent]]):
    for what, one in sent:
        headers = {**route.headers, **one.headers}
        yield what, partial(client.generic, method, address + one.query, one.body, one.content_type, headers=headers)


def _reached(world: World, chosen: Iterable[str]):
    """Each route with who gets furthest on it."""
    for name in chosen:
        route = ROUTES[name]
        yield name, route, world.clients[_role(name)], _address(name, route, world.rows)


def test_no_query_is_answered_with_a_fault_of_ours(world):
    wrong = []
    for name, route, client, address in _reached(world, ROUTES):
        method = "HEAD" if route.method == "HEAD" else "GET"
        asked = list(hostile.queries())
        sent = asked if name in hostile.READ_A_QUERY else asked[:2]
        wrong += _faults(name, client, _sends(client, route, address, method, sent))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("state", ["submitted", "opened"])
def test_no_form_is_answered_with_a_fault_of_ours(request, state):
    world = request.getfixturevalue("opened" if state == "opened" else "world")
    wrong = []
    chosen = [name for name in ROUTES if name.startswith("candidate:") or state == "submitted"]
    for name, route, client, address in _reached(world, chosen):
        if not name.startswith("api:") and _takes_forms(client, address):
            wrong += _faults(name, client, _sends(client, route, address, "POST", hostile.forms()))
    assert not wrong, "\n".join(wrong)


def _takes_forms(client: Client, address: str) -> bool:
    cookies = {key: morsel.value for key, morsel in client.cookies.items()}
    with transaction.atomic():
        takes = client.post(address).status_code != 405
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies)
    return takes


def test_one_bad_field_among_good_ones_is_no_fault_of_ours(opened):
    wrong = []
    for name, route, client, address in _reached(opened, ACCEPTED):
        sent = [
            (f"{what} as {place}", hostile.form(hostile.fields(ACCEPTED[name] | {place: value}).encode()))
            for place in ACCEPTED[name]
            for what, value in hostile.VALUES.items()
        ]
        wrong += _faults(name, client, _sends(client, route, address, "POST", sent))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ["member", "anonymous"])
def test_no_body_is_answered_by_the_api_with_a_fault_of_ours(world, role):
    wrong = []
    for name in (name for name in ROUTES if name.startswith("api:")):
        route, client = ROUTES[name], world.clients[role]
        address = _address(name, route, world.rows)
        for method in ("POST", "PUT", "DELETE"):
            # Elsewhere no body is read.
            reads = method == route.method and role == "member"
            sent = [*hostile.json_values(), *hostile.json_bodies()] if reads else list(hostile.json_bodies())[::4]
            wrong += _faults(name, client, _sends(client, route, address, method, sent))
    assert not wrong, "\n".join(wrong)


def test_no_header_is_answered_with_a_fault_of_ours(opened):
    wrong = []
    for name, route, client, address in _reached(opened, ROUTES):
        sent = hostile.headers() if "upload" in name else list(hostile.headers())[::3]
        wrong += _faults(name, client, _sends(client, route, address, route.method, sent))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("length", ["9" * 5000, "²", "-1", "", "9" * 19])
def test_a_length_that_is_no_length_is_no_fault_of_ours(client, db, length):
    answer = client.generic("POST", reverse("accounts:sign_in"), b"username=x", CONTENT_LENGTH=length)
    assert answer.status_code in (200, 413)


def test_what_is_pasted_is_kept_without_its_control_characters(opened):
    answer = opened.clients["candidate"].post(
        reverse("candidate:adjustment"), {"other": "More\x0btime\x00, please\x07"}
    )
    assert answer.status_code == 302
    assert Interview.objects.get(pk=opened.rows["interview"]).accommodation == "More time, please"


def test_a_session_whose_name_no_database_can_look_up_is_none(client, db):
    assert client.get("/", headers={"Cookie": 'sessionid="\\000aaaaaaaaaaaaaaaa"'}).status_code == 200


def test_a_files_name_is_plain_text():
    assert file_name("filename YQBiAWM=") == "abc"
