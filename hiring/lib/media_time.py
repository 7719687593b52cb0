"""Media time in human-readable form."""

from __future__ import annotations


def clock(ms: int) -> str:
    """Return integer milliseconds as 03:07 or 1:03:07."""
    seconds = max(ms, 0) // 1000
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def clock_tenths(ms: int) -> str:
    """Return integer milliseconds as 03:07.4."""
    return f"{clock(ms)}.{max(ms, 0) % 1000 // 100}"


def span(start_ms: int, end_ms: int) -> str:
    """Return two times as 00:03–00:07, with tenths if they would look the same, and as one if they still do."""
    for text in (clock, clock_tenths):
        if text(start_ms) != text(end_ms):
            return f"{text(start_ms)}–{text(end_ms)}"
    return clock_tenths(start_ms)
