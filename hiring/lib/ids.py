"""Identifiers and secrets."""

from __future__ import annotations

import hashlib
import secrets

#: No letter that is mistaken for a digit (B I L O Q S Z), and none that sounds like another letter here (D N V).
_LETTERS = "ACEFGHJKMPRTUWXY"
_DIGIT_GROUPS = (4, 4)


def new_token() -> str:
    """Return 256 random bits for a link, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Return what is stored for a link's token: tokens are random, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_reference() -> str:
    """Return a short name for an interview that reveals nothing about the person, such as K-4821-3657.

    One letter and digits, so that it is read aloud and typed the same way in every language. Older ones have five
    digits. Two can collide; the caller that stores one then asks for another.
    """
    groups = ("".join(secrets.choice("0123456789") for _ in range(length)) for length in _DIGIT_GROUPS)
    return "-".join([secrets.choice(_LETTERS), *groups])
