"""Room on the disk under a folder."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

#: How the system reports that there is none: the disk is full, or this user's quota is.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def free_bytes(folder: Path) -> int:
    """Free bytes on the disk of a folder, which need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require(folder: Path, needed_bytes: int) -> None:
    """Raise OSError, as writing would, if a disk has less room than needed."""
    if free_bytes(folder) < needed_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
