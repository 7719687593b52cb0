"""How screens name what was found. Neutral: what was visible or audible, never what it means about the person."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analysis.catalogue import CATALOGUE
from analysis.catalogue.kind import Unit
from analysis.catalogue.render import Renderer
from analysis.catalogue.signals import SIGNALS
from analysis.types import ELSEWHERE, NOT_SURE, UNCLEAR, MomentKind, Stage


class Worded(Protocol):
    """The codes of a moment, and the values that fill its sentence and its rule."""

    kind: str
    sentence: str
    values: Mapping[str, Any]
    config: Mapping[str, float]


_EXPRESSIONS = {
    "angry": _("angry"),
    "disgust": _("disgust"),
    "fear": _("fear"),
    "happy": _("happy"),
    "sad": _("sad"),
    "surprise": _("surprise"),
    "neutral": _("neutral"),
    NOT_SURE: _("not sure"),
}
#: Why part of the timeline has no line.
_GAPS = {
    "nobody": _("nobody visible"),
    "hard_to_see": _("hard to see"),
    "no_picture": _("no picture"),
}
#: What a run is doing, for its progress line.
_STEPS = {
    "": _("Waiting for a free worker"),
    "probe": _("Checking the file"),
    "frames": _("Analyzing the video"),
    "transcript": _("Transcribing"),
    "moments": _("Finding moments"),
    "playable": _("Preparing playback"),
}
#: A part of the analysis, when this installation lacks its model.
_STAGES = {
    Stage.FACES: _("faces"),
    Stage.EXPRESSION: _("expressions"),
    Stage.LANDMARKS: _("eyes and head"),
    Stage.LIVENESS: _("liveness check"),
    Stage.SPEECH: _("speech detection"),
    Stage.VOICE: _("voice"),
    Stage.TRANSCRIPT: _("the transcript"),
}
#: Parts of a face, in an explanation.
_REGIONS = {
    "brows": _("Brows"),
    "eyes": _("Eyes"),
    "nose": _("Nose"),
    "cheeks": _("Cheeks"),
    "mouth": _("Mouth"),
    ELSEWHERE: _("Elsewhere"),
}
#: What an explanation says and does not say, shown with each one.
_REGIONS_TELL = _(
    "This shows what the model looked at when it read the expression “{expression}”. It does not show why a face "
    "moved, and says nothing about what the person felt."
)
#: In the current reader's language, evaluated each time.
_RENDERER = Renderer(gettext, number_format)


def kind_label(kind: str) -> str:
    """Return the name of a kind of moment."""
    known = CATALOGUE[MomentKind(kind)].label if kind in set(MomentKind) else None
    return gettext(known) if known else kind.replace("_", " ").capitalize()


def expression_label(name: str) -> str:
    """Return the name of an expression as it was shown."""
    return str(_EXPRESSIONS.get(name, name.replace("_", " ")))


def gap_label(reason: str) -> str:
    """Return why there are no values here."""
    return str(_GAPS.get(reason, reason.replace("_", " ")))


def step_label(step: str) -> str:
    """Return what a run is doing now."""
    return str(_STEPS.get(step, step.replace("_", " ")))


def stage_label(stage: Stage) -> str:
    """Return the name of a part of the analysis."""
    return str(_STAGES[stage])


def voices_label() -> str:
    """Return the name of the part that distinguishes another voice from the main one."""
    return str(_("other voices"))


def region_label(region: str) -> str:
    """Return the name of a part of the face."""
    return str(_REGIONS.get(region, region))


def regions_tell(expression: str) -> str:
    """Return the sentence about what an explanation of this expression says."""
    return str(_REGIONS_TELL).format(expression=expression_label(expression))


def regions_in_words(regions: Mapping[str, float]) -> str:
    """Return the parts of the face with their shares, largest first: what the picture shows, in words."""
    return ", ".join(f"{region_label(name)} {percent} %" for name, percent in region_percents(regions))


def region_percents(regions: Mapping[str, float]) -> list[tuple[str, int]]:
    """Return parts of the face with whole percents that add up to 100, largest first, the remainder last.

    Uses the largest remainder method; rounding each one separately could add up to 99 or 101.
    """
    whole = {name: math.floor(100 * share) for name, share in regions.items()}
    short = 100 - sum(whole.values())
    for name in sorted(regions, key=lambda name: whole[name] - 100 * regions[name])[: max(short, 0)]:
        whole[name] += 1
    named = sorted((name for name in regions if name != ELSEWHERE), key=lambda name: (-whole[name], name))
    return [(name, whole[name]) for name in [*named, ELSEWHERE] if name in whole]


def signal_label(signal: str) -> str:
    """Return the name of what a piece of evidence measured."""
    return gettext(SIGNALS[signal].label) if signal in SIGNALS else signal.replace("_", " ")


def moment_sentence(moment: Worded) -> str:
    """Return the moment's sentence in the reader's language; just its kind if this version does not know the code."""
    try:
        return _RENDERER.sentence(CATALOGUE[MomentKind(moment.kind)], moment.sentence, moment.values)
    except (KeyError, ValueError):
        return kind_label(moment.kind) + "."


def moment_rule(moment: Worded) -> str:
    """Return the rule behind the moment's sentence in the reader's language, with the thresholds of its run."""
    try:
        return _RENDERER.rule(CATALOGUE[MomentKind(moment.kind)], moment.sentence, moment.config)
    except (KeyError, ValueError):
        return gettext("The rule that found this moment is no longer part of this version.")


def amount(value: float, unit: str) -> str:
    """Return a value of a piece of evidence with its unit."""
    return _RENDERER.amount(value, Unit(unit))


def word_text(word: Mapping[str, Any]) -> str:
    """Return a word as a transcript shows it: its text, or that someone spoke and was not understood."""
    return gettext("[not understood]") if word["mark"] == UNCLEAR else str(word["text"])
