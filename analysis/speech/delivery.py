"""How someone speaks, compared with how they typically speak in this recording: rate and movement of the pitch.

Rate is that of syllables, detected as peaks of loudness that have a pitch (after de Jong and Wempe 2009, Behavior
Research Methods 41(2)): it needs no words and no language. Movement is the mean step of the pitch from one 32 ms to
the next, a coarse relative of jitter, which is measured from one cycle of the voice to the next and needs a studio.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from analysis.speech.sound import Sound
from analysis.speech.voice_activity import SPEAKING, STEP_MS
from analysis.speech.windows import sum_around

# A syllable rises by this much above what is around it, and lasts at least this long.
_PROMINENCE_LU = 2.0
_SHORTEST_STEPS = 100 // STEP_MS
_RATE_STEPS, _MOVE_STEPS = 5000 // STEP_MS, 2000 // STEP_MS
# A rate from less speech, or a movement from fewer steps, means nothing.
_LEAST_SPEECH, _LEAST_STEPS = 1000 // STEP_MS, 320 // STEP_MS
# A step of more than this is another sound or an octave error.
_LARGEST_STEP = 0.25


def syllables(sound: Sound) -> NDArray[np.intp]:
    """The steps in which a syllable is loudest; none if the voice was not to be measured."""
    peaks, _ = find_peaks(sound.level, prominence=_PROMINENCE_LU, distance=_SHORTEST_STEPS)
    voiced = np.convolve(~np.isnan(sound.pitch_hz), np.ones(3), mode="same") > 0 if len(sound) else np.zeros(0)
    return np.asarray([peak for peak in peaks if voiced[peak] and sound.speech[peak] >= SPEAKING], np.intp)


def speech_rate(sound: Sound) -> NDArray[np.float32]:
    """(F,) syllables in a second of speech within 5 s; NaN outside speech and where there is less than a second."""
    speaking = sound.speech >= SPEAKING
    nuclei = np.zeros(len(sound))
    nuclei[syllables(sound)] = 1
    spoken = sum_around(speaking.astype(np.float64), _RATE_STEPS // 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = sum_around(nuclei * speaking, _RATE_STEPS // 2) / (spoken * STEP_MS / 1000)
    known = speaking & (spoken >= _LEAST_SPEECH) & (not np.isnan(sound.pitch_hz).all())
    return np.where(known, rate, np.nan).astype(np.float32)


def pitch_movement(sound: Sound) -> NDArray[np.float32]:
    """(F,) the mean change of pitch from step to step within 2 s, in percent; NaN where no voice has a pitch."""
    pitch = sound.pitch_hz
    if len(pitch) < 2:
        return np.full(len(pitch), np.nan, np.float32)
    step = np.abs(np.diff(pitch)) / pitch[:-1]
    usable = np.append(np.nan_to_num(step, nan=np.inf) <= _LARGEST_STEP, False)
    total = sum_around(np.where(usable, np.append(np.nan_to_num(step), 0), 0), _MOVE_STEPS // 2)
    number = sum_around(usable.astype(np.float64), _MOVE_STEPS // 2)
    known = ~np.isnan(pitch) & (number >= _LEAST_STEPS)
    return np.where(known, 100 * total / np.maximum(number, 1), np.nan).astype(np.float32)


def usual(sound: Sound) -> Mapping[str, float]:
    """The quartiles of this recording's voice, by line and quartile: {"loudness_low": -31.2, "loudness_middle": …}.

    Over speech alone; empty if there is none, or if the voice was not to be measured.
    """
    speaking = sound.speech >= SPEAKING
    if np.isnan(sound.pitch_hz).all():
        return {}
    values = {
        "loudness": np.where(speaking, sound.loudness, np.nan),
        "pitch_hz": sound.pitch_hz,
        "speech_rate": speech_rate(sound),
        "pitch_movement": pitch_movement(sound),
    }
    return {
        f"{name}_{part}": round(float(value), 2)
        for name, line in values.items()
        if not np.isnan(line).all()
        for part, value in zip(("low", "middle", "high"), np.nanpercentile(line, (25, 50, 75)), strict=True)
    }
