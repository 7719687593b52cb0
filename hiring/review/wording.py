"""How screens name what was found. Neutral: what was visible or audible, never what it means about the person."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from analysis.types import ELSEWHERE, NOT_SURE, UNCLEAR, MomentKind, Stage


class Worded(Protocol):
    """A moment's sentence template and the values that belong into it."""

    sentence: str
    values: Mapping[str, Any]


_KINDS = {
    MomentKind.EXPRESSION_SHIFT: _("Expression changed"),
    MomentKind.EXPRESSION_BURST: _("Expression came and went"),
    MomentKind.EXPRESSION_HELD: _("Expression held for long"),
    MomentKind.FACIAL_TENSION: _("Brow, lids or lips tightened"),
    MomentKind.ASYMMETRY: _("Left and right differed"),
    MomentKind.EYES: _("Blinks or eyelids"),
    MomentKind.LOOKING_AWAY: _("Head or eyes turned away"),
    MomentKind.NOBODY_VISIBLE: _("Nobody visible"),
    MomentKind.ANOTHER_PERSON: _("Another person visible"),
    MomentKind.BACKGROUND_CHANGED: _("Background changed"),
    MomentKind.CUT: _("Picture changed at once"),
    MomentKind.FROZEN: _("Picture stood still"),
    MomentKind.LIVENESS: _("Like a picture of a face"),
    MomentKind.HARD_TO_SEE: _("Hard to see"),
    MomentKind.HESITATION: _("Pause or fillers"),
    MomentKind.WORDS_AND_FACE_DIFFER: _("Words and face differed"),
    MomentKind.READS_ALOUD: _("Eyes along lines"),
    MomentKind.VOICE_WITHOUT_LIPS: _("Speech without lips"),
    MomentKind.SECOND_VOICE: _("Another voice"),
    MomentKind.HARD_TO_HEAR: _("Hard to hear"),
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
    Stage.LIVENESS: _("whether the camera saw a picture of a face"),
    Stage.SPEECH: _("when somebody spoke"),
    Stage.VOICE: _("voice"),
    Stage.TRANSCRIPT: _("the transcript"),
}
#: Which signal a piece of evidence measured, where it is not an expression.
_SIGNALS = {
    "faces": _("faces in the picture"),
    "quality": _("quality of the picture"),
    "live": _("how far it looks like a face itself"),
    "pause": _("silence between words"),
    "fillers": _("fillers and restarts"),
    "sentiment": _("tone of the words in the dictionary"),
    "sentiment_model": _("tone of the words by a language model"),
    "mouth_movement": _("movement of lips and jaw"),
    "gaze_returns": _("returns of the eyes, as to a next line"),
    "speech_share": _("time filled with speech"),
    "voice_likeness": _("how alike the voice is to the one heard most"),
    "channel_balance": _("left louder than right by"),
    "silent_sound": _("time without any sound"),
    "clipped": _("time at full scale"),
    "loudness": _("loudness"),
    "above_noise": _("louder than the noise by"),
    "face_away": _("time without the candidate's face"),
    "expression_held": _("time with one expression"),
    "head_yaw_deg": _("head turned sideways"),
    "head_pitch_deg": _("head turned up or down"),
    "gaze_yaw_deg": _("eyes turned sideways"),
    "gaze_pitch_deg": _("eyes turned up or down"),
    "asymmetry": _("difference of left and right"),
    "brow_lower": _("brow lowered"),
    "lid_tighten": _("lids tightened"),
    "lip_press": _("lips pressed together"),
    "chin_raise": _("chin raised"),
    "eyes_closed": _("how far the eyes were closed"),
    "closure": _("time with closed eyes"),
    "blink_rate": _("blinks"),
    "scene_change": _("share of the picture that is another"),
    "motion": _("difference from frame to frame"),
    "still_picture": _("time without any change"),
    "background_change": _("share of the background that differs"),
    "other_background": _("time with another background"),
}
#: What moved, in the value "movements" of a moment, which joins several with a comma.
_MOVEMENTS = {
    "brow lowered": _("brow lowered"),
    "lids tightened": _("lids tightened"),
    "lips pressed together": _("lips pressed together"),
    "chin raised": _("chin raised"),
}
#: What was wrong with the sound, and how a dictionary takes words: the values "fault" and "tone" of moments.
_FAULTS = {
    "was missing": _("was missing"),
    "was cut off because it was too loud": _("was cut off because it was too loud"),
    "was very quiet": _("was very quiet"),
    "was hardly louder than the noise around it": _("was hardly louder than the noise around it"),
}
_TONES = {"pleasant": _("pleasant"), "unpleasant": _("unpleasant")}
#: Parts of a face, in an explanation.
_REGIONS = {
    "brows": _("Brows"),
    "eyes": _("Eyes"),
    "nose": _("Nose"),
    "cheeks": _("Cheeks"),
    "mouth": _("Mouth"),
    ELSEWHERE: _("Elsewhere"),
}
#: What an explanation says and what it does not, beside every one.
_REGIONS_TELL = _(
    "This shows where the network looked when it read the expression “{expression}”. It does not show why a face "
    "moved, and says nothing about what the person felt."
)
#: Sentences of analysis/moments/*.py, listed so that they are extracted for translation.
_SENTENCES = (
    gettext_noop(
        "The face showed more of the expression {expression} than is usual for this person: up to {peak_percent} % "
        "against {baseline_percent} %, for {duration_s} s."
    ),
    gettext_noop(
        "Experimental: more of the expression {expression} came and went within {duration_ms} ms, up to "
        "{peak_percent} % against the usual {baseline_percent} %."
    ),
    gettext_noop(
        "The face kept the expression {expression} for {duration_s} s, on average at {mean_percent} %; this person "
        "usually keeps one for {usual_s} s."
    ),
    gettext_noop(
        "The face kept the expression {expression} for {duration_s} s, on average at {mean_percent} %; there were "
        "too few others to say what is usual for this person."
    ),
    gettext_noop("For {duration_s} s, more than is usual for this person: {movements}."),
    gettext_noop(
        "The left and right half of the face moved differently, more than is usual for this person, for "
        "{duration_s} s."
    ),
    gettext_noop(
        "The eyes blinked {rate_per_min} times a minute over {window_s} s; usual for this person: {usual_per_min} "
        "times."
    ),
    gettext_noop("The eyes stayed closed for {duration_s} s."),
    gettext_noop("The eyelids were tightened more than is usual for this person, for {duration_s} s."),
    gettext_noop("The head was turned up to {angle_deg}° away from where it usually points, for {duration_s} s."),
    gettext_noop("The eyes looked up to {angle_deg}° away from where they usually look, for {duration_s} s."),
    gettext_noop("The candidate's face was not in the picture for {duration_s} s."),
    gettext_noop("Up to {faces} faces were in the picture at once, for {duration_s} s."),
    gettext_noop(
        "Behind the person, about {percent} % was different from before, for at least {duration_s} s. Another place, "
        "a virtual background and a camera that was turned look alike here."
    ),
    gettext_noop(
        "The picture changed from one moment to the next at {time}: about {percent} % was new. A pause of the "
        "recording, another camera and a shared screen look alike here."
    ),
    gettext_noop(
        "The picture did not change for {duration_s} s while the recording went on. A camera or a connection that "
        "stalls looks like this."
    ),
    gettext_noop(
        "Experimental: for {duration_s} s the picture around the face looked more like a screen or a print than like "
        "a person before the camera. Light, blur and virtual backgrounds can look like this too."
    ),
    gettext_noop(
        "For {duration_s} s the face was too small, blurred, dark, bright or turned away to be read; nothing was "
        "concluded from it."
    ),
    gettext_noop("A pause of {duration_s} s while speaking; pauses of this person usually last {usual_s} s."),
    gettext_noop("Within {duration_s} s there were {count} fillers or restarts: {words}."),
    gettext_noop(
        "While saying {quote}, words that a dictionary lists as mostly {tone}, the face showed more of the "
        "expression {expression} than is usual for this person: {percent} % against {baseline_percent} %."
    ),
    gettext_noop(
        "While saying {quote}, words that a language model reads as mostly {tone}, the face showed more of the "
        "expression {expression} than is usual for this person: {percent} % against {baseline_percent} %."
    ),
    gettext_noop(
        "For {duration_s} s speech went on with hardly a pause while the eyes went to and fro {count} times, as "
        "along lines of text. Notes, a second screen and a habit of the eyes can be alike here."
    ),
    gettext_noop(
        "For {duration_s} s a voice was heard that differs from the one heard most in this recording. Another "
        "person, a loudspeaker, laughing and speaking in another manner can be alike here."
    ),
    gettext_noop(
        "For {duration_s} s speech came from another side of the sound than usual in this recording. Another "
        "microphone, another person and a head that turned can be alike here."
    ),
    gettext_noop(
        "For {duration_s} s speech was heard while the mouth in the picture hardly moved. Another person, a "
        "loudspeaker, sound that lags behind the picture and a hand before the mouth are alike here."
    ),
    gettext_noop("For {duration_s} s the sound {fault}; what was said there may be wrong or missing."),
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


def voices_label() -> str:
    """Return the name of what tells another voice from the one heard most."""
    return str(_("other voices"))


def region_label(region: str) -> str:
    """Return the name of a part of the face."""
    return str(_REGIONS.get(region, region))


def regions_tell(expression: str) -> str:
    """Return the sentence on what an explanation of this expression says."""
    return str(_REGIONS_TELL).format(expression=expression_label(expression))


def regions_in_words(regions: Mapping[str, float]) -> str:
    """Return the parts of the face with their shares, the greatest first: what the picture shows, in words."""
    return ", ".join(f"{region_label(name)} {percent} %" for name, percent in region_percents(regions))


def region_percents(regions: Mapping[str, float]) -> list[tuple[str, int]]:
    """Return parts of the face with whole percents that add up to 100, the greatest first, what is left last.

    By the largest remainder: rounded one by one they would add up to 99 or 101.
    """
    whole = {name: math.floor(100 * share) for name, share in regions.items()}
    short = 100 - sum(whole.values())
    for name in sorted(regions, key=lambda name: whole[name] - 100 * regions[name])[: max(short, 0)]:
        whole[name] += 1
    named = sorted((name for name in regions if name != ELSEWHERE), key=lambda name: (-whole[name], name))
    return [(name, whole[name]) for name in [*named, ELSEWHERE] if name in whole]


def signal_label(signal: str) -> str:
    """Return the name of what a piece of evidence measured."""
    return str(_EXPRESSIONS.get(signal) or _SIGNALS.get(signal) or signal.replace("_", " "))


def _value_label(name: str, value: Any) -> Any:
    """Return a value as a sentence shows it: words in the reader's language, numbers as they are."""
    if name == "movements":
        return ", ".join(str(_MOVEMENTS.get(part, part)) for part in str(value).split(", "))
    if name in ("fault", "tone"):
        return str({**_FAULTS, **_TONES}.get(str(value), value))
    return expression_label(value) if isinstance(value, str) and value in _EXPRESSIONS else value


def moment_sentence(moment: Worded) -> str:
    """Return the moment's sentence in the reader's language."""
    words = {name: _value_label(name, value) for name, value in moment.values.items()}
    try:
        return gettext(moment.sentence).format_map(words)
    except (KeyError, IndexError, ValueError):
        return moment.sentence


def word_text(word: Mapping[str, Any]) -> str:
    """Return a word as a transcript shows it: its text, or that somebody spoke and was not understood."""
    return gettext("[not understood]") if word["mark"] == UNCLEAR else str(word["text"])
