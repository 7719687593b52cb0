"""Sounds for tests: a voice that is made of tones, noise, silence, and recordings as 16 kHz mono."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from analysis.progress import Heartbeat
from analysis.speech.chunking import RATE
from analysis.speech.said import Said
from analysis.speech.sound import Sound
from analysis.speech.voice_activity import STEP_MS
from analysis.types import Span, Transcript, Word

QUIET = Heartbeat(lambda progress: None)


def samples(path: Path) -> NDArray[np.int16]:
    """(N,) the sound of a file at 16 kHz, its channels mixed."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        parts = [p.to_ndarray()[0] for f in container.decode(audio=0) for p in resampler.resample(f)]
    return np.concatenate(parts)


def silence(seconds: float) -> NDArray[np.int16]:
    return np.zeros(int(seconds * RATE), np.int16)


def noise(seconds: float, level_db: float, seed: int = 0) -> NDArray[np.int16]:
    """White noise; level_db: its root mean square against full scale."""
    loud = 32_768 * 10 ** (level_db / 20)
    return np.random.default_rng(seed).normal(0, loud, int(seconds * RATE)).clip(-32_768, 32_767).astype(np.int16)


def tone(seconds: float, hz: float, level_db: float = -20) -> NDArray[np.int16]:
    """A voice-like tone: ten harmonics that fall off."""
    t = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * hz * k * t) / k for k in range(1, 11))
    return (wave * 32_768 * 10 ** (level_db / 20) / 2).clip(-32_768, 32_767).astype(np.int16)


def chords(seconds: float) -> NDArray[np.int16]:
    """Music: a chord in each half second, struck and fading, as of a piano."""
    t_s = np.arange(int(seconds * RATE)) / RATE
    beat, since_s = (t_s // 0.5).astype(int), t_s % 0.5
    roots = np.array([261.6, 220.0, 174.6, 196.0])[beat // 4 % 4]
    notes = sum(np.sin(2 * np.pi * roots * ratio * k * t_s) / k**2 for ratio in (1, 1.26, 1.5) for k in (1, 2, 3, 4))
    return (3000 * notes * np.exp(-4 * since_s)).clip(-32_768, 32_767).astype(np.int16)


def in_pieces(sound: NDArray[np.int16], at_most: int = RATE) -> list[NDArray[np.int16]]:
    return [sound[start : start + at_most] for start in range(0, len(sound), at_most)]


def heard(seconds: float, *speech: tuple[float, float], loudness: float = -25.0, noise_lufs: float = -60.0) -> Sound:
    """What `listen` would say of speech between these seconds."""
    count = int(seconds * 1000) // STEP_MS
    speaking = np.zeros(count, np.bool_)
    for start_s, end_s in speech:
        speaking[int(start_s * 1000) // STEP_MS : int(end_s * 1000) // STEP_MS] = True
    level = np.where(speaking, loudness, noise_lufs).astype(np.float32)
    return Sound(
        speech=np.where(speaking, 0.95, 0.02).astype(np.float32),
        loudness=level.copy(),
        level=level.copy(),
        pitch_hz=np.where(speaking, 120.0, np.nan).astype(np.float32),
        clipped=np.zeros(count, np.bool_),
        silent=np.zeros(count, np.bool_),
        balance_db=np.full(count, np.nan, np.float32),
        own_voice=np.full(count, np.nan, np.float32),
        integrated_lufs=loudness,
    )


def words(text: str, start_ms: int = 0, each_ms: int = 300, gap_ms: int = 50) -> tuple[Word, ...]:
    """The words of a text, one after another."""
    return tuple(
        Word(Span(start_ms + i * (each_ms + gap_ms), start_ms + i * (each_ms + gap_ms) + each_ms), word, 0.9)
        for i, word in enumerate(text.split())
    )


def said(sound: Sound | None = None, spoken: tuple[Word, ...] = (), language: str = "en") -> Said:
    from analysis.speech.said import understood

    return understood(Transcript(spoken, "uploaded", language), sound)


def with_sound(path: Path, sound: NDArray[np.int16], *, layout: str = "mono", rate: int = RATE) -> Path:
    """A video of grey pictures with this sound in every channel of the layout, resampled to `rate`."""
    seconds = len(sound) / RATE
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream("pcm_s16le", rate=rate)
        audio.layout = layout
        grey = np.full((48, 64, 3), 120, np.uint8)
        for number in range(int(seconds * 25)):
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        resampler = av.AudioResampler(format="s16", layout=layout, rate=rate)
        whole = av.AudioFrame.from_ndarray(sound[None], format="s16", layout="mono")
        whole.sample_rate = RATE
        for piece in [*resampler.resample(whole), *resampler.resample(None)]:
            container.mux(audio.encode(piece))
        container.mux(audio.encode(None))
    return path
