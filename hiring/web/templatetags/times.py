"""Days and times, in one format per language and in the reader's own time zone. Available in every template."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django import template
from django.utils import dateformat, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()
#: Formats of a day, a time, and a time with seconds, in Django's format characters.
_FORMATS = {
    "en": ("M j, Y", "g:i A", "g:i:s A"),
    "de": ("j. M Y", "H:i", "H:i:s"),
    "es": ("j M Y", "H:i", "H:i:s"),
    "fr": ("j M Y", "H:i", "H:i:s"),
}


def _formats() -> tuple[str, str, str]:
    return _FORMATS.get((get_language() or "en")[:2], _FORMATS["en"])


def _zone(at: datetime) -> str:
    """The zone's short name, or its offset from UTC if it has only a numeric one."""
    name = at.tzname() or "UTC"
    if name.isalpha():
        return name
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def _element(at: date, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), text)


@register.filter
def day(at: date | None) -> str:
    """Nov 27, 2026: the day in the reader's time zone."""
    if at is None:
        return ""
    local = timezone.localtime(at) if isinstance(at, datetime) else at
    return _element(at, dateformat.format(local, _formats()[0]))


@register.filter
def when(at: datetime | None) -> str:
    """Nov 27, 2026, 1:39 PM CET."""
    if at is None:
        return ""
    local, (of_day, of_time, _exact) = timezone.localtime(at), _formats()
    return _element(at, f"{dateformat.format(local, f'{of_day}, {of_time}')} {_zone(local)}")


def _to_the_second(local: datetime) -> str:
    of_day, _short, of_time = _formats()
    return f"{dateformat.format(local, f'{of_day}, {of_time}')} {_zone(local)}"


@register.filter
def when_exactly(at: datetime | None) -> str:
    """Nov 27, 2026, 1:39:05 PM CET."""
    return "" if at is None else _element(at, _to_the_second(timezone.localtime(at)))


@register.filter
def on_record(at: datetime | None) -> str:
    """Nov 27, 2026, 1:39:05 PM CET (12:39:05 UTC): for documents that someone else may read in another zone."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    in_utc = f" ({at.astimezone(UTC):%H:%M:%S} UTC)" if local.utcoffset() else ""
    return _element(at, _to_the_second(local) + in_utc)
