"""How screens name what was found. Neutral: what was visible or audible, never what it means about the person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from analysis.types import NOT_SURE, MomentKind, Stage


class Worded(Protocol):
    """A moment's sentence template and the values that belong into it."""

    sentence: str
    values: Mapping[str, Any]


_KINDS = {
    MomentKind.EXPRESSION_SHIFT: _("Expression changed"),
    MomentKind.NOBODY_VISIBLE: _("Nobody visible"),
    MomentKind.ANOTHER_PERSON: _("Another person visible"),
    MomentKind.HARD_TO_SEE: _("Hard to see"),
}
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
#: Why a stretch of the timeline has no line.
_GAPS = {
    "nobody": _("nobody visible"),
    "hard_to_see": _("hard to see"),
    "no_picture": _("no picture"),
}
#: What a run is doing, for its progress line.
_STEPS = {
    "": _("Waiting for a free worker"),
    "probe": _("Checking the file"),
    "frames": _("Looking at the picture"),
    "transcript": _("Writing down what was said"),
    "moments": _("Looking for moments"),
    "playable": _("Preparing playback"),
}
#: A part of the analysis, where this installation lacks its model.
_STAGES = {
    Stage.FACES: _("faces"),
    Stage.EXPRESSION: _("expressions"),
    Stage.LANDMARKS: _("eyes and head"),
    Stage.VOICE: _("voice"),
    Stage.TRANSCRIPT: _("the transcript"),
}
#: Which signal a piece of evidence measured, where it is not an expression.
_SIGNALS = {
    "faces": _("faces in the picture"),
    "quality": _("quality of the picture"),
    "face_away": _("time without the candidate's face"),
}
#: Sentences of analysis/moments/*.py, listed so that they are extracted for translation.
_SENTENCES = (
    gettext_noop(
        "The face showed more of the expression {expression} than is usual for this person: up to {peak_percent} % "
        "against {baseline_percent} %, for {duration_s} s."
    ),
    gettext_noop("The candidate's face was not in the picture for {duration_s} s."),
    gettext_noop("Up to {faces} faces were in the picture at once, for {duration_s} s."),
    gettext_noop(
        "For {duration_s} s the face was too small, blurred, dark, bright or turned away to be read; nothing was "
        "concluded from it."
    ),
)


def kind_label(kind: str) -> str:
    """Return the name of a kind of moment."""
    return str(_KINDS.get(kind, kind.replace("_", " ").capitalize()))  # type: ignore[call-overload]


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


def signal_label(signal: str) -> str:
    """Return the name of what a piece of evidence measured."""
    return str(_EXPRESSIONS.get(signal) or _SIGNALS.get(signal) or signal.replace("_", " "))


def moment_sentence(moment: Worded) -> str:
    """Return the moment's sentence in the reader's language."""
    words = {
        name: expression_label(value) if isinstance(value, str) and value in _EXPRESSIONS else value
        for name, value in moment.values.items()
    }
    try:
        return gettext(moment.sentence).format_map(words)
    except (KeyError, IndexError, ValueError):
        return moment.sentence
