"""How fast the inbox answers while others play, pause, upload and sign in: prints, asserts nothing.

`python -m tests.bench.serving`, or with the other benchmarks. The embedded default first, then nginx with what a
server installation has behind it. Clients have a process of their own, so that they cost the server's pages no lock.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

from tests.e2e import nginx
from tests.e2e.conftest import BIN, ROOT, Product, free_port, wait_for
from tests.e2e.slow_clients import SEED, Address, paused_players, playing, repeating, slow_bodies, uploading

REQUESTS, LONGEST_S = 30, 20
FILM, LINE = 4_000_000 // 8, 2_000_000 // 8
STRANGE = "00000000-0000-4000-8000-000000000000"
BODIES = [f"/interview/uploads/{STRANGE}/"]
Load = Callable[[Address, dict], contextlib.AbstractContextManager[None]]
LOADS: dict[str, Load | None] = {
    "nobody else": None,
    "20 players at 4 Mbit/s": lambda at, seeded: playing(at, seeded, 20, FILM),
    "30 paused players": lambda at, seeded: paused_players(at, seeded, 30),
    "40 slow bodies": lambda at, seeded: slow_bodies(at, BODIES, 40),
    "20 uploads at 2 Mbit/s": lambda at, seeded: uploading(at, seeded, LINE),
}


@contextlib.contextmanager
def elsewhere(load: Load | None, at: Address, seeded: dict) -> Iterator[None]:
    """Hold the load, in a process of its own, during the block."""
    if load is None:
        yield
        return
    context = multiprocessing.get_context("fork")
    begun, over = context.Event(), context.Event()

    def hold() -> None:
        with load(at, seeded):
            begun.set()
            over.wait()

    process = context.Process(target=hold, daemon=True)
    process.start()
    begun.wait(30)
    time.sleep(3)
    try:
        yield
    finally:
        over.set()
        process.join(5)
        process.kill()
        process.join()


def inbox_ms(at: Address, seeded: dict) -> list[float]:
    """How long the inbox took each time; stops where it hangs."""
    taken: list[float] = []
    while len(taken) < REQUESTS and sum(ms >= 1000 * LONGEST_S for ms in taken) < 3:
        started = time.perf_counter()
        with contextlib.suppress(OSError):
            at.get("/review/", seeded["reviewer"], timeout_s=LONGEST_S)
        taken.append(1000 * (time.perf_counter() - started))
        time.sleep(0.1)
    return taken


def sign_ins(at: Address, product: Product, count: int = 30) -> str:
    """Sign in so many at once: what they got, how long /healthz took at worst, how much memory came on top."""
    answers: Counter[int] = Counter()
    longest_ms, peak, before = [0.0], [0], _memory(product)

    def attempt() -> None:
        answers[at.sign_in("slow@example.org", "correct horse battery staple")] += 1

    def look() -> None:
        started = time.perf_counter()
        at.get("/healthz", timeout_s=60)
        longest_ms[0] = max(longest_ms[0], 1000 * (time.perf_counter() - started))

    started = time.perf_counter()
    sampling = repeating(lambda: peak.__setitem__(0, max(peak[0], _memory(product))), every_s=0.02)
    with sampling, repeating(look, every_s=0.02):
        threads = [threading.Thread(target=attempt) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    wall_s = time.perf_counter() - started
    found = ", ".join(f"{number} × {status}" for status, number in sorted(answers.items()))
    more = (peak[0] - before) / 2**20
    return f"{found} in {wall_s:.1f} s; /healthz at worst {longest_ms[0]:.0f} ms; {more:.0f} MiB more at peak"


def _memory(product: Product) -> int:
    total = 0
    for process in product.processes:
        with contextlib.suppress(psutil.Error):
            whole = psutil.Process(process.pid)
            total += sum(each.memory_info().rss for each in [whole, *whole.children(recursive=True)])
    return total


def embedded(folder: Path) -> tuple[Address, Product]:
    product = Product(folder)
    web = next(line for line in (ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    product.start("/bin/sh", "-c", "exec " + web.removeprefix("web:").replace(".venv/bin", str(BIN)))
    return Address(product.port), product


def behind_nginx(folder: Path) -> tuple[Address, Product]:
    at = Address(free_port(), secure=True)
    product, web, media = Product(folder, BASE_URL=at.base, TRUST_PROXY="1"), free_port(), free_port()
    for port, workers, threads in ((web, 3, 8), (media, 2, 12)):
        product.start(
            BIN / "gunicorn", "hiring.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread",
            "--workers", str(workers), "--threads", str(threads), "--timeout", "120",
        )  # fmt: skip
    # Without the limits for each address: here all come from one.
    outer = nginx.configuration(folder, port=at.port, web=web, media=media, one_address=True)
    product.start(*nginx.command(outer))
    return at, product


def _figures(title: str, start: Callable[[Path], tuple[Address, Product]]) -> None:
    print(f"\nthe inbox, {title}\n{'meanwhile':<26}{'median ms':>10}{'p95 ms':>10}")
    with tempfile.TemporaryDirectory() as folder:
        Product(Path(folder)).manage("migrate", "--verbosity", "0")
        Product(Path(folder)).manage("collectstatic", "--no-input", "--verbosity", "0")
        at, product = start(Path(folder))
        try:
            seeded = product.ask(f"CANDIDATES = 20\n{SEED}")
            wait_for(lambda: _answers(at), "the product answers")
            for name, load in LOADS.items():
                with elsewhere(load, at, seeded):
                    taken = inbox_ms(at, seeded)
                p95 = statistics.quantiles([*taken, taken[-1]], n=20)[-1]
                print(f"{name:<26}{statistics.median(taken):>10.0f}{p95:>10.0f}", flush=True)
                wait_for(lambda: _answers(at), "the product answers again")
            print(f"30 sign-ins at once: {sign_ins(at, product)}", flush=True)
        finally:
            product.stop()


def _answers(at: Address) -> bool:
    with contextlib.suppress(OSError):
        return at.get("/readyz", timeout_s=10) == 200
    return False


def measure() -> None:
    _figures("embedded", embedded)
    if nginx.NGINX:
        _figures("behind nginx", behind_nginx)
    else:
        print("\nthe inbox behind nginx: needs nginx, such as Debian's nginx-light")


if __name__ == "__main__":
    sys.exit(measure())
