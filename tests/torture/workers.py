"""T1, T2 and T5: workers that are killed, and a file that kills them."""

from __future__ import annotations

import contextlib
import random
import time
from subprocess import Popen

import psutil

from tests.e2e.conftest import Product
from tests.torture.looks import QUEUE, all_over, checked, orphans, queue, short_clip, states, under_way
from tests.torture.servers import installation

_LONGEST_S = 20 * 60
KILLED_BEFORE_TELLING = f"""
import os
from hiring.lib import broker
broker.tell = lambda *_: os.kill(os.getpid(), 9)
{QUEUE}
"""


def kill_at_random(runs: int = 100, every_s: float = 5.0, workers: int = 3) -> str:
    """T1: one worker process of several, parent or child, is killed every few seconds until all runs are over."""
    with installation() as (product, postgres, _redis):
        queue(product, short_clip(product.folder), runs)
        chance = random.Random(1)
        crew = [product.start_worker() for _ in range(workers)]
        begun, kills = time.monotonic(), 0
        while under_way(postgres):
            assert time.monotonic() - begun < _LONGEST_S, states(postgres)
            time.sleep(every_s)
            kills += _kill_one(chance, product, crew)
        took_s, found = time.monotonic() - begun, checked(product)
        assert sum(found["states"].values()) == runs and set(found["states"]) <= {"complete", "quarantined"}, found
        facts = f"{found['states']}, attempts {found['attempts']}, {orphans(found)}"
        return f"{runs} runs, {kills} kills in {took_s:.0f} s: {facts}"


def _kill_one(chance: random.Random, product: Product, crew: list[Popen[bytes]]) -> int:
    """kill -9 a worker's parent or one of its children; a parent that is gone is replaced."""
    number = chance.randrange(len(crew))
    parent = psutil.Process(crew[number].pid)
    victim = chance.choice([parent, *parent.children(recursive=True)])
    with contextlib.suppress(psutil.NoSuchProcess):
        victim.kill()
    if victim.pid == parent.pid:
        product.kill(crew[number])
        crew[number] = product.start_worker()
    return 1


def kill_before_telling() -> str:
    """T2: the process that queued a run is killed after its commit, before any worker was told."""
    with installation() as (product, postgres, _redis):
        product.start_worker()
        clip = short_clip(product.folder)
        queue(product, clip, 1)  # afterwards the worker is there and idle
        all_over(postgres, 120)
        with contextlib.suppress(AssertionError):
            product.ask(KILLED_BEFORE_TELLING.format(path=str(clip), count=1))
        assert states(postgres) == {"complete": 1, "queued": 1}, states(postgres)
        took_s = all_over(postgres, 120)
        checked(product, complete=2)
        return f"picked up and completed {took_s:.0f} s later"


def poison(others: int = 5) -> str:
    """T5: a file that kills each worker that takes it is set aside after three attempts; the others go on."""
    with installation() as (product, postgres, _redis):
        bad, *_good = queue(product, short_clip(product.folder), 1 + others)
        taken = f"SELECT attempt FROM runs_analysisrun WHERE id = '{bad}' AND state = 'running'"
        worker, died_at, begun = product.start_worker(), set(), time.monotonic()
        while under_way(postgres):
            assert time.monotonic() - begun < _LONGEST_S, states(postgres)
            for (attempt,) in postgres.rows(taken):
                if attempt not in died_at:
                    died_at.add(attempt)
                    product.kill(worker)
                    worker = product.start_worker()
            time.sleep(0.02)
        checked(product, complete=others, quarantined=1)
        assert died_at == {1, 2, 3}
        return f"set aside after {len(died_at)} attempts, {others} others complete, {time.monotonic() - begun:.0f} s"
