"""Colors, dashes and lanes shared by every part of a figure."""

from __future__ import annotations

from django.utils.translation import gettext as _

#: The colors of static/css/base.css, which a figure cannot read: a test keeps the two equal.
COLORS: dict[str, dict[str, str]] = {
    "light": {
        "ink": "#1b2530", "ink-2": "#4a5866", "ink-3": "#647282", "edge": "#d5dbe2", "surface": "#ffffff",
        "accent": "#1d4ed8", "warn": "#8a4b08",
        "angry": "#b3261e", "disgust": "#5d7a1f", "fear": "#8a3fa0", "happy": "#b97a00", "sad": "#1f6fb5",
        "surprise": "#6c48d0", "neutral": "#6b7785",
    },
    "dark": {
        "ink": "#e7ecf1", "ink-2": "#b3bfca", "ink-3": "#93a1af", "edge": "#2e3843", "surface": "#181f27",
        "accent": "#8fb1ff", "warn": "#f2b96b",
        "angry": "#ff8a80", "disgust": "#b6d36b", "fear": "#d99be8", "happy": "#f0b94a", "sad": "#7fb8ee",
        "surprise": "#b9a2ff", "neutral": "#9fabb8",
    },
}  # fmt: skip
#: Lines are distinguished by dash as well as by color.
DASHES = {
    "angry": "4px,2px", "disgust": "2px,2px", "fear": "6px,2px,1px,2px", "happy": "solid", "sad": "7px,2px",
    "surprise": "11px,2px", "neutral": "solid",
}  # fmt: skip
#: The lines of the lane "head", in degrees, and their dashes.
HEAD_DASHES = {"head_yaw_deg": "solid", "head_pitch_deg": "4px,2px", "gaze_yaw_deg": "2px,2px"}
#: Ends of the lanes "loudness", in LUFS, and "pitch_hz", in Hz: values beyond them are drawn at the edge.
SOUND_ENDS = {"loudness": (-60, 0), "pitch_hz": (60, 400), "speech_rate": (0, 8), "pitch_movement": (0, 15)}
#: The lane's upper and lower end; larger angles are drawn at the edge.
HEAD_DEG = 60
#: Lanes from top to bottom: name, share of the height, plotly's axis number. Axis 1 spans them all, for the gaps.
LANES = (
    *(("expression", 10.0, 2), ("shown_most", 0.8, 3), ("moments", 1.2, 6), ("head", 2.6, 7), ("lids", 1.2, 8)),
    *(("voice", 2.2, 4), ("speech", 0.9, 5), ("loudness", 1.6, 9), ("pitch_hz", 2.0, 10)),
    *(("speech_rate", 1.6, 11), ("pitch_movement", 1.6, 12)),
)


def lane_label(lane: str) -> str:
    """Return the label next to a lane."""
    labels = {
        "expression": _("Expression"),
        "shown_most": _("Shown most"),
        "head": _("Head, gaze"),
        "lids": _("Eyes closed"),
        "voice": _("Sound"),
        "loudness": _("Loudness"),
        "pitch_hz": _("Pitch"),
        "speech_rate": _("Syllables"),
        "pitch_movement": _("Pitch moves"),
        "speech": _("Speech"),
        "moments": _("Moments"),
    }
    return labels[lane]
