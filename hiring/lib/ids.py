"""Identifiers and secrets."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Return 256 random bits for a link, as 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def token_digest(token: str) -> str:
    """Return what is stored of a link's token: tokens are random, so one SHA-256 is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_reference() -> str:
    """Return a short name for an interview that says nothing about the person, such as K-48213."""
    letter = secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ")
    return f"{letter}-{secrets.randbelow(90000) + 10000}"
