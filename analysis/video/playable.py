"""What a screen needs from a recording: a copy that browsers play, a still picture, the shape of its sound."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from analysis.config import VideoLimits
from analysis.types import BadVideo, Progress, Step
from analysis.video.channel import whole
from analysis.video.decode import AUDIO_RATE, read_audio
from analysis.video.process import Child, damaged, nothing

_POSTER_BYTES = 4 << 20


def quiet(progress: Progress) -> None:
    """Default `report`: ignores progress."""


def make_playable(
    source: Path, target: Path, limits: VideoLimits, report: Callable[[Progress], None] = quiet, *, total_ms: int = 0
) -> None:
    """Write a seekable H.264/AAC MP4 of `source` to `target`, on the same clock as the analysis.

    Packets are copied where browsers play them already; else the picture is encoded, its long side at most 1280.
    `report` is called a few times a second; whatever it raises ends the child. On any error `target` is removed.
    total_ms: the recording's length, for `report`. Raises BadVideo.
    """
    done_ms = 0

    def tell() -> None:
        report(Progress(Step.PLAYABLE, min(done_ms, total_ms) if total_ms else done_ms, total_ms))

    try:
        with Child("playable", source, limits, target=target, on_wait=tell) as child:
            for message in child:
                try:
                    done_ms = whole(message.get("done_ms", done_ms))
                except ValueError:
                    raise damaged() from None
                tell()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    done_ms = total_ms or done_ms
    tell()


def poster(source: Path, limits: VideoLimits | None = None, *, on_wait: Callable[[], None] = nothing) -> bytes:
    """A JPEG of the upright picture at about one second, its long side at most 640. Raises BadVideo."""
    limits = limits or VideoLimits()
    with Child("poster", source, limits, slot_bytes=_POSTER_BYTES, on_wait=on_wait) as child:
        for message in child:
            return child.take(message)
    raise BadVideo("damaged", "No picture could be read from the recording.")


def waveform(
    source: Path,
    limits: VideoLimits | None = None,
    *,
    buckets_per_s: int = 10,
    on_wait: Callable[[], None] = nothing,
) -> list[int]:
    """The loudest sample of each bucket as 0..100 of full scale; empty for a file without sound. Raises BadVideo."""
    size = AUDIO_RATE // buckets_per_s
    peaks: list[int] = []
    rest = np.zeros(0, np.int16)
    for piece in read_audio(source, limits or VideoLimits(), on_wait=on_wait):
        samples = np.concatenate([rest, piece])
        whole = len(samples) // size * size
        loud = np.abs(samples[:whole].astype(np.int32)).reshape(-1, size).max(axis=1, initial=0)
        peaks.extend((loud * 100 // 32768).tolist())
        rest = samples[whole:]
    if len(rest):
        peaks.append(int(np.abs(rest.astype(np.int32)).max()) * 100 // 32768)
    return peaks
