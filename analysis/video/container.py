"""Opens a hostile file inside the child: forced demuxer, listed codecs, bounded pictures, one clock."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from analysis.config import VideoLimits
from analysis.types import BadVideo
from analysis.video.structure import is_cut_short

# One thread for this many pixels of a picture: below, threads cost more than they gain next to everything else that
# runs (720p on two cores: 1.4 ms of processor time a frame on one thread, 2.0 on four).
_PIXELS_PER_THREAD = 1 << 20
_MOST_THREADS = 4

VIDEO_CODECS = frozenset(
    {"h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg1video", "mpeg2video", "mpeg4", "mjpeg"}
)
AUDIO_CODECS = frozenset(
    {"aac", "mp3", "mp3float", "mp2", "mp2float", "opus", "libopus", "vorbis", "flac", "ac3", "eac3", "alac"}
    | {"amrnb", "amrwb", "amr_nb", "amr_wb", "pcm_u8", "pcm_s8", "pcm_mulaw", "pcm_alaw"}
    | {f"pcm_{kind}{order}" for kind in ("s16", "s24", "s32", "f32", "f64") for order in ("le", "be")}
)


class FdFile(io.RawIOBase):
    """An inherited descriptor as a file object with a position of its own."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._at = 0

    def read(self, size: int = -1) -> bytes:
        data = os.pread(self._fd, size if size >= 0 else 1 << 20, self._at)
        self._at += len(data)
        return data

    def write(self, data: Any) -> int:
        view = memoryview(data)
        written = 0
        while written < len(view):
            written += os.pwrite(self._fd, view[written:], self._at + written)
        self._at += written
        return written

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at}.get(whence)
        self._at = offset + (os.fstat(self._fd).st_size if start is None else start)
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


@contextlib.contextmanager
def told_as_bad_video() -> Iterator[None]:
    """Turn whatever the decoder raises into one sentence for people."""
    try:
        yield
    except MemoryError:  # includes av's own
        raise BadVideo("too_large_picture", "Reading the recording needs more memory than is allowed.") from None
    except (av.error.FFmpegError, ValueError, OverflowError, ZeroDivisionError, AssertionError):
        raise BadVideo("damaged", "The recording is damaged and could not be read.") from None


@dataclass(frozen=True, slots=True)
class Opened:
    """A hostile file, open: its container, its one video and optional audio stream, and the zero of its clock."""

    container: InputContainer
    video: VideoStream
    audio: AudioStream | None
    origin_s: Fraction

    def ms(self, pts: int, time_base: Fraction) -> int:
        """Media time of a container timestamp."""
        return round((pts * time_base - self.origin_s) * 1000)

    @property
    def declared_ms(self) -> int:
        """The length according to the header; 0 if it is missing or impossible: Matroska's may be negative."""
        return max(0, round(self.container.duration / 1000)) if self.container.duration else 0


@contextlib.contextmanager
def opened(job: dict[str, Any], limits: VideoLimits) -> Iterator[Opened]:
    """Open the file of a job. Raises BadVideo if it has no picture, or one beyond the limits."""
    options = {
        # No protocol at all: the bytes come through our own file object, and nothing else may be opened.
        "protocol_whitelist": "none",
        "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts",
        "codec_whitelist": ",".join(sorted(VIDEO_CODECS | AUDIO_CODECS)),
        "max_pixels": str(limits.max_pixels),
    }
    try:
        container = av.open(FdFile(job["source_fd"]), format=job["container"], container_options=options)
    except av.error.InvalidDataError:
        if is_cut_short(job["source_fd"], job["container"]):
            raise _cut_off() from None
        raise BadVideo("damaged", "The recording is damaged: it has no readable beginning.") from None
    with container:
        if len(container.streams) > limits.max_streams:
            raise BadVideo("unsupported", f"The file has more than {limits.max_streams} tracks.")
        video = _video_stream(container, job)
        _check_picture(video.codec_context.width, video.codec_context.height, limits)
        audio = next((s for s in container.streams.audio if _codec(s) in AUDIO_CODECS), None)
        video.codec_context.options = {"max_pixels": str(limits.max_pixels)}
        video.thread_type = "AUTO"
        # Each thread holds a picture: a server's 64 would not fit into the memory limit.
        pixels = video.codec_context.width * video.codec_context.height
        video.codec_context.thread_count = min(_MOST_THREADS, 1 + pixels // _PIXELS_PER_THREAD)
        found = Opened(container, video, audio, _origin(video, audio))
        if found.declared_ms > limits.max_duration_ms:
            raise too_long(limits)
        yield found


def _cut_off() -> BadVideo:
    return BadVideo("truncated", "The recording is cut off: the part that says how to read it is missing.")


def too_long(limits: VideoLimits) -> BadVideo:
    minutes = limits.max_duration_ms // 60_000
    return BadVideo("too_long", f"The recording is longer than the {minutes} minutes that are allowed.")


def too_many_frames(limits: VideoLimits) -> BadVideo:
    sentence = f"The recording has more than the {limits.max_frames:,} pictures that are allowed."
    return BadVideo("too_many_frames", sentence)


def check_frame(frame: av.VideoFrame, limits: VideoLimits) -> None:
    """A stream may change its size in the middle."""
    _check_picture(frame.width, frame.height, limits)


def _check_picture(width: int, height: int, limits: VideoLimits) -> None:
    if width * height > limits.max_pixels:
        raise BadVideo("too_large_picture", f"The picture is too large: {width} x {height} pixels.")


def _video_stream(container: InputContainer, job: dict[str, Any]) -> VideoStream:
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    for stream in streams:
        if _codec(stream) in VIDEO_CODECS:
            return stream
    # A truncated index can lack its picture or its codec: truncation is what the candidate can fix.
    if is_cut_short(job["source_fd"], job["container"]):
        raise _cut_off()
    if not streams:
        raise BadVideo("no_video", "The file has sound or data, but no picture.")
    name = _codec(streams[0]) or "unknown"
    raise BadVideo("unsupported", f"The picture's format ({name}) is not one that can be read.")


def _codec(stream: VideoStream | AudioStream) -> str:
    context = stream.codec_context
    return str(context.codec.name) if context is not None else ""


def _origin(video: VideoStream, audio: AudioStream | None) -> Fraction:
    """The earliest first timestamp of picture and sound, so that both share one zero.

    Never before 0: negative times are the priming of an audio codec, which players skip.
    """
    starts = [
        s.start_time * s.time_base
        for s in (video, audio)
        if s is not None and s.start_time is not None and s.time_base is not None
    ]
    return max(min(starts, default=Fraction(0)), Fraction(0))
