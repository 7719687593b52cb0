"""Definitions of a kind of moment, a signal and a unit: the entries of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from analysis.types import Stage

#: The sentence code of a kind that has only one sentence.
MAIN = "main"


class Unit(StrEnum):
    """The unit of the value, baseline and threshold of a piece of evidence."""

    PROBABILITY = "probability"
    SHARE = "share"  # 0..1
    TONE = "tone"  # -1..1
    LIKENESS = "likeness"  # -1..1, a cosine
    COUNT = "count"
    DEGREES = "deg"
    MILLISECONDS = "ms"
    SECONDS = "s"
    PERCENT = "percent"
    GRAY_LEVELS = "gray_levels"  # of 255
    PER_SECOND = "per_s"
    PER_10_SECONDS = "per_10_s"
    PER_MINUTE = "per_min"
    LUFS = "lufs"
    LOUDNESS_UNITS = "lu"
    DECIBELS = "db"


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that evidence measures: its English name, in lower case, and its unit."""

    label: str
    unit: Unit


@dataclass(frozen=True, slots=True)
class KindOfMoment:
    """One kind of moment.

    label: its English name. stages: those it cannot exist without. config: its thresholds, a frozen dataclass of
    numbers with units in their names.
    sentences: for each code, an English template filled with `Moment.values`.
    rules: for each sentence code, an English template filled with the values of `config`; "" covers all others.
    """

    label: str
    stages: frozenset[Stage]
    config: Any
    sentences: Mapping[str, str]
    rules: Mapping[str, str]

    def rule_of(self, sentence: str) -> str:
        """The template of the rule behind a sentence."""
        return self.rules.get(sentence) or self.rules[""]
