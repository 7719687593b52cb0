"""Telling what is wrong around the work, and passes, from what is wrong with it."""

from __future__ import annotations

import errno

from django.db import InterfaceError, OperationalError

from hiring.lib import room

#: A disk or a share that does not answer, or takes nothing just now. A file that is missing is not among them.
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
    """Return room, storage or database where one of these is what `error` comes from; else nothing."""
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
