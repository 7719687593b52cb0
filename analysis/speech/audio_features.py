"""Analyzes sound: speech, loudness, pitch, whose voice it is, and how well a recording can be heard.

One pass over 16 kHz samples as they arrive; what is kept is 30 bytes for each 32 ms, so an hour takes 3.4 MB, and
another 4.6 MB while voices are compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pyloudnorm
from numpy.typing import NDArray
from scipy.signal import lfilter
from swift_f0 import SwiftF0

from analysis.progress import Heartbeat
from analysis.speech.chunking import RATE
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP, VoiceActivity
from analysis.video.decode import mixed

if TYPE_CHECKING:
    from analysis.speech.voices import Voices

# ITU-R BS.1770-4 and EBU R 128: loudness of a mean square, its blocks, and its two gates.
_OFFSET_LU = -0.691
_FLOOR_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_BLOCK = RATE // 10  # blocks of 400 ms that overlap by 75 % are four of these
_BLOCKS = 4
# Momentary loudness is that of the 400 ms around a step.
_MOMENTARY_STEPS = 13
# Range of a voice's pitch: from a low man's to an excited child's.
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 600.0
_VOICED = 0.5
# Samples this near to full scale, three in a row, are clipped.
_FULL_SCALE = 32_600
# Two channels are compared where one is louder than this, and their difference is capped at this.
_COMPARED_DB, _FARTHEST_DB = -60.0, 60.0


def listen(pieces: Iterable[NDArray[np.int16]], beat: Heartbeat, *, voice: bool) -> Sound:
    """(n,) or (n, channels) samples at 16 kHz -> what they sound like. voice: whether it may itself be measured."""
    listener = _Listener(voice=voice)
    for piece in pieces:
        listener.push(piece)
        beat.again()
    return listener.finish()


class _Listener:
    def __init__(self, *, voice: bool) -> None:
        self._activity = VoiceActivity()
        self._weighting = _KWeighting()
        self._pitch = SwiftF0(threads=1, spin=False).stream(_LOWEST_HZ, _HIGHEST_HZ) if voice else None
        self._voices = _voices() if voice else None
        self._rest: NDArray[np.int16] | None = None
        self._heard = 0
        self._speech: list[NDArray[np.float32]] = []
        self._pitched: list[NDArray[np.float32]] = []
        self._power: list[NDArray[np.float64]] = []
        self._clipped: list[NDArray[np.bool_]] = []
        self._silent: list[NDArray[np.bool_]] = []
        self._balance: list[NDArray[np.float32]] = []
        self._blocks = _Blocks()

    def push(self, samples: NDArray[np.int16]) -> None:
        sides = samples.reshape(len(samples), -1)
        self._heard += len(sides)
        waiting = sides if self._rest is None else np.concatenate([self._rest, sides])
        whole = len(waiting) // STEP * STEP
        self._rest = waiting[whole:]
        if whole:
            self._steps(waiting[:whole])

    def finish(self) -> Sound:
        if self._rest is not None and len(self._rest):
            self._steps(np.pad(self._rest, ((0, STEP - len(self._rest)), (0, 0))))
        power = np.concatenate([np.zeros(0), *self._power])
        count = len(power)
        return Sound(
            speech=np.concatenate([np.zeros(0, np.float32), *self._speech]),
            loudness=_momentary(power),
            level=np.maximum(_lufs(power), _FLOOR_LUFS).astype(np.float32),
            pitch_hz=self._all_pitch(count),
            clipped=np.concatenate([np.zeros(0, np.bool_), *self._clipped]),
            silent=np.concatenate([np.zeros(0, np.bool_), *self._silent]),
            balance_db=np.concatenate([np.zeros(0, np.float32), *self._balance]),
            own_voice=self._voices.likeness(count) if self._voices else np.full(count, np.nan, np.float32),
            integrated_lufs=self._blocks.integrated(),
        )

    def _steps(self, sides: NDArray[np.int16]) -> None:
        samples = mixed(sides)
        sound = np.asarray(samples / np.float32(32_768), np.float32)
        self._speech.append(self._activity.push(sound))
        listens = self._pitch is not None  # whether the voice itself is analyzed
        self._balance.append(_balance_db(sides) if listens else np.full(len(sides) // STEP, np.nan, np.float32))
        weighted = self._weighting.push(sound)
        self._power.append(np.mean(weighted.reshape(-1, STEP) ** 2, axis=1))
        self._blocks.push(weighted)
        frames = samples.reshape(-1, STEP)
        full = np.abs(frames.astype(np.int32)) >= _FULL_SCALE
        in_a_row = full[:, 2:] & full[:, 1:-1] & full[:, :-2]
        self._clipped.append(np.asarray(in_a_row.any(axis=1)))
        self._silent.append(np.asarray(~frames.any(axis=1)))
        if self._pitch is not None:
            self._pitched.append(_voiced(self._pitch.push(sound, RATE)))
        if self._voices is not None:
            self._voices.push(sound, self._speech[-1])

    def _all_pitch(self, count: int) -> NDArray[np.float32]:
        """(count,) from two frames of 16 ms each: the mean of those that have a pitch."""
        if self._pitch is None:
            return np.full(count, np.nan, np.float32)
        if self._heard:
            self._pitched.append(_voiced(self._pitch.flush()))
        found = np.concatenate([np.zeros(0, np.float32), *self._pitched])
        pairs = np.pad(found, (0, max(0, 2 * count - len(found))), constant_values=np.nan)[: 2 * count].reshape(-1, 2)
        number = (~np.isnan(pairs)).sum(axis=1)
        total = np.nan_to_num(pairs).sum(axis=1)
        return np.where(number > 0, total / np.maximum(number, 1), np.nan).astype(np.float32)


def _voices() -> Voices | None:
    """None if the weights are not installed: then nothing is said about another voice."""
    from analysis.speech.voices import Voices  # here, because it loads torch

    try:
        return Voices()
    except FileNotFoundError:
        return None


def _balance_db(sides: NDArray[np.int16]) -> NDArray[np.float32]:
    """(n * STEP, channels) -> (n,) how much louder left is than right."""
    count = len(sides) // STEP
    if sides.shape[1] == 1:
        return np.full(count, np.nan, np.float32)
    power = (sides.reshape(count, STEP, -1).astype(np.float64) / 32_768) ** 2
    with np.errstate(divide="ignore"):
        left, right = np.maximum(10 * np.log10(power.mean(axis=1)), _COMPARED_DB - _FARTHEST_DB).T
    balance = (left - right).clip(-_FARTHEST_DB, _FARTHEST_DB)
    return np.where(np.maximum(left, right) >= _COMPARED_DB, balance, np.nan).astype(np.float32)


def _voiced(found: object) -> NDArray[np.float32]:
    pitch_hz, confidence = found.pitch_hz, found.confidence  # type: ignore[attr-defined]
    return np.where(confidence >= _VOICED, pitch_hz, np.nan).astype(np.float32)


class _KWeighting:
    """The two filters of BS.1770, for this rate, over consecutive pieces."""

    def __init__(self) -> None:
        filters = pyloudnorm.Meter(RATE)._filters.values()
        self._filters = [(each.b, each.a, np.zeros(max(len(each.a), len(each.b)) - 1)) for each in filters]

    def push(self, sound: NDArray[np.float32]) -> NDArray[np.float64]:
        weighted = sound.astype(np.float64)
        for number, (b, a, state) in enumerate(self._filters):
            weighted, state = lfilter(b, a, weighted, zi=state)
            self._filters[number] = (b, a, state)
        return np.asarray(weighted)


class _Blocks:
    """Mean squares of 100 ms each, for the loudness of the whole."""

    def __init__(self) -> None:
        self._rest = np.zeros(0)
        self._means: list[NDArray[np.float64]] = []

    def push(self, weighted: NDArray[np.float64]) -> None:
        waiting = np.concatenate([self._rest, weighted])
        whole = len(waiting) // _BLOCK * _BLOCK
        self._rest = waiting[whole:]
        if whole:
            self._means.append(np.mean(waiting[:whole].reshape(-1, _BLOCK) ** 2, axis=1))

    def integrated(self) -> float:
        """LUFS, gated at -70 and then at 10 below what is left."""
        means = np.concatenate([np.zeros(0), *self._means])
        if len(means) < _BLOCKS:
            return _FLOOR_LUFS
        blocks = np.convolve(means, np.full(_BLOCKS, 1 / _BLOCKS), mode="valid")
        loud = blocks[_lufs(blocks) > _FLOOR_LUFS]
        if not len(loud):
            return _FLOOR_LUFS
        gate = float(_lufs(np.array([loud.mean()]))[0]) + _RELATIVE_GATE_LU
        kept = loud[_lufs(loud) > gate]
        return round(float(_lufs(np.array([kept.mean()]))[0]), 2)


def _lufs(mean_square: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore"):
        return np.asarray(_OFFSET_LU + 10 * np.log10(mean_square))


def _momentary(power: NDArray[np.float64]) -> NDArray[np.float32]:
    if not len(power):
        return np.zeros(0, np.float32)
    window = np.ones(min(_MOMENTARY_STEPS, len(power)))
    total = np.convolve(power, window, mode="same")[: len(power)]
    number = np.convolve(np.ones(len(power)), window, mode="same")[: len(power)]
    return np.maximum(_lufs(total / number), _FLOOR_LUFS).astype(np.float32)
