"""Shutting down in good order on request: what a `with` block made is gone, and so are the processes it started."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
#: Cleanup takes less. A process that still hangs after this is ended without it.
_LONGEST_S = 20.0


def end_in_order() -> None:
    """Turn TERM, a closed terminal and Ctrl-C into SystemExit. For a program's main thread, at its start."""
    for number in _SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup requires this
            signal.signal(number, _end)


def _end(number: int, _frame: FrameType | None) -> None:
    for again in _SIGNALS:
        signal.signal(again, signal.SIG_IGN)  # cleanup must not be cut short
    code = 128 + number
    watch = threading.Timer(_LONGEST_S, os._exit, (code,))
    watch.daemon = True
    watch.start()
    raise SystemExit(code)
