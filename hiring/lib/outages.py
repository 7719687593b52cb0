"""Distinguish a temporary problem in the environment from a problem with the work itself."""

from __future__ import annotations

import errno

from django.db import InterfaceError, OperationalError

from hiring.lib import room

#: A disk or a share that does not respond, or currently accepts no writes. A missing file is not among them.
_STORAGE_AWAY = frozenset(
    {
        errno.EIO,
        errno.EREMOTEIO,
        errno.EROFS,
        errno.ESTALE,
        errno.ENODEV,
        errno.ENXIO,
        errno.ENOTCONN,
        errno.ESHUTDOWN,
        errno.EHOSTDOWN,
        errno.EHOSTUNREACH,
        errno.ENETUNREACH,
        errno.ETIMEDOUT,
    }
)


def outage(error: BaseException) -> str:
    """Return room, storage or database if one of these caused `error`; otherwise an empty string."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OperationalError | InterfaceError):
            return "database"
        if isinstance(cause, OSError) and cause.errno in room.NO_ROOM:
            return "room"
        if isinstance(cause, OSError) and cause.errno in _STORAGE_AWAY:
            return "storage"
        cause = cause.__cause__
    return ""
