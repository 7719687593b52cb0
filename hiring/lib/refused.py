"""The error that every domain raises when a rule forbids something."""

from __future__ import annotations


class Refused(Exception):
    """A rule forbids it and nothing was changed. `str(error)` is one sentence for the person, in their language."""
