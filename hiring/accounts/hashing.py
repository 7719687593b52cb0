"""Password hashing, a few at a time: each takes 100 MB and every core for a tenth of a second or more.

Without this limit a burst of sign-ins takes gigabytes and all threads, and no page responds to anyone.
"""

from __future__ import annotations

from django.contrib.auth import hashers
from django.utils.translation import gettext as _

from hiring.lib.busy import Places

#: Per process. A waiting request holds a thread, and pages need the remaining ones.
PLACES = Places(2, waiting=4, wait_s=5)


def _sentence() -> str:
    return _("Many people are signing in right now. Please try again in a few seconds.")


class Argon2(hashers.Argon2PasswordHasher):
    """Django's hasher with its parameters. Raises Busy if no slot is free in time: a middleware answers 429."""

    def encode(self, password: str, salt: str) -> str:
        with PLACES.one(_sentence()):
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with PLACES.one(_sentence()):
            return super().verify(password, encoded)


class PBKDF2(hashers.PBKDF2PasswordHasher):
    """For older hashes: Django replaces them as people sign in. Its `verify` goes through here as well."""

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        with PLACES.one(_sentence()):
            return super().encode(password, salt, iterations)
