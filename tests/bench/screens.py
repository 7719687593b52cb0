"""How long each list takes on an installation filled by `tests.bench.fill`: `python -m tests.bench.screens [PART]`.

Asks the application in this process, through every middleware: time to the whole answer, the queries of one request
and the slowest of them. Prints milliseconds; PART keeps only the screens whose name contains it.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hiring.settings")
    django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client

from hiring.accounts.models import User
from hiring.positions.models import Interview, Position
from tests.bench.fill import ADMINISTRATOR, HEAD, RECRUITERS

TIMES = int(os.environ.get("BENCH_TIMES", "20"))
_ROWS = 50
_ORDERS = ("oldest", "invited", "name")
_SHOWN = ("ready", "analyzing", "waiting", "mine", "decided", "erased")


@dataclass
class Queries:
    """Counts the queries of one request and keeps the slowest: `connection.execute_wrapper(Queries())`."""

    seconds: list[float] = field(default_factory=list)
    slowest: str = ""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds.append(time.perf_counter() - begun)
            if self.seconds[-1] == max(self.seconds):
                self.slowest = sql


def screens() -> Iterator[tuple[str, str, str]]:
    """(who, name, address) of every list."""
    for who, email in (("recruiter", RECRUITERS.format(1)), ("head", HEAD)):
        mine = Interview.objects.filter(position__memberships__user__email=email)
        last = -(-mine.count() // _ROWS)
        some = mine.exclude(candidate_name="").order_by("pk").first()
        position = Position.objects.filter(memberships__user__email=email).earliest("created_at")
        yield email, f"{who} inbox", "/review/"
        for shown in _SHOWN:
            yield email, f"{who} inbox {shown}", f"/review/?state={shown}"
        for order in _ORDERS:
            yield email, f"{who} inbox by {order}", f"/review/?sort={order}"
        yield email, f"{who} inbox page {last}", f"/review/?page={last}"
        yield email, f"{who} inbox by name page {last}", f"/review/?sort=name&page={last}"
        yield email, f"{who} search name", f"/review/?search={some.candidate_name.split()[1]}"
        yield email, f"{who} search nobody", "/review/?search=zzzz"
        yield email, f"{who} search reference", f"/review/?search={some.reference[:6]}"
        yield email, f"{who} one position", f"/review/?position={position.pk}"
        yield email, f"{who} positions", "/review/positions/"
        yield email, f"{who} position", f"/review/positions/{position.pk}/"
        yield email, f"{who} API positions", "/api/v1/positions/"
        yield email, f"{who} API interviews", "/api/v1/interviews/"
        yield email, f"{who} API interviews page {last}", f"/api/v1/interviews/?page={last}"
        yield email, f"{who} API interviews decided", "/api/v1/interviews/?state=decided"
    yield from _of_administrators()


def _of_administrators() -> Iterator[tuple[str, str, str]]:
    some = Interview.objects.filter(state="decided").order_by("pk").first()
    person = User.objects.get(email=RECRUITERS.format(1))
    for name, address in {
        "audit log": "/administration/audit/",
        "audit log viewed": "/administration/audit/?action=viewed.",
        "audit log person": f"/administration/audit/?person={person.pk}",
        "audit log interview": f"/administration/audit/?interview={some.reference}",
        "audit log last page": "/administration/audit/?after=0",
        "audit log viewed last page": "/administration/audit/?action=viewed.&after=0",
        "retention": "/administration/retention/",
        "due now": "/administration/retention/due/?days=0",
        "due within 30 days": "/administration/retention/due/?days=30",
        "due within a year": "/administration/retention/due/?days=365",
        "due within a year last page": "/administration/retention/due/?days=365&page=last",
        "erase due": "/administration/retention/due/erase/",
        "find reference": f"/administration/retention/erase/?q={some.reference}",
        "find name": f"/administration/retention/erase/?q={some.candidate_name}",
        "certificates": "/administration/retention/certificates/",
        "stopped analyses": "/administration/analyses/",
        "people": "/administration/people/",
    }.items():
        yield ADMINISTRATOR, name, address


def asked(client: Client, address: str) -> tuple[float, Queries]:
    queries = Queries()
    begun = time.perf_counter()
    with connection.execute_wrapper(queries):
        answer = client.get(address, secure=settings.HTTPS, headers={"host": "localhost"})
        b"".join(answer) if answer.streaming else answer.content
    seconds = time.perf_counter() - begun
    if answer.status_code != 200:
        print(f"{address} answered {answer.status_code}", file=sys.stderr)
    return seconds * 1000, queries


def main() -> None:
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["user"] = "1000000/min"
    call_command("collectstatic", verbosity=0, interactive=False)
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    print(f"{Interview.objects.count()} interviews, {TIMES} times each, load {os.getloadavg()[0]:.1f}")
    print(f"{'screen':<36}{'min':>8}{'median':>8}{'p95':>8}{'queries':>9}{'slowest':>9}  ms")
    for email, name, address in screens():
        if wanted not in name:
            continue
        client = Client()
        client.force_login(User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend")
        asked(client, address)
        found = [asked(client, address) for _ in range(TIMES)]
        times = sorted(milliseconds for milliseconds, _ in found)
        queries = found[-1][1]
        worst = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[-1]
        print(
            f"{name:<36}{times[0]:>8.0f}{statistics.median(times):>8.0f}{worst:>8.0f}{len(queries.seconds):>9}"
            f"{1000 * max(queries.seconds):>9.1f}", flush=True,
        )  # fmt: skip
        if wanted:
            print(f"    {queries.slowest[:2000]}")


if __name__ == "__main__":
    main()
