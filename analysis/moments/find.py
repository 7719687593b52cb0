"""All rules together: those that the run's plan allows, bundled, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import groupby

from analysis.config import MomentConfig, PipelineConfig
from analysis.moments import another_person, expression_shift, hard_to_see, nobody_visible
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.types import STAGES_OF_KIND, Moment, MomentKind, Span

Rule = Callable[[Series, Baselines, MomentConfig], list[Moment]]



def rules(config: PipelineConfig) -> Mapping[MomentKind, Rule]:
    """The rule of each kind. Below which quality a face is not read is the face stage's to say."""
    return {
        MomentKind.EXPRESSION_SHIFT: expression_shift.find,
        MomentKind.NOBODY_VISIBLE: nobody_visible.find,
        MomentKind.ANOTHER_PERSON: another_person.find,
        MomentKind.HARD_TO_SEE: partial(hard_to_see.find, bound=config.faces.min_quality),
    }


def find(series: Series, baselines: Baselines, config: PipelineConfig) -> tuple[Moment, ...]:
    """Every moment of the kinds whose stages are all in the plan."""
    found = [
        moment
        for kind, rule in rules(config).items()
        if config.plan >= STAGES_OF_KIND[kind]
        for moment in bundled(rule(series, baselines, config.moments))
    ]
    return tuple(sorted(found, key=lambda moment: (moment.span.start_ms, moment.span.end_ms, moment.kind)))


def bundled(moments: list[Moment]) -> list[Moment]:
    """Moments of one kind that overlap become one: the farthest from baseline speaks, all give evidence."""
    groups: list[list[Moment]] = []
    for moment in sorted(moments, key=lambda m: m.span.start_ms):
        if groups and moment.span.start_ms < max(m.span.end_ms for m in groups[-1]):
            groups[-1].append(moment)
        else:
            groups.append([moment])
    return [_merged(group) for group in groups]


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
        values["duration_s"] = round(span.duration_ms / 1000, 1)
    return replace(first, span=span, values=values, evidence=tuple(unique))
