"""Media time in templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import localize

from hiring.lib import media_time

register = template.Library()
register.filter("clock", media_time.clock)
register.filter("clock_tenths", media_time.clock_tenths)


@register.filter
def seconds(ms: int) -> str:
    """Return milliseconds as seconds with one decimal."""
    return str(localize(round(ms / 1000, 1)))


@register.filter
def seconds_long(row: Mapping[str, Any]) -> str:
    """Return the duration of a transcript row, in seconds with one decimal."""
    return seconds(row["end_ms"] - row["start_ms"])
