"""What must not be written to any log."""

from __future__ import annotations

import logging
import re

#: Anyone who has one of these addresses gets in: a candidate's personal link, a link for a new password.
_SECRET_ADDRESS = re.compile(r"(/i/|/accounts/password/)[^\s?#]+")
#: A filter sees only what is logged by exactly its logger, so every logger that Django passes an address to is
#: listed.
_LOGGERS = ("django.request", "django.server", "django.security.csrf")


class AddressesWithoutTokens(logging.Filter):
    """Django logs the path of every 4xx/5xx response: a link with one extra character would leak its token there."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_without_token(value) for value in record.args)
        record.msg = _without_token(record.msg)
        return True


def _without_token(value: object) -> object:
    return _SECRET_ADDRESS.sub(r"\1-", value) if isinstance(value, str) else value


def keep_tokens_out() -> None:
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, AddressesWithoutTokens) for known in logger.filters):
            logger.addFilter(AddressesWithoutTokens())
