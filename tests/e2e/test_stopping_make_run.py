"""`make run`, told to stop in any way, leaves no process behind."""

from __future__ import annotations

import os
import shutil
import signal

import psutil
import pytest

from tests.e2e.conftest import ROOT, Product, wait_for

#: What it starts in the end: waitress, and two Celery workers.
SERVERS = ("waitress", "celery")


@pytest.fixture
def running(product: Product):
    """The last step of `make run` in a tree of real processes; the steps before it are done already, or left out."""
    if not shutil.which("make") or not (ROOT / ".venv" / "bin" / "python").exists():
        pytest.skip("needs make and .venv")
    product.manage("collectstatic", "--no-input", "--verbosity", "0")
    # MANAGE=true: no demo, whose analysis takes a minute; -o: what is installed stays as it is.
    made = product.start(
        "make", "-o", "setup", "run", "MANAGE=true", f"PORT={product.port}", f"VAR_DIR={product.env['VAR_DIR']}"
    )
    try:
        wait_for(product.ready, "what make run starts answers /readyz")
        tree = psutil.Process(made.pid).children(recursive=True)
        assert all(any(name in " ".join(each.cmdline()) for each in tree) for name in SERVERS)
        yield made, tree
    finally:
        for each in psutil.process_iter(["environ"]):
            if (each.info["environ"] or {}).get("VAR_DIR") == product.env["VAR_DIR"]:
                each.kill()


def _left(tree: list[psutil.Process]) -> list[psutil.Process]:
    return [each for each in tree if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_to_make_alone_ends_everything(running, number):
    made, tree = running
    made.send_signal(number)
    made.wait(60)
    wait_for(lambda: not _left(tree), f"{number.name} to make ends every process", within_s=40)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_and_a_closed_terminal_which_signal_the_whole_group_end_everything(running, number):
    made, tree = running
    os.killpg(made.pid, number)
    made.wait(60)
    wait_for(lambda: not _left(tree), f"{number.name} to the group ends every process", within_s=40)


def test_where_what_holds_them_together_is_killed_they_end_as_well(running):
    made, tree = running
    holder = next(each for each in tree if "hiring.start" in " ".join(each.cmdline()))
    holder.kill()
    made.wait(60)
    wait_for(lambda: not _left(tree), "killing hiring.start ends every process", within_s=60)


def test_one_process_that_ends_by_itself_ends_the_others(running):
    made, tree = running
    next(each for each in tree if "waitress" in " ".join(each.cmdline())).kill()
    assert made.wait(60) != 0
    wait_for(lambda: not _left(tree), "the others end", within_s=40)
