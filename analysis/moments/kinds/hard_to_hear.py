"""`hard_to_hear`: the sound is too poor to rely on, so nothing is concluded from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.sound import HardToHearConfig
from analysis.moments.audio_steps import long_stretches, span_of
from analysis.moments.reading import Reading
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import SPEAKING, STEP_MS
from analysis.speech.windows import mean_around, sum_around
from analysis.types import Evidence, Moment, MomentKind

_SECOND = 1000 // STEP_MS
# Two stretches of the same fault with a gap shorter than this are one.
_CLOSE_GAP_MS = 1500
# How far around a step the noise next to the speech is searched for, how near to speech is too near, and how much of
# it is enough.
_NOISE_STEPS = 15_000 // STEP_MS
_NEAR_STEPS = 200 // STEP_MS
_FEW_STEPS = _SECOND

# What can be wrong, by sentence code, in order of precedence.
SILENT, CLIPPED, QUIET, NOISY = "silent", "clipped", "quiet", "noisy"


def find(reading: Reading, config: HardToHearConfig) -> list[Moment]:
    said = reading.heard
    if said.sound is None or not len(said.sound):
        return []
    sound, taken, found = said.sound, np.zeros(len(said.sound), np.bool_), []
    for fault, mask in _faults(sound, config).items():
        for first, last in long_stretches(mask & ~taken, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS):
            taken[first : last + 1] = True
            found.append(_moment(sound, fault, first, last, config))
    return found


def _faults(sound: Sound, config: HardToHearConfig) -> dict[str, NDArray[np.bool_]]:
    speaking = sound.speech >= SPEAKING
    share = mean_around(sound.clipped.astype(np.float64), _SECOND)
    with np.errstate(invalid="ignore"):  # unknown noise compares as no
        noisy = speaking & (above_noise(sound) < config.noise_lu)
    return {
        SILENT: sound.silent,
        CLIPPED: share >= config.clipped_share,
        QUIET: speaking & (sound.loudness < config.quiet_lufs),
        NOISY: noisy,
    }


def above_noise(sound: Sound) -> NDArray[np.float64]:
    """(F,) how much louder the second around a step is than the noise, in LU; NaN if that is not known."""
    # of power: a mean of decibels would count pauses
    power = mean_around(10 ** (sound.level.astype(np.float64) / 10), _SECOND)
    return np.asarray(10 * np.log10(power) - noise_around(sound))


def noise_around(sound: Sound) -> NDArray[np.float64]:
    """(F,) LUFS of what is heard within 15 s while no one speaks; NaN if that is less than a second."""
    near_speech = sum_around((sound.speech >= SPEAKING).astype(np.float64), _NEAR_STEPS) > 0
    between = ~near_speech & ~sound.silent
    power = np.where(between, 10 ** (sound.level.astype(np.float64) / 10), 0)
    number = sum_around(between.astype(np.float64), _NOISE_STEPS)
    total = sum_around(power, _NOISE_STEPS)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(number >= _FEW_STEPS, 10 * np.log10(total / number), np.nan)


def _moment(sound: Sound, fault: str, first: int, last: int, config: HardToHearConfig) -> Moment:
    span = span_of(first, last)
    part = slice(first, last + 1)
    usual = sound.integrated_lufs
    loudness = round(float(np.median(sound.loudness[part])), 1)
    clipped = round(100 * float(sound.clipped[part].mean()), 1)
    evidence = {
        SILENT: Evidence("silent_sound", span, span.duration_ms / 1000, 0.0, config.min_ms / 1000),
        CLIPPED: Evidence(
            "clipped", span, clipped, round(100 * float(sound.clipped.mean()), 1), 100 * config.clipped_share
        ),
        QUIET: Evidence("loudness", span, loudness, usual, config.quiet_lufs),
        NOISY: Evidence("above_noise", span, *_above_noise(sound, part), config.noise_lu),
    }[fault]
    return Moment(
        kind=MomentKind.HARD_TO_HEAR,
        span=span,
        peak_ms=span.start_ms,
        sentence=fault,
        values={"duration_s": span.duration_s},
        evidence=(evidence,),
        distance=round(span.duration_ms / config.min_ms, 2),
    )


def _above_noise(sound: Sound, part: slice) -> tuple[float, float]:
    """The medians over this part and over all speech."""
    known = ~np.isnan(above := above_noise(sound)) & (sound.speech >= SPEAKING)
    inside = above[part][known[part]]
    return round(float(np.median(inside)) if len(inside) else 0.0, 1), round(
        float(np.median(above[known])) if known.any() else 0.0, 1
    )
