"""Room on the disk under a folder."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

#: How the system says that there is none: the disk is full, or what this user may have of it.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def free_bytes(folder: Path) -> int:
    """What is free on the disk of a folder, which need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def require(folder: Path, needed_bytes: int) -> None:
    """Raise what writing would raise, OSError, where a disk has less room than is needed."""
    if free_bytes(folder) < needed_bytes:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
