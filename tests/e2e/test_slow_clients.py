"""Paused players and slow bodies hold no page up: with nginx in front, and in the embedded default without it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e import nginx
from tests.e2e.conftest import Product, free_port, wait_for
from tests.e2e.slow_clients import SEED, Address, paused_players, slow_bodies

STRANGE = "00000000-0000-4000-8000-000000000000"
#: Where strangers can send bodies to.
BODIES = [
    f"/interview/uploads/{STRANGE}/",
    f"/interview/uploads/item/{STRANGE}/",
    "/accounts/sign-in/",
    "/language/setlang/",
]
PAGES = ("/healthz", "/accounts/sign-in/", "/review/")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Address, Product]]:
    """A server installation's front: nginx with the shipped configuration, gunicorn for pages, another for media."""
    nginx.need_nginx()
    at = Address(free_port(), secure=True)
    installation = Product(tmp_path, BASE_URL=at.base, TRUST_PROXY="1")
    installation.manage("migrate", "--verbosity", "0")
    installation.manage("collectstatic", "--no-input", "--verbosity", "0")
    web, media = free_port(), free_port()
    outer = nginx.configuration(tmp_path, port=at.port, web=web, media=media)
    try:
        for port in (web, media):
            installation.start_gunicorn(port)
        installation.start(*nginx.command(outer))
        wait_for(lambda: _status(at, "/readyz") == 200, "nginx and what is behind it answer")
        yield at, installation
    finally:
        installation.stop()


def _status(at: Address, path: str) -> int:
    try:
        return at.get(path, timeout_s=5)
    except OSError:
        return 0


def _seeded(product: Product, candidates: int = 0) -> dict:
    return product.ask(f"CANDIDATES = {candidates}\n{SEED}")


def _pages_answer(at: Address, session: str) -> None:
    for _ in range(5):
        assert [at.get(page, session) for page in PAGES] == [200, 200, 200]


def test_the_shipped_configuration_is_one_that_nginx_accepts(tmp_path: Path):
    nginx.need_nginx()
    outer = nginx.configuration(tmp_path, port=free_port(), web=free_port(), media=free_port())
    checked = subprocess.run([*nginx.command(outer), "-t"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_behind_nginx_pages_answer_while_players_pause_and_bodies_come_slowly(server):
    at, product = server
    seeded = _seeded(product)
    with paused_players(at, seeded, 30), slow_bodies(at, BODIES, 40):
        _pages_answer(at, seeded["reviewer"])


def test_the_embedded_default_answers_while_players_pause_and_bodies_come_slowly(product: Product):
    product.start_web()
    at, seeded = Address(product.port), _seeded(product)
    with paused_players(at, seeded, 30), slow_bodies(at, BODIES, 40):
        _pages_answer(at, seeded["reviewer"])
