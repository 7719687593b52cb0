"""What evidence measures, other than the probability of an expression."""

from __future__ import annotations

from collections.abc import Mapping

from analysis.catalogue.kind import Signal, Unit
from analysis.text import gettext_noop as _
from analysis.types import EXPRESSIONS

_OF_THE_FACE = {
    "expression_held": Signal(_("time with the same expression"), Unit.SECONDS),
    "head_yaw_deg": Signal(_("head turned sideways"), Unit.DEGREES),
    "head_pitch_deg": Signal(_("head turned up or down"), Unit.DEGREES),
    "gaze_yaw_deg": Signal(_("eyes turned sideways"), Unit.DEGREES),
    "gaze_pitch_deg": Signal(_("eyes turned up or down"), Unit.DEGREES),
    "asymmetry": Signal(_("difference between left and right"), Unit.SHARE),
    "brow_lower": Signal(_("brow lowered"), Unit.SHARE),
    "lid_tighten": Signal(_("eyelids tightened"), Unit.SHARE),
    "lip_press": Signal(_("lips pressed together"), Unit.SHARE),
    "chin_raise": Signal(_("chin raised"), Unit.SHARE),
    "eyes_closed": Signal(_("how far the eyes were closed"), Unit.SHARE),
    "closure": Signal(_("time with eyes closed"), Unit.MILLISECONDS),
    "blink_rate": Signal(_("blink rate"), Unit.PER_MINUTE),
    "gaze_returns": Signal(_("returns of the eyes, as if to the next line"), Unit.COUNT),
    "mouth_movement": Signal(_("movement of lips and jaw"), Unit.PER_SECOND),
}
_OF_THE_PICTURE = {
    "faces": Signal(_("faces in the picture"), Unit.COUNT),
    "face_away": Signal(_("time without the candidate's face"), Unit.SECONDS),
    "quality": Signal(_("picture quality of the face"), Unit.SHARE),
    "live": Signal(_("how much it looks like a live face"), Unit.SHARE),
    "scene_change": Signal(_("share of the picture that is new"), Unit.SHARE),
    "motion": Signal(_("change from frame to frame"), Unit.GRAY_LEVELS),
    "still_picture": Signal(_("time without any change"), Unit.MILLISECONDS),
    "background_change": Signal(_("share of the background that changed"), Unit.SHARE),
    "other_background": Signal(_("time with a different background"), Unit.MILLISECONDS),
}
_OF_THE_SOUND = {
    "pause": Signal(_("length of the pause"), Unit.SECONDS),
    "fillers": Signal(_("fillers and restarts"), Unit.PER_10_SECONDS),
    "sentiment": Signal(_("tone of the words (dictionary)"), Unit.TONE),
    "sentiment_model": Signal(_("tone of the words (language model)"), Unit.TONE),
    "speech_share": Signal(_("share of time filled with speech"), Unit.PERCENT),
    "voice_likeness": Signal(_("similarity to the main voice"), Unit.LIKENESS),
    "channel_balance": Signal(_("left channel louder than right by"), Unit.DECIBELS),
    "silent_sound": Signal(_("time without any sound"), Unit.SECONDS),
    "clipped": Signal(_("share of time at full scale"), Unit.PERCENT),
    "loudness": Signal(_("loudness"), Unit.LUFS),
    "above_noise": Signal(_("louder than the background noise by"), Unit.LOUDNESS_UNITS),
}

#: Every signal, by the name that evidence uses for it.
SIGNALS: Mapping[str, Signal] = {
    **_OF_THE_FACE,
    **_OF_THE_PICTURE,
    **_OF_THE_SOUND,
    **{name: Signal(name, Unit.PROBABILITY) for name in EXPRESSIONS},
}
