"""Clients that take or send slowly: what keeps a server busy without much work. For tests and benchmarks."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass

CSRF = "a" * 32
SEED = """
from django.test import Client
from hiring.positions.models import Interview
from tests import factories

def sessions_of(interview):
    client = Client()
    factories.sign_in_candidate(client, interview)
    return client.cookies["sessionid"].value

reviewer = factories.make_user(email="slow@example.org")
position = factories.make_position(reviewer)
recordings = [factories.make_ready_recording(factories.make_interview(position), content=factories.MP4_HEAD * 400_000)
              for _ in range(2)]
Interview.objects.update(state="submitted", submitted_at=factories.long_ago(1))
uploading = [factories.make_interview(position) for _ in range(CANDIDATES)]
client = Client()
client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
answer = {
    "reviewer": client.cookies["sessionid"].value,
    "recording": str(recordings[0].pk),
    "candidates": [sessions_of(interview) for interview in uploading],
    "question": str(position.questions.first().pk),
}
"""


@dataclass(frozen=True)
class Address:
    """Where the product answers; `secure` with a certificate that nobody has signed."""

    port: int
    secure: bool = False

    @property
    def base(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"

    def connect(self, timeout_s: float = 30) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)
        return _unverified().wrap_socket(connection) if self.secure else connection

    def get(self, path: str, session: str = "", timeout_s: float = 30) -> int:
        """The status of a page; raises OSError where none comes in time."""
        request = urllib.request.Request(self.base + path, headers={"Cookie": f"sessionid={session}"})
        try:
            with urllib.request.urlopen(request, timeout=timeout_s, context=_unverified()) as answer:
                answer.read()
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def ask(self, method: str, path: str, session: str, body: bytes = b"", **headers: str) -> tuple[int, dict]:
        """Send a request with the token against forged ones; return status and headers."""
        sent = {"X-CSRFToken": CSRF, "Origin": self.base, **{k.replace("_", "-"): v for k, v in headers.items()}}
        sent["Cookie"] = f"sessionid={session}; csrftoken={CSRF}"
        request = urllib.request.Request(self.base + path, body, sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120, context=_unverified()) as answer:
                return answer.status, dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers)

    def sign_in(self, email: str, password: str) -> int:
        form = {"username": email, "password": password, "csrfmiddlewaretoken": CSRF}
        body = urllib.parse.urlencode(form).encode()
        return self.ask("POST", "/accounts/sign-in/", "", body, Content_Type="application/x-www-form-urlencoded")[0]


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@contextlib.contextmanager
def paused_players(at: Address, seeded: dict, count: int) -> Iterator[None]:
    """Players that ask for a video from its beginning and take nothing of it."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            connection = stack.enter_context(contextlib.closing(at.connect()))
            connection.sendall(head("GET", _video(seeded), seeded["reviewer"], "Range: bytes=0-"))
        time.sleep(1)
        yield


@contextlib.contextmanager
def slow_bodies(at: Address, paths: list[str], count: int) -> Iterator[None]:
    """Strangers who send a form to each of `paths` in turn, a byte a second."""
    # With Origin Django reads on for its token; without, it refuses over TLS at once.
    form = ("Content-Type: application/x-www-form-urlencoded", "Content-Length: 100000", f"Origin: {at.base}")
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(contextlib.closing(at.connect())) for _ in range(count)]
        for number, connection in enumerate(connections):
            connection.sendall(head("POST", paths[number % len(paths)], "", *form))
        with repeating(lambda: [_send(connection, b"a") for connection in connections], every_s=1):
            time.sleep(1)
            yield


@contextlib.contextmanager
def playing(at: Address, seeded: dict, count: int, bytes_a_second: int) -> Iterator[None]:
    """Players at the speed of the film."""
    with in_threads(lambda _number, over: _play(at, seeded, bytes_a_second, over), count):
        yield


@contextlib.contextmanager
def uploading(at: Address, seeded: dict, bytes_a_second: int) -> Iterator[None]:
    """Every candidate sends a video in parts of 8 MiB, at this speed."""
    sessions = seeded["candidates"]
    with in_threads(lambda number, over: _upload(at, seeded, sessions[number], bytes_a_second, over), len(sessions)):
        yield


@contextlib.contextmanager
def in_threads(work: Callable[[int, threading.Event], None], count: int) -> Iterator[None]:
    """Run work(number, over) so many times at once until the block ends; a dropped line ends one of them."""
    over = threading.Event()

    def quietly(number: int) -> None:
        with contextlib.suppress(OSError):
            work(number, over)

    threads = [threading.Thread(target=quietly, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(40)


def repeating(action: Callable[[], object], every_s: float) -> contextlib.AbstractContextManager[None]:
    def work(_number: int, over: threading.Event) -> None:
        while not over.wait(every_s):
            action()

    return in_threads(work, 1)


def _play(at: Address, seeded: dict, bytes_a_second: int, over: threading.Event) -> None:
    position = 0
    while not over.is_set():
        with contextlib.closing(at.connect()) as connection:
            connection.sendall(head("GET", _video(seeded), seeded["reviewer"], f"Range: bytes={position}-"))
            taken = 0
            while not over.wait(65536 / bytes_a_second):
                piece = connection.recv(65536)
                if not piece:
                    break
                taken += len(piece)
        position = position + taken if taken > 1000 and position < 30_000_000 else 0


def _upload(at: Address, seeded: dict, session: str, bytes_a_second: int, over: threading.Event) -> None:
    created = {"Tus_Resumable": "1.0.0", "Upload_Length": str(400 << 20)}
    status, headers = at.ask("POST", f"/interview/uploads/{seeded['question']}/", session, **created)
    if status != 201:
        raise AssertionError(f"the upload could not begin: {status}")
    offset, part = 0, 8 << 20
    while not over.is_set():
        start = head(
            "PATCH", headers["Location"], session, "Tus-Resumable: 1.0.0", f"Upload-Offset: {offset}",
            "Content-Type: application/offset+octet-stream", f"Content-Length: {part}", f"Origin: {at.base}",
        )  # fmt: skip
        with contextlib.closing(at.connect()) as connection:
            connection.sendall(start)
            for _ in range(part // 65536):
                if over.wait(65536 / bytes_a_second):
                    return
                connection.sendall(b"\0" * 65536)
            if not connection.recv(100).startswith(b"HTTP/1.1 204"):
                return
        offset += part


def _video(seeded: dict) -> str:
    return f"/review/recordings/{seeded['recording']}/video/"


def head(method: str, path: str, session: str, *lines: str) -> bytes:
    cookies = f"Cookie: sessionid={session}; csrftoken={CSRF}"
    start = (f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", cookies, f"X-CSRFToken: {CSRF}")
    return "\r\n".join([*start, *lines, "", ""]).encode()


def _send(connection: socket.socket, piece: bytes) -> None:
    with contextlib.suppress(OSError):  # refused by now, and that is well
        connection.sendall(piece)
