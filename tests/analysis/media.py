"""Small videos made by the tests themselves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

MS = Fraction(1, 1000)


def write_video(
    path: Path,
    *,
    pts_ms: Sequence[int] = tuple(range(0, 1000, 40)),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (160, 120),
    sound: bool = False,
    sound_starts_ms: int = 0,
    time_base: Fraction = MS,
    **muxer: str,
) -> Path:
    """A video whose frames have exactly these times; its left half is bright, its right half dark."""
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[:, : size[0] // 2] = 220
    with av.open(str(path), "w", options=muxer) as container:
        video = container.add_stream(codec, rate=25)
        video.width, video.height, video.pix_fmt = *size, pix_fmt
        video.codec_context.time_base = time_base
        audio = container.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48_000) if sound else None
        for at in pts_ms:
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(at * MS / time_base), time_base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None:
            write_tone(container, audio, sound_starts_ms, pts_ms[-1])
    return path


def write_tone(container: av.container.OutputContainer, stream: av.AudioStream, start_ms: int, end_ms: int) -> None:
    count = (end_ms - start_ms) * 48
    tone = (0.3 * np.sin(np.arange(count) * 2 * np.pi * 440 / 48_000)).astype(np.float32)
    for first in range(0, count - 960, 960):
        part = np.stack([tone[first : first + 960]] * 2)
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, start_ms * 48 + first, Fraction(1, 48_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def with_rotation(path: Path) -> Path:
    """The MP4 turned a quarter clockwise when shown, by the matrix in its track header, as phones write it."""
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd") + 4 + 40  # version 0: the matrix comes 40 bytes after the name
    turned = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    data[at : at + 36] = b"".join(value.to_bytes(4, signed=True) for value in turned)
    path.write_bytes(bytes(data))
    return path
