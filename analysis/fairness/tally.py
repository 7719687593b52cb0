"""Results counted by group; each group compared with the best of its kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import combinations, product
from math import comb
from typing import Any

from analysis.fairness.intervals import CONFIDENCE, Count, Interval, difference, excludes_zero, wilson
from analysis.types import EXPRESSIONS, NOT_SURE

#: The smallest intersection that is shown, and the smallest number of images for which a share is compared.
MIN_N = 20

ANSWERS = (*EXPRESSIONS, NOT_SURE)
DETECTION, READABLE, ACCURACY = "detection_rate", "readable_rate", "accuracy"
MEASURES = (DETECTION, READABLE, *(f"predicted:{answer}" for answer in ANSWERS), ACCURACY)

#: (dimension, value) for one dimension or for two.
Group = tuple[tuple[str, str], ...]

_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What the product made of one image. answer: one of ANSWERS, or None if no face could be read.

    label: an index into EXPRESSIONS, or None.
    """

    of: Mapping[str, str]
    face: bool
    answer: str | None
    label: int | None = None


@dataclass(slots=True)
class Tally:
    """Counts of one group."""

    n: int = 0
    faces: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    labelled_answers: int = 0
    right_answers: int = 0

    def add(self, seen: Answer) -> None:
        self.n += 1
        self.faces += seen.face
        if seen.answer is None:
            return
        self.answers[seen.answer] += 1
        if seen.label is not None and seen.answer != NOT_SURE:
            self.labelled_answers += 1
            self.right_answers += seen.answer == EXPRESSIONS[seen.label]

    @property
    def readable(self) -> int:
        return self.answers.total()

    def count(self, measure: str) -> Count:
        """One of MEASURES as a count, which may be of 0 images."""
        if measure == DETECTION:
            return Count(self.faces, self.n)
        if measure == READABLE:
            return Count(self.readable, self.n)
        if measure == ACCURACY:
            return Count(self.right_answers, self.labelled_answers)
        return Count(self.answers[measure.removeprefix("predicted:")], self.readable)


class Tallies:
    """Tallies of every value of every dimension and of every pair of values of two dimensions."""

    def __init__(self, dimensions: Mapping[str, tuple[str, ...]], seen: Iterable[Answer]) -> None:
        self.dimensions = dimensions
        self.by: dict[Group, Tally] = {}
        self.labelled = False
        for answer in seen:
            self.labelled = self.labelled or answer.label is not None
            for group in self._groups_of(answer.of):
                self.by.setdefault(group, Tally()).add(answer)

    def values(self, dimension: str) -> list[str]:
        """The values of a dimension that at least one image has, in order of display."""
        return [value for value in self.dimensions[dimension] if ((dimension, value),) in self.by]

    def groups(self) -> list[dict[str, Any]]:
        """Every single value, and every intersection of at least MIN_N images, in order of display."""
        return [
            _described(group, self.by[group])
            for by in self._kinds()
            for group in self._of_kind(by)
            if group in self.by and (len(by) == 1 or self.by[group].n >= MIN_N)
        ]

    def comparisons(self) -> tuple[list[dict[str, Any]], int]:
        """Each measure of each kind of group against the best, and how many pairs that was chosen from.

        A difference is `clear` if its interval excludes zero with Bonferroni's correction for all those pairs: the
        best is found by looking at the result, so the correction covers every pair that could have been compared, not
        only those that were.
        """
        raced = [(measure, by, self._counts(measure, by)) for by in self._kinds() for measure in MEASURES]
        raced = [(measure, by, counts) for measure, by, counts in raced if len(counts) > 1]
        pairs = sum(comb(len(counts), 2) for _, _, counts in raced)
        corrected = 1 - (1 - CONFIDENCE) / max(pairs, 1)
        return [_compared(measure, by, counts, corrected) for measure, by, counts in raced], pairs

    def _groups_of(self, of: Mapping[str, str]) -> Iterator[Group]:
        values = [(dimension, of[dimension]) for dimension in self.dimensions if dimension in of]
        for size in (1, 2):
            yield from combinations(values, size)

    def _kinds(self) -> list[tuple[str, ...]]:
        return [*((name,) for name in self.dimensions), *combinations(self.dimensions, 2)]

    def _of_kind(self, by: tuple[str, ...]) -> Iterator[Group]:
        for values in product(*(self.dimensions[name] for name in by)):
            yield tuple(zip(by, values, strict=True))

    def _counts(self, measure: str, by: tuple[str, ...]) -> dict[Group, Count]:
        counts = {group: self.by[group].count(measure) for group in self._of_kind(by) if group in self.by}
        return {group: count for group, count in counts.items() if count.n >= MIN_N}


def _described(group: Group, tally: Tally) -> dict[str, Any]:
    accuracy = tally.count(ACCURACY)
    predicted = {answer: tally.count(f"predicted:{answer}") for answer in ANSWERS}
    return {
        "of": dict(group),
        "n": tally.n,
        "detection_rate": _interval(wilson(tally.count(DETECTION))),
        "readable": tally.readable,
        "readable_rate": _interval(wilson(tally.count(READABLE))),
        "predicted": {name: _interval(wilson(count)) for name, count in predicted.items()}
        if tally.readable
        else None,
        "accuracy": {**_interval(wilson(accuracy)), "n": accuracy.n} if accuracy.n else None,
    }


def _compared(measure: str, by: tuple[str, ...], counts: Mapping[Group, Count], corrected: float) -> dict[str, Any]:
    best = max(counts, key=lambda group: counts[group].share)  # of equals the first in order of display
    beside = []
    for group, count in counts.items():
        if group == best:
            continue
        apart = difference(count, counts[best])
        beside.append(
            {
                "of": dict(group),
                "difference": round(apart.value, _DECIMALS),
                "low": round(apart.low, _DECIMALS),
                "high": round(apart.high, _DECIMALS),
                "ratio": round(count.share / counts[best].share, _DECIMALS) if counts[best].hits else None,
                "clear": excludes_zero(difference(count, counts[best], corrected)),
            }
        )
    return {"measure": measure, "by": list(by), "best": dict(best), "groups": beside}


def _interval(interval: Interval) -> dict[str, float]:
    return {name: round(value, _DECIMALS) for name, value in interval._asdict().items()}
