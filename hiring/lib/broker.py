"""Notify a worker through the broker. It may be away, and no one waits for it twice in a row."""

from __future__ import annotations

import logging
import time

from celery import current_app
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)
#: How long this process leaves an unresponsive broker alone. Each call to a hanging broker costs seconds.
_QUIET_S = 10.0


class _Silence:
    """The time until which this process leaves the broker alone."""

    until = 0.0


def tell(task: str, *arguments: str) -> bool:
    """Send a task. Returns False if the broker is away, or just was: the reconciler notifies a worker later."""
    if is_away():
        return False
    try:
        current_app.send_task(task, list(arguments), retry=False)
    except (OperationalError, OSError) as error:
        leave_alone()
        log.warning("The broker did not take %s (%s); the reconciler will.", task, type(error).__name__)
        return False
    return True


def is_away() -> bool:
    """Whether the broker just failed to respond to this process."""
    return time.monotonic() < _Silence.until


def leave_alone() -> None:
    """Record that the broker did not respond."""
    _Silence.until = time.monotonic() + _QUIET_S


def ask_again() -> None:
    """Forget that the broker was away."""
    _Silence.until = 0.0
