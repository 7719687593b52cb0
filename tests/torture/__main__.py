"""Run the parts that are named, or all: `python -m tests.torture [T1 T3 …]`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

from tests.torture import outages, uploads, workers
from tests.torture.servers import MISSING

PARTS: dict[str, Callable[[], str]] = {
    "T1": workers.kill_at_random,
    "T2": workers.kill_before_telling,
    "T3": outages.broker,
    "T4": outages.database,
    "T5": workers.poison,
    "T6": outages.full_disk,
    "T9": uploads.cut_at_random,
    "slow": uploads.slow_lines,
}


def main() -> int:
    wanted = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in wanted if name not in PARTS]:
        print(f"There is no {', '.join(unknown)}; there are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    if MISSING:
        print(f"make torture {MISSING}.", file=sys.stderr)
        return 2
    failed = 0
    for name in wanted:
        begun = time.monotonic()
        print(f"{name}  {(PARTS[name].__doc__ or '').split(': ', 1)[-1]}", flush=True)
        try:
            print(f"    {PARTS[name]()}", flush=True)
        except AssertionError as error:
            failed += 1
            print(f"    FAILED: {error}", flush=True)
        print(f"    ({time.monotonic() - begun:.0f} s, load {os.getloadavg()[0]:.1f})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
