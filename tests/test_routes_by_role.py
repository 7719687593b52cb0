"""Every route with every role: a table says what each gets, and a route without an entry fails (T12)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse
from django.utils import timezone

from hiring.actions.erase import erase
from hiring.audit.services import SYSTEM
from hiring.positions import services as positions
from hiring.positions.models import Interview
from hiring.review import services as review
from tests import factories
from tests.routes import ROLES, ROUTES, Route


def _names(patterns: list, namespace: str = "") -> Iterator[str]:
    """Names of every route in the tree; one without a name is called by its pattern and so has no entry."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from _names(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name or entry.pattern}"


@dataclass(frozen=True)
class World:
    """One interview with everything that can be opened about it, and the people around it."""

    rows: dict[str, Any]
    clients: dict[str, Client]


def _signed_in(user: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _holding(interview: Interview) -> Client:
    client = Client(raise_request_exception=False)
    factories.sign_in_candidate(client, interview)
    return client


@pytest.fixture
def world(db) -> World:
    member, outsider = factories.make_user(), factories.make_user()
    colleague = factories.make_user()
    position = factories.make_position(member)
    positions.add_to_team(position=position, user=colleague, actor=SYSTEM)
    interview = factories.make_interview(position)
    Interview.objects.filter(pk=interview.pk).update(state=Interview.State.SUBMITTED, submitted_at=timezone.now())
    recording = factories.make_ready_recording(interview)
    run = factories.make_complete_run(recording)
    gone = factories.make_interview(factories.make_position(member))
    rows = {
        "member": member.pk,
        "outsider": outsider.pk,
        "colleague": colleague.pk,
        "position": position.pk,
        "question": position.questions.first().pk,
        "interview": interview.pk,
        "recording": recording.pk,
        "run": run.pk,
        "moment": run.moments.first().pk,
        "note": review.add_note(recording=recording, author=member, at_ms=1000, text="Ask again.").pk,
        "certificate": erase(interview=gone, actor=SYSTEM, reason="candidate").pk,
        "network": (network := factories.make_network()).pk,
        "fairness_audit": factories.make_fairness_audit(network).pk,
        "text": "abcdefgh",
    }
    clients = {
        "anonymous": Client(raise_request_exception=False),
        "candidate": _holding(interview),
        "other_candidate": _holding(factories.make_interview()),
        "member": _signed_in(member),
        "outsider": _signed_in(outsider),
        "administrator": _signed_in(factories.make_user("administrator")),
    }
    return World(rows, clients)


def _ask(client: Client, route: Route, address: str) -> HttpResponse:
    """Send one request, and undo in the database whatever it did."""
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    sends = getattr(client, route.method.lower())
    kwargs: dict[str, Any] = {"headers": dict(route.headers)}
    if address.startswith("/api/") and route.method != "GET":
        kwargs["content_type"] = "application/json"
    try:
        with transaction.atomic():
            response = sends(address, dict(route.body), **kwargs)
            if response.streaming:
                list(response)  # to its end, so that the file behind it is closed
            transaction.set_rollback(True)
    finally:
        client.cookies = SimpleCookie(cookies)
    return response


def _address(name: str, route: Route, rows: dict[str, Any]) -> str:
    return reverse(name, kwargs={part: rows[row] for part, row in route.needs.items()} or None)


def test_every_route_is_in_the_table_and_the_table_holds_no_other():
    assert sorted(_names(get_resolver().url_patterns)) == sorted(ROUTES)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_this_role_as_the_table_says(world, role):
    wrong = {}
    for name, route in ROUTES.items():
        response = _ask(world.clients[role], route, _address(name, route, world.rows))
        expected = route.answers[ROLES.index(role)]
        if response.status_code != expected:
            wrong[f"{route.method} {name}"] = f"{response.status_code}, expected {expected}"
    assert not wrong, "\n".join(f"{route}: {said}" for route, said in wrong.items())


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_nowhere_else(world):
    sign_in = reverse(django_settings.LOGIN_URL)
    for name, route in ROUTES.items():
        if name.startswith(("recruiter:", "administration:")):
            response = _ask(world.clients["anonymous"], route, _address(name, route, world.rows))
            assert response.url.split("?")[0] == sign_in, name


@pytest.mark.parametrize("role", ["member", "administrator"])
def test_an_unknown_id_answers_404_on_every_route_that_takes_one(world, role):
    """So that a row of another team and a row that never was cannot be told apart."""
    for name, route in ROUTES.items():
        if "pk" in route.needs and not name.startswith("candidate:"):
            rows = world.rows | {route.needs["pk"]: uuid4()}
            response = _ask(world.clients[role], route, _address(name, route, rows))
            assert response.status_code == 404, name


def test_no_route_of_a_row_is_open_to_everybody():
    """A row that everybody may open is a mistake in the table itself."""
    for name, route in ROUTES.items():
        if "pk" in route.needs:
            assert 404 in route.answers, name
            assert not 200 <= route.answers[0] < 300, name


def test_every_address_resolves_to_the_route_that_was_meant(world):
    for name, route in ROUTES.items():
        assert resolve(_address(name, route, world.rows)).view_name == name
