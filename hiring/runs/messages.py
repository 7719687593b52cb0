"""How many messages the broker holds. A message only says that there is work, so a handful is always enough."""

from __future__ import annotations

import logging
from typing import Any

from celery import current_app
from kombu.exceptions import OperationalError

from hiring.lib import broker

log = logging.getLogger(__name__)
QUEUE = "celery"
#: A worker that takes a run wakes the next one, so this does not limit workers; it limits unread messages.
ENOUGH = 8


def room() -> int:
    """How many more messages are useful; 0 while the broker is unreachable, and the reconciler tries again later."""
    waiting = _waiting()
    return 0 if waiting is None else max(0, ENOUGH - waiting)


def _waiting() -> int | None:
    """How many messages no worker has taken yet; None if that is unknown."""
    if broker.is_away():
        return None
    with current_app.connection_for_write() as connection:
        link: Any = connection  # each transport has channels and errors of its own
        try:
            with link.channel() as channel:
                count: int = channel.queue_declare(QUEUE, passive=True).message_count
                return count
        except link.channel_errors:
            return 0  # a queue is created by its first message
        except (OperationalError, OSError, *link.connection_errors) as error:
            broker.leave_alone()
            log.warning("The broker cannot be asked how much waits (%s).", type(error).__name__)
            return None
