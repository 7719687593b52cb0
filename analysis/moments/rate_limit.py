"""Too many moments of one kind hide what matters: in each minute only the farthest from baseline are kept."""

from __future__ import annotations

from analysis.types import Moment

_MINUTE_MS = 60_000


def farthest_of_each_minute(moments: list[Moment], most: int) -> list[Moment]:
    """Drop those nearest to baseline until no 60 s contain more than `most`."""
    kept: list[Moment] = []
    for moment in sorted(moments, key=lambda m: (-m.distance, m.span.start_ms)):
        begins = [other.span.start_ms for other in kept] + [moment.span.start_ms]
        near = [begin for begin in begins if abs(begin - moment.span.start_ms) < _MINUTE_MS]
        crowded = any(sum(first <= begin < first + _MINUTE_MS for begin in near) > most for first in near)
        if not crowded:
            kept.append(moment)
    return kept
