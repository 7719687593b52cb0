"""The product as people run it: its own processes, database, broker and folders, on free ports."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import pytest

from hiring import start

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
WEB = start.commands(ROOT / "Procfile")["web"]
T = TypeVar("T")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="module", autouse=True)
def one_file_at_a_time() -> Iterator[None]:
    """Where these tests share a Redis they take turns: some stop it, or empty it."""
    if "CELERY_BROKER_URL" not in os.environ:
        yield
        return
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", "alone")
    with (Path(tempfile.gettempdir()) / f"sightline-e2e-{run}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # let go of when the file is closed
        yield


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], T], why: str, within_s: float = 120) -> T:
    """Return the first true value of `what`, asked again and again. Fails with `why` when time is over."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if value := what():
            return value
        time.sleep(0.3)
    raise AssertionError(f"waited {within_s} s in vain: {why}")


class Product:
    """One installation. Uses the servers that DATABASE_URL and CELERY_BROKER_URL name, else the embedded default."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "VAR_DIR": str(folder / "var"),
            "KEY_DIR": str(folder / "var" / "keys"),
            "PORT": str(self.port),
            "BASE_URL": self.url,
            "ANALYSIS_THREADS": "1",
            **environment,
        }
        if "DATABASE_URL" in os.environ and "DATABASE_URL" not in environment:
            self.env["DATABASE_URL"] = _new_database(os.environ["DATABASE_URL"])
            self.env["CELERY_BROKER_URL"] = os.environ["CELERY_BROKER_URL"].rsplit("/", 1)[0] + "/1"
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str, script: str | None = None) -> str:
        """Run manage.py and return what it printed."""
        done = subprocess.run(
            [BIN / "python", "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            input=script,
            text=True,
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def ask(self, script: str) -> Any:
        """Run Python inside the installation; return what it assigned to `answer`."""
        code = f"{script}\nimport json as _json\nprint('ANSWER', _json.dumps(answer, default=str))"
        out = self.manage("shell", "--verbosity", "0", "-c", code)
        return json.loads(out.split("ANSWER", 1)[1])

    def start(self, *command: str | Path) -> subprocess.Popen[bytes]:
        log = (self.folder / "log").open("ab")
        process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def start_web(self) -> None:
        """Start what `make run` starts: the Procfile's web process."""
        self.manage("collectstatic", "--no-input", "--verbosity", "0")
        self.start("/bin/sh", "-c", "exec " + WEB.replace(".venv/bin/python", sys.executable))
        wait_for(self.ready, "the web process answers /readyz")

    def start_gunicorn(self, port: int) -> subprocess.Popen[bytes]:
        """Start what a server installation has behind nginx, on a port of its own."""
        return self.start(
            BIN / "gunicorn", "hiring.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", "1", "--threads", "8",
        )  # fmt: skip

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=10) as answer:
                return bool(json.load(answer)["ready"])
        except (urllib.error.URLError, ConnectionError):
            return False

    def start_worker(self) -> subprocess.Popen[bytes]:
        return self.start(
            BIN / "celery", "-A", "hiring", "worker", "-Q", "celery,control", "--beat", "--concurrency", "2",
            "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
            "-s", str(self.folder / f"beat-{uuid.uuid4().hex}"),
        )  # fmt: skip

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9 the process and everything that it started in its session."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)

    def log(self) -> str:
        path = self.folder / "log"
        return path.read_text(errors="replace") if path.exists() else ""


def _new_database(url: str) -> str:
    import psycopg2

    name = f"e2e_{uuid.uuid4().hex[:12]}"
    connection = psycopg2.connect(url)
    connection.autocommit = True
    connection.cursor().execute(f"CREATE DATABASE {name}")
    connection.close()
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextmanager
def installed(folder: Path) -> Iterator[Product]:
    """A migrated installation without people; its processes end with the block."""
    installation = Product(folder, LEASE_SECONDS="6")
    installation.manage("migrate", "--verbosity", "0")
    try:
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """One installation for one test."""
    with installed(tmp_path) as installation:
        yield installation


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's own interview: real H.264, a face, sound, 42 s."""
    from hiring.worker import demo_clip

    folder = tmp_path_factory.mktemp("clip")
    demo_clip.write(folder / "interview.mp4", folder / "interview.json")
    return folder / "interview.mp4"
