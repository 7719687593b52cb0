"""Image folders and archives that lie on the server for audits: chosen by name, never by a path."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

ARCHIVES = (".tar", ".tar.gz", ".tgz", ".zip")


class UnknownSource(Exception):
    """There is no such folder or archive; `str(error)` is one sentence."""


def folder() -> Path:
    """Where an administrator of the server puts them."""
    return Path(settings.AUDIT_DIR)


def offered() -> list[str]:
    """Names of the subfolders and archives, in order, without hidden ones and links: a link can lead anywhere."""
    try:
        entries = list(folder().iterdir())
    except OSError:
        return []
    return sorted(path.name for path in entries if _is_source(path))


def _is_source(path: Path) -> bool:
    if path.name.startswith(".") or path.is_symlink() or len(path.name) > 255:
        return False
    return path.is_dir() or (path.is_file() and path.name.lower().endswith(ARCHIVES))


def path_of(name: str) -> Path:
    """The path behind a name that is offered now. Raises UnknownSource for everything else."""
    if name not in offered():
        raise UnknownSource(
            _("There is no folder or archive “{name}” among the audit folders of this server.").format(name=name)
        )
    return folder() / name
