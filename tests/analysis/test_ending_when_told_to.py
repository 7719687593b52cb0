"""`python -m analysis` told to stop, or killed: no folder and no process of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from .media import write_video

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("video")
    return write_video(folder / "long.mp4", pts_ms=range(0, 60_000, 40), size=(320, 240), sound=True)


@pytest.fixture
def at_work(tmp_path: Path, video: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[psutil.Process]]]:
    """An analysis of a video with sound, and its children: one decodes, one listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis", str(video), "--out", "out"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _until(lambda: list(tmp_path.glob(".out-*")) and len(_children(process)) >= 2)
    children = _children(process)
    yield process, children
    for each in (process, *children):
        each.kill() if isinstance(each, subprocess.Popen) or each.is_running() else None
    process.communicate()


def _children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def _until(true: Callable[[], object], within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


def _ended(children: list[psutil.Process]) -> bool:
    return not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_told_to_stop_it_leaves_neither_folder_nor_process_and_says_nothing(at_work, tmp_path: Path, number) -> None:
    process, children = at_work
    process.send_signal(number)
    _out, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (128 + number, b"")
    assert not list(tmp_path.iterdir())
    assert _ended(children)


def test_killed_it_leaves_no_process(at_work) -> None:
    process, children = at_work
    process.kill()
    process.wait()
    _until(lambda: _ended(children))
