"""`second_voice`: speech by a voice other than the one heard most, or from another side of the stereo sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.sound import SecondVoiceConfig
from analysis.moments.audio_steps import long_stretches, span_of
from analysis.moments.kinds.hard_to_hear import above_noise
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import SPEAKING, STEP_MS
from analysis.types import Evidence, Moment, MomentKind, Span

# Two stretches of the same kind with a gap shorter than this are one.
_CLOSE_GAP_MS = 1000
# With less of it, what is typical is not known.
_LEAST_MS = 8000
# The typical likeness is at least this far above the bound, or several voices share the recording.
_LEAST_AHEAD = 0.05
# A moment from another side is an echo; the balance of speech is that of the half second around.
_BALANCE_STEPS = 16


def find(reading: Reading, config: SecondVoiceConfig) -> list[Moment]:
    said = reading.heard
    if said.sound is None or not len(said.sound):
        return []
    found = _by_likeness(said.sound, config) + _by_side(said.sound, config)
    return farthest_of_each_minute(found, config.max_per_min)


def _by_likeness(sound: Sound, config: SecondVoiceConfig) -> list[Moment]:
    known = ~np.isnan(sound.own_voice)
    if known.sum() * STEP_MS < _LEAST_MS:
        return []
    with np.errstate(invalid="ignore"):  # what is not known compares as no
        in_noise = above_noise(sound) < config.noise_lu
        other = (sound.own_voice < config.max_likeness) & ~in_noise
    usual = round(float(np.median(sound.own_voice[known])), 2)
    if usual < config.max_likeness + _LEAST_AHEAD:
        return []  # no voice is heard most
    found = []
    for first, last in long_stretches(other, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS):
        span, part = span_of(first, last), slice(first, last + 1)
        value = round(float(np.nanmedian(sound.own_voice[part])), 2)
        evidence = Evidence("voice_likeness", span, value, usual, config.max_likeness)
        found.append(_moment("voice", span, evidence, (usual - value) / (usual - config.max_likeness)))
    return found


def _by_side(sound: Sound, config: SecondVoiceConfig) -> list[Moment]:
    speaking = (sound.speech >= SPEAKING) & ~np.isnan(sound.balance_db)
    if speaking.sum() * STEP_MS < _LEAST_MS:
        return []
    at = np.flatnonzero(speaking)
    balance = np.full(len(sound), np.nan)
    balance[at] = _medians(sound.balance_db[at])
    usual = round(float(np.median(sound.balance_db[at])), 1)
    with np.errstate(invalid="ignore"):
        aside = np.abs(balance - usual) >= config.min_side_db
    found = []
    for first, last in long_stretches(aside, min_ms=config.min_ms, close_gap_ms=_CLOSE_GAP_MS):
        span, part = span_of(first, last), slice(first, last + 1)
        value = round(float(np.nanmedian(balance[part])), 1)
        bound = usual + (config.min_side_db if value > usual else -config.min_side_db)
        evidence = Evidence("channel_balance", span, value, usual, round(bound, 1))
        found.append(_moment("side", span, evidence, abs(value - usual) / config.min_side_db))
    return found


def _medians(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n,) -> (n,) the median of the _BALANCE_STEPS around each."""
    padded = np.pad(values, (_BALANCE_STEPS // 2, _BALANCE_STEPS - 1 - _BALANCE_STEPS // 2), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, _BALANCE_STEPS)
    return np.asarray(np.median(around, axis=1), np.float32)


def _moment(sentence: str, span: Span, evidence: Evidence, distance: float) -> Moment:
    return Moment(
        kind=MomentKind.SECOND_VOICE,
        span=span,
        peak_ms=span.start_ms,
        sentence=sentence,
        values={"duration_s": span.duration_s},
        evidence=(evidence,),
        distance=round(distance, 2),
    )
