"""T3, T4 and T6: Redis, PostgreSQL or the disk fail while people work."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

from tests.e2e.conftest import ROOT, Product, wait_for
from tests.e2e.slow_clients import SEED, Address, repeating
from tests.torture.looks import all_over, checked, orphans, queue, short_clip
from tests.torture.servers import Redis, installation
from tests.torture.uploads import Upload, candidates

PAGES = ("/review/", "/review/positions/", "/accounts/sign-in/")


class Visitor:
    """Somebody who opens one page after another; counts the answers and the longest wait."""

    def __init__(self, at: Address, session: str) -> None:
        self.at, self.session = at, session
        self.answers: Counter[str] = Counter()
        self.longest_s = 0.0

    def look(self) -> None:
        for page in PAGES:
            begun = time.monotonic()
            try:
                answer = str(self.at.get(page, self.session, timeout_s=60))
            except OSError as error:
                answer = type(error).__name__
            self.answers[answer] += 1
            self.longest_s = max(self.longest_s, time.monotonic() - begun)

    def says(self) -> str:
        answers = ", ".join(f"{count} × {answer}" for answer, count in sorted(self.answers.items()))
        return f"{answers}, longest {1000 * self.longest_s:.0f} ms"


def _visited(product: Product) -> Visitor:
    product.start_web()
    return Visitor(Address(product.port), product.ask(f"CANDIDATES = 0\n{SEED}")["reviewer"])


def broker(pause_s: float = 60.0, runs: int = 10) -> str:
    """T3: Redis is killed, emptied, and hangs for a minute, with runs waiting each time; pages keep answering."""

    def killed(redis: Redis) -> None:
        redis.kill()
        time.sleep(5)
        redis.start()

    def emptied(redis: Redis) -> None:
        redis.ask("FLUSHALL")
        time.sleep(5)

    def hung(redis: Redis) -> None:
        redis.pause()
        time.sleep(pause_s)
        redis.go_on()

    faults: dict[str, Callable[[Redis], None]] = {"kill -9": killed, "FLUSHALL": emptied, "SIGSTOP": hung}
    with installation() as (product, postgres, redis):
        visitor, clip, lines = _visited(product), short_clip(product.folder), []
        product.start_worker()
        for name, fault in faults.items():
            queue(product, clip, runs)
            visitor.answers.clear()
            visitor.longest_s = 0.0
            with repeating(visitor.look, every_s=0.2):
                fault(redis)
            assert set(visitor.answers) <= {"200"}, visitor.says()
            lines.append(f"{name}: pages {visitor.says()}; all runs over {all_over(postgres, 300):.0f} s later")
        checked(product, complete=runs * len(faults))
        return "\n    ".join(["", *lines])


def database(restarts: int = 10, uploads: int = 5, every_s: float = 8.0) -> str:
    """T4: PostgreSQL is restarted without a checkpoint while candidates upload and a worker works."""
    with installation() as (product, postgres, _redis):
        product.start_web()
        at, people = Address(product.port), candidates(product, uploads)
        product.start_worker()
        queue(product, short_clip(product.folder), 3 * restarts)
        sending = [Upload(at, session, question, size=24 << 20, part=1 << 20) for session, question in people]
        threads = [threading.Thread(target=each.send, kwargs={"pause_s": 0.3}, daemon=True) for each in sending]
        for thread in threads:
            thread.start()
        back_s = []
        for _ in range(restarts):
            time.sleep(every_s)
            postgres.restart_at_once()
            begun = time.monotonic()
            wait_for(lambda: _ready(product), "the web process answers again", 60)
            back_s.append(time.monotonic() - begun)
        for thread in threads:
            thread.join(300)
        assert all(each.is_done for each in sending), [each.offset for each in sending]
        took_s = all_over(postgres, 600)
        found = checked(product)
        whole = {"complete": 3 * restarts, "failed": uploads}  # what was uploaded is no video, and is refused
        assert found["states"] == whole, found
        return (
            f"{restarts} restarts, ready again after {max(back_s):.1f} s at worst; {uploads} uploads whole after "
            f"{sum(each.cuts for each in sending)} broken requests; all runs over {took_s:.0f} s later, "
            f"{orphans(found)}"
        )


def _ready(product: Product) -> bool:
    try:
        return product.ready()
    except OSError:
        return False


def full_disk() -> str:
    """T6: the vault, the upload folder or the work folder lies on a real tmpfs of 1 MiB that is full, then is not."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/worker/test_a_full_disk.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout.strip().splitlines()[-1]
