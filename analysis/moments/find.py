"""All rules together: those that the run's plan allows, bundled, in order of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from importlib import import_module
from itertools import groupby
from typing import Any, cast

from analysis.catalogue import CATALOGUE
from analysis.moments.reading import Reading
from analysis.types import Moment, MomentKind, Span, Stage

Rule = Callable[[Reading, Any], list[Moment]]


def rule_of(kind: MomentKind) -> Rule:
    """The rule in the file of this kind.

    Loaded on demand: rules of kinds that depend on speech load speech modules, and a plan without speech must not.
    """
    return cast("Rule", import_module(f"analysis.moments.kinds.{kind}").find)


def find(reading: Reading) -> tuple[Moment, ...]:
    """Every moment of the kinds whose stages are all in the plan and, until speech is heard, do not include it."""
    readable = reading.config.plan - ({Stage.SPEECH} if reading.said is None else set())
    found = [
        replace(moment, config=asdict(config))
        for kind, config in reading.config.moments.items()
        if readable >= CATALOGUE[kind].stages
        for moment in bundled(rule_of(kind)(reading, config))
    ]
    return tuple(sorted(found, key=lambda moment: (moment.span.start_ms, moment.span.end_ms, moment.kind)))


def bundled(moments: list[Moment]) -> list[Moment]:
    """Moments of one kind that overlap become one: the farthest from baseline gives the sentence, all give evidence.

    Only those with the same sentence: eyes that were closed for a second were not closed for the half minute in which
    they also blinked often.
    """
    groups: dict[str, list[list[Moment]]] = {}
    for moment in sorted(moments, key=lambda m: m.span.start_ms):
        same = groups.setdefault(moment.sentence, [])
        if same and moment.span.start_ms < max(m.span.end_ms for m in same[-1]):
            same[-1].append(moment)
        else:
            same.append([moment])
    return [_merged(group) for same in groups.values() for group in same]


def _merged(group: list[Moment]) -> Moment:
    if len(group) == 1:
        return group[0]
    first = max(group, key=lambda moment: moment.distance)
    ordered = sorted(group, key=lambda moment: -moment.distance)
    evidence = [item for moment in ordered for item in moment.evidence]
    unique = [next(same) for _, same in groupby(evidence)]
    span = Span(min(m.span.start_ms for m in group), max(m.span.end_ms for m in group))
    values = dict(first.values)
    if "duration_s" in values:
        values["duration_s"] = span.duration_s
    return replace(first, span=span, values=values, evidence=tuple(unique))
