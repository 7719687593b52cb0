"""Vault files that are written before the row that names them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO
from uuid import UUID

from django.db import Error

from hiring.recordings import vault

Store = Callable[[BinaryIO, str], str]


@contextmanager
def remove_unreferenced_files(still_referenced: Callable[[list[str]], bool], interview_id: UUID) -> Iterator[Store]:
    """Give a function that stores (file, suffix) -> name; afterwards remove what it stored if no row refers to it.

    The row decides, not the error: a database that is restarted may save and still report a failure. If it cannot be
    queried, the hourly sweep removes what is left.
    """
    names: list[str] = []

    def store(file: BinaryIO, suffix: str) -> str:
        names.append(vault.store(interview_id, file, suffix))
        return names[-1]

    try:
        yield store
    finally:
        with contextlib.suppress(Error):
            if not still_referenced(names):
                for name in names:
                    vault.delete(interview_id, name)
