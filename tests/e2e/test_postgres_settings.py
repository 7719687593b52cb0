"""What compose starts PostgreSQL with is taken by a real one, and follows the memory that there is."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).resolve().parents[2]
GIB = 1024**2  # in kB
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def _flags(folder: Path, memory_kb: int, more: str = "") -> list[str]:
    """What the image's entry point is called with: ours prints it."""
    stand_in = folder / "docker-entrypoint.sh"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    stand_in.chmod(0o755)
    env = {"PATH": f"{folder}:{os.environ['PATH']}", "MEMORY_KB": str(memory_kb), "POSTGRES_SETTINGS": more}
    script = ["/bin/sh", str(ROOT / "docker/postgres/start.sh")]
    return subprocess.run(script, env=env, capture_output=True, text=True, check=True).stdout.splitlines()


def _settings(flags: list[str]) -> dict[str, str]:
    assert flags[0] == "postgres" and set(flags[1::2]) == {"-c"}
    return dict(flag.split("=", 1) for flag in flags[2::2])


@pytest.mark.parametrize("gib", [1, 4, 24, 256])
def test_a_fourth_of_the_memory_is_kept_and_never_more_than_is_there(tmp_path, gib):
    found = _settings(_flags(tmp_path, gib * GIB))
    kept, sorting = (int(found[name].removesuffix("kB")) for name in ("shared_buffers", "work_mem"))
    assert kept == min(gib / 4, 8) * GIB
    assert kept + int(found["maintenance_work_mem"].removesuffix("kB")) + 20 * sorting < gib * GIB


def test_more_settings_come_last_so_that_they_win(tmp_path):
    assert _flags(tmp_path, GIB, "-c max_connections=200")[-1] == "max_connections=200"


@pytest.mark.skipif(not SERVERS, reason="needs PostgreSQL, as .ci/services installs it")
def test_a_server_takes_them_all(tmp_path):
    flags = _flags(tmp_path, 4 * GIB)
    with TemporaryDirectory() as data:  # not below pytest's folder, which nobody else may enter
        Path(data, "postgresql.conf").touch()
        command = [str(SERVERS[-1]), *flags[1:], "-D", data, "-C"]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            subprocess.run(["chown", "-R", "postgres", data], check=True)
            command = ["runuser", "-u", "postgres", "--", *command]
        for name in _settings(flags):
            done = subprocess.run([*command, name], capture_output=True, text=True)
            assert done.returncode == 0 and done.stdout.strip(), (name, done.stderr)
