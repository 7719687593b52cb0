"""All rules together: those that the run's plan allows, bundled, in order of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from analysis.config import MomentConfig, PipelineConfig
from analysis.moments import (
    another_person,
    asymmetry,
    background_changed,
    cut,
    expression_burst,
    expression_held,
    expression_shift,
    eyes,
    facial_tension,
    frozen,
    hard_to_see,
    liveness,
    looking_away,
    nobody_visible,
)
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.types import STAGES_OF_KIND, Moment, MomentKind, Span, Stage

if TYPE_CHECKING:
    from analysis.speech.said import Said

_HEARD_MS = 10_000
Rule = Callable[[Series, Baselines, MomentConfig], list[Moment]]


def rules(config: PipelineConfig) -> Mapping[MomentKind, Rule]:
    """The rule of each kind that looks at the picture alone.

    Below which quality a face is not read is the face stage's to say.
    """
    return {
        MomentKind.EXPRESSION_SHIFT: expression_shift.find,
        MomentKind.EXPRESSION_BURST: expression_burst.find,
        MomentKind.EXPRESSION_HELD: expression_held.find,
        MomentKind.FACIAL_TENSION: facial_tension.find,
        MomentKind.ASYMMETRY: asymmetry.find,
        MomentKind.EYES: eyes.find,
        MomentKind.LOOKING_AWAY: looking_away.find,
        MomentKind.NOBODY_VISIBLE: nobody_visible.find,
        MomentKind.ANOTHER_PERSON: another_person.find,
        MomentKind.BACKGROUND_CHANGED: background_changed.find,
        MomentKind.CUT: cut.find,
        MomentKind.FROZEN: frozen.find,
        MomentKind.LIVENESS: liveness.find,
        MomentKind.HARD_TO_SEE: partial(hard_to_see.find, bound=config.faces.min_quality),
    }


def rules_of_sound(said: Said) -> Mapping[MomentKind, Rule]:
    """The rule of each kind that listens, to what was said, beside the picture or without it."""
    # Here, because they load what listens: a plan without voice and words must not.
    from analysis.moments import (
        hard_to_hear,
        hesitation,
        reads_aloud,
        second_voice,
        voice_without_lips,
        words_and_face_differ,
    )

    return {
        MomentKind.HESITATION: lambda series, baselines, config: hesitation.find(said, config),
        MomentKind.WORDS_AND_FACE_DIFFER: lambda series, baselines, config: words_and_face_differ.find(
            series, baselines, said, config
        ),
        MomentKind.READS_ALOUD: lambda series, baselines, config: reads_aloud.find(series, said, config),
        MomentKind.SECOND_VOICE: lambda series, baselines, config: second_voice.find(said, config),
        MomentKind.VOICE_WITHOUT_LIPS: lambda series, baselines, config: voice_without_lips.find(
            series, said, config
        ),
        MomentKind.HARD_TO_HEAR: lambda series, baselines, config: hard_to_hear.find(said, config),
    }


def find(
    series: Series, baselines: Baselines, config: PipelineConfig, said: Said | None = None
) -> tuple[Moment, ...]:
    """Every moment of the kinds whose stages are all in the plan; said: None while nobody has listened."""
    heard = {} if said is None else rules_of_sound(said)
    if said is not None and Stage.SPEECH in config.plan and _is_heard(said):
        heard = {**heard, MomentKind.LOOKING_AWAY: partial(looking_away.find, speech=said.spans)}
    found = [
        moment
        for kind, rule in {**rules(config), **heard}.items()
        if config.plan >= STAGES_OF_KIND[kind]
        for moment in bundled(rule(series, baselines, config.moments))
    ]
    return tuple(sorted(found, key=lambda moment: (moment.span.start_ms, moment.span.end_ms, moment.kind)))


def _is_heard(said: Said) -> bool:
    """Whether there is so much speech that where none is found nobody spoke, and no microphone was off."""
    return sum(span.duration_ms for span in said.spans) >= _HEARD_MS


def bundled(moments: list[Moment]) -> list[Moment]:
    """Moments of one kind that overlap become one: the farthest from baseline speaks, all give evidence.

    Only those that say the same sentence: eyes that were closed for a second were not closed for the half minute in
    which they also blinked often.
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
        values["duration_s"] = round(span.duration_ms / 1000, 1)
    return replace(first, span=span, values=values, evidence=tuple(unique))
