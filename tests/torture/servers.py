"""PostgreSQL and Redis that a test may kill, and an installation on them."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2

from tests.e2e.conftest import Product, free_port, wait_for

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
#: Why these tests cannot run here, or an empty text.
MISSING = (
    "" if PROGRAMS and shutil.which("redis-server") else "needs PostgreSQL and Redis, as .ci/services installs them"
)


class Postgres:
    """One server with an empty database; it syncs to the disk, as a crash would show."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run(
            "initdb", "-U", "sightline", "-A", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"
        )
        self._ctl("-w", "start")
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "sightline", "sightline", data=False)
        self.url = f"postgres://sightline@127.0.0.1:{self.port}/sightline"

    def _run(self, program: str, *arguments: str, data: bool = True) -> None:
        command = [str(PROGRAMS[-1] / program), *(("-D", str(self.folder / "data")) if data else ()), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, capture_output=True, text=True, cwd="/")
        assert done.returncode == 0, done.stderr

    def _ctl(self, *arguments: str) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.folder}"
        self._run("pg_ctl", "-l", str(self.folder / "log"), "-o", options, *arguments)

    def rows(self, sql: str) -> list[tuple]:
        """Ask without starting the product; psycopg2.Error where the server is away."""
        connection = psycopg2.connect(self.url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def restart_at_once(self) -> None:
        """Stop without a checkpoint, as a crash does, and start again."""
        self._ctl("-w", "-m", "immediate", "restart")

    def stop(self) -> None:
        self._ctl("-m", "immediate", "stop")


class Redis:
    """One server that keeps its messages on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.folder.mkdir()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        keeping = ["--save", "", "--appendonly", "yes"]
        self.process = subprocess.Popen([*command, *keeping], stdout=subprocess.DEVNULL)
        wait_for(lambda: self.ask("PING") == "PONG", "Redis answers", 20)

    def ask(self, *command: str) -> str:
        done = subprocess.run(["redis-cli", "-p", str(self.port), *command], capture_output=True, text=True)
        return done.stdout.strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


@contextmanager
def installation(**environment: str) -> Iterator[tuple[Product, Postgres, Redis]]:
    """A migrated product with servers of its own; everything ends with the block."""
    with tempfile.TemporaryDirectory(prefix="sightline-torture-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the folder of PostgreSQL's user lies in it
        postgres, redis = Postgres(folder / "postgres"), Redis(folder / "redis")
        product = Product(
            folder, DATABASE_URL=postgres.url, CELERY_BROKER_URL=redis.url, SECRET_KEY=secrets.token_urlsafe(60),
            MASTER_KEY=base64.b64encode(secrets.token_bytes(32)).decode(), ALLOWED_HOSTS="127.0.0.1",
            LEASE_SECONDS="6", **environment,
        )  # fmt: skip
        try:
            product.manage("migrate", "--verbosity", "0")
            yield product, postgres, redis
        finally:
            product.stop()
            redis.kill()
            postgres.stop()
