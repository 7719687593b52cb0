"""Shares and their differences, with intervals that hold for small groups and for shares near 0 and 1."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from scipy.stats import binomtest

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A value and the ends of its interval."""

    value: float
    low: float
    high: float


class Count(NamedTuple):
    """`hits` of `n`."""

    hits: int
    n: int

    @property
    def share(self) -> float:
        return self.hits / self.n


@cache
def wilson(count: Count, confidence: float = CONFIDENCE) -> Interval:
    """A share with Wilson's score interval (Wilson 1927, JASA 22). Raises ValueError for an empty count."""
    if count.n <= 0:
        raise ValueError("an interval needs at least one image")
    ends = binomtest(count.hits, count.n).proportion_ci(confidence, method="wilson")
    return Interval(count.share, float(ends.low), float(ends.high))


def difference(one: Count, other: Count, confidence: float = CONFIDENCE) -> Interval:
    """`one` minus `other`, two independent shares, with the interval of Newcombe's method 10.

    Newcombe 1998, "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17:873-890: each end is composed from the ends of the two Wilson intervals.
    """
    a, b = wilson(one, confidence), wilson(other, confidence)
    apart = a.value - b.value
    low = apart - math.hypot(a.value - a.low, b.high - b.value)
    high = apart + math.hypot(a.high - a.value, b.value - b.low)
    return Interval(apart, low, high)


def excludes_zero(interval: Interval) -> bool:
    return interval.low > 0 or interval.high < 0
