"""One random key per interview, wrapped by the master key, in a separate store.

Destroying an interview's key makes every copy of its media unreadable, including backups of the vault. So the store
is never inside the database or its backups. This one is a folder; a KMS would offer the same three functions.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from django.conf import settings


class KeyGone(Exception):
    """The key was destroyed (or never created): no one can read what it encrypted."""


def _master() -> bytes:
    return base64.b64decode(settings.MASTER_KEY)


def _path(interview_id: UUID) -> Path:
    return Path(settings.KEY_DIR) / f"{interview_id}.key"


def get_or_create(interview_id: UUID) -> bytes:
    """Return the interview's 256-bit key, creating it on first use."""
    path = _path(interview_id)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_bytes(aes_key_wrap(_master(), secrets.token_bytes(32)))
        try:
            os.link(draft, path)  # atomic: of two creators one wins, and both read the winner's key
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return get(interview_id)


def get(interview_id: UUID) -> bytes:
    """Return the interview's key. Raises KeyGone."""
    try:
        return aes_key_unwrap(_master(), _path(interview_id).read_bytes())
    except FileNotFoundError as error:
        raise KeyGone("The key of this interview was destroyed.") from error


def is_there(interview_id: UUID) -> bool:
    """Whether the interview's key is still available."""
    return _path(interview_id).exists()


def destroy(interview_id: UUID) -> bool:
    """Overwrite and remove the key. Returns whether there was one."""
    path = _path(interview_id)
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    return True
