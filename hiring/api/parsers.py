"""Checks what programs send: JSON that is not too deep, with text that can be stored. Otherwise 400 says why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from analysis.text import is_plain

#: No body here is deeper than two. Far below Python's own recursion limit, which later readers of it would hit.
_DEEPEST = 16


def not_plain() -> str:
    """The sentence for text that cannot be stored."""
    return _("Text may hold no control characters but tabs and line breaks, and no half of a surrogate pair.")


class PlainJSON(JSONParser):
    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Raises ParseError."""
        try:
            body = super().parse(stream, media_type=media_type, parser_context=parser_context)
        except RecursionError:
            raise _too_deep() from None
        _check(body)
        return body


def _too_deep() -> ParseError:
    return ParseError(_("This JSON is nested too deeply to be read."))


def _check(body: Any) -> None:
    """Check every text in a body, level by level: a recursive function could be driven past its own limit."""
    level = [body]
    for _depth in range(_DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, str) and not is_plain(value):
                raise ParseError(not_plain())
            if isinstance(value, dict):
                below += [*value.keys(), *value.values()]
            elif isinstance(value, list):
                below += value
        if not below:
            return
        level = below
    raise _too_deep()
