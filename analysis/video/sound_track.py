"""Inside the child: the sound of a file at 16 kHz, each sample where the container's clock places it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from analysis.config import VideoLimits
from analysis.types import BadVideo
from analysis.video.channel import ChildEnd
from analysis.video.container import Opened, opened, too_long
from analysis.video.timeline import Packets

AUDIO_RATE = 16_000
# A greater deviation than this is a hole or an overlap. A smaller one is the jitter of coarse container clocks, or a
# sound card whose rate is not what the file says: its mean over a second is corrected once it is a third of a frame.
_FAR = AUDIO_RATE // 20
_NEAR = AUDIO_RATE // 100
_SETTLED = AUDIO_RATE
# A clock that steps back further than this has restarted: what comes then follows what was before.
_BEGUN_ANEW = 2 * AUDIO_RATE


def audio(end: ChildEnd, job: dict[str, Any], limits: VideoLimits) -> None:
    """`audio` messages with 16 kHz 16-bit samples, one channel or two side by side, from media time 0 on.

    Without gaps: missing sound becomes silence. If sound was recorded a little too fast or too slow for the file's
    clock, up to 10 ms at a time are added or dropped, so that it never lags behind the picture by a frame.
    """
    with opened(job, limits) as source:
        if source.audio is None:
            return
        channels = 1 if source.audio.codec_context.layout.nb_channels == 1 else 2
        placed, heard = Placed(), 0
        longest = limits.max_duration_ms * AUDIO_RATE // 1000
        for pts_ms, samples in _resampled(source, channels):
            missing = placed.behind(pts_ms)
            if missing > limits.max_gap_ms * AUDIO_RATE // 1000 or pts_ms > limits.max_duration_ms:
                raise BadVideo("damaged", "The sound has a hole that is longer than is allowed.")
            # Counted, not taken from the clock: one that does not advance would make days out of a few kilobytes.
            heard += len(samples)
            if max(heard, placed.written + max(missing, 0) + len(samples)) > longest:
                raise too_long(limits)
            sound = placed.add(pts_ms, samples)
            for piece in np.array_split(sound, -(-sound.nbytes // job["slot_bytes"]) or 1):
                if len(piece):
                    end.write([np.ascontiguousarray(piece).data.cast("B")], {"type": "audio", "channels": channels})


class Placed:
    """Keeps the sound on the container's clock: sample i is media time i / 16 ms."""

    def __init__(self) -> None:
        self.written = 0  # samples
        self._moved = 0  # by a clock that restarted
        self._off = 0.0  # how far the incoming sound is ahead of what was written, on average

    def behind(self, pts_ms: int) -> int:
        """How many samples before this the written sound ends, by the clock that fits: first or restarted."""
        start = pts_ms * AUDIO_RATE // 1000 - self.written
        return min(start + self._moved, start, key=abs)

    def add(self, pts_ms: int, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        """(n, channels) samples that begin at `pts_ms` -> what to write for them, with silence for gaps."""
        start = pts_ms * AUDIO_RATE // 1000 - self.written
        if self.behind(pts_ms) < -_BEGUN_ANEW:
            self._moved = -start
        elif self.behind(pts_ms) == start:
            self._moved = 0  # a single stray packet
        change = self._change(self.behind(pts_ms), len(samples))
        silence = np.zeros((max(change, 0), samples.shape[1]), np.int16)
        sound = np.concatenate([silence, samples[max(-change, 0) :]])
        self.written += len(sound)
        return sound

    def _change(self, off: int, count: int) -> int:
        if abs(off) > _FAR:
            self._off = 0.0
            return off
        self._off += (off - self._off) * min(1.0, count / _SETTLED)
        if abs(self._off) < _NEAR:
            return 0
        change = max(-_NEAR, min(_NEAR, round(self._off)))
        self._off -= change
        return change


def _resampled(source: Opened, channels: int) -> Iterator[tuple[int, NDArray[np.int16]]]:
    """(media time in ms, (n, channels) samples) of each decoded piece of sound; damaged pieces are left out."""
    resampler = AudioResampler(format="s16", layout="mono" if channels == 1 else "stereo", rate=AUDIO_RATE)
    at = 0
    for _, decoded in Packets(source).decoded([source.audio]):
        for frame in decoded:
            if frame.pts is not None:
                at = source.ms(frame.pts, frame.time_base)
            for piece in resampler.resample(frame):
                early = min(piece.samples, max(0, -at) * AUDIO_RATE // 1000)  # an encoder's priming
                samples = piece.to_ndarray().astype(np.int16, copy=False).reshape(-1, channels)
                yield max(0, at), samples[early:]
                at += piece.samples * 1000 // AUDIO_RATE
