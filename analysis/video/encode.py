"""Inside the child: a copy that every browser can play and seek in, and a still picture of a recording."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
from av.container import OutputContainer
from numpy.typing import NDArray

from analysis.config import VideoLimits
from analysis.types import BadVideo
from analysis.video.channel import ChildEnd
from analysis.video.container import FdFile, Opened, check_frame, opened, too_long
from analysis.video.timeline import Packets, Timeline, quarter_turns, upright_rgb

_SIDE_PX = 1280
_POSTER_SIDE_PX = 640
_POSTER_AT_MS = 1000
_REPORT_EVERY_MS = 1000
_MS = Fraction(1, 1000)


def make_playable(end: ChildEnd, job: dict[str, Any], limits: VideoLimits) -> None:
    """Write an MP4 with its index in front into the job's target: packets copied where browsers play them already."""
    with opened(job, limits) as source:
        first = next(Packets(source).frames(), None)
        if first is None:
            raise BadVideo("damaged", "No picture could be read from the recording.")
        as_is = _plays_as_it_is(source, first, job["container"])
    target = job["target_fd"]
    with (
        opened(job, limits) as source,
        av.open(
            FdFile(target),
            "w",
            format="mp4",
            options={"movflags": "+faststart"},
            # Moving the index to the front makes the muxer read its own output again.
            io_open=lambda url, flags, options: FdFile(target),
        ) as copy,
    ):
        if as_is:
            _copy_packets(source, copy, end, limits)
        else:
            _encode(source, copy, end, limits, first)


def make_poster(end: ChildEnd, job: dict[str, Any], limits: VideoLimits) -> None:
    """One message `poster` with a JPEG of the frame at one second, or of the last one before."""
    with opened(job, limits) as source:
        timeline, shown = Timeline(source, limits), None
        for frame in Packets(source).frames():
            check_frame(frame, limits)
            shown = frame
            if timeline.place(frame) >= _POSTER_AT_MS:
                break
        if shown is None:
            raise BadVideo("damaged", "No picture could be read from the recording.")
        end.write([memoryview(_jpeg(upright_rgb(shown, _POSTER_SIDE_PX)))], {"type": "poster"})


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuvj420p")
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


def _plays_as_it_is(source: Opened, frame: av.VideoFrame, container: str) -> bool:
    video, audio = source.video.codec_context, source.audio
    return (
        container == "mov"
        and video.codec.canonical_name == "h264"
        and video.pix_fmt == "yuv420p"
        and quarter_turns(frame) == 0
        and (audio is None or audio.codec_context.codec.canonical_name == "aac")
    )


def _copy_packets(source: Opened, copy: OutputContainer, end: ChildEnd, limits: VideoLimits) -> None:
    streams = [s for s in (source.video, source.audio) if s is not None]
    outputs = {stream.index: copy.add_stream_from_template(stream) for stream in streams}
    packets, told_ms = Packets(source), 0
    for packet in packets.demuxed(streams):
        if packets.end_ms > limits.max_duration_ms:
            raise too_long(limits)
        if packet.dts is None or packet.pts is None or packet.is_corrupt:
            continue
        shift = round(source.origin_s / packet.time_base)
        packet.pts -= shift
        packet.dts -= shift
        packet.stream = outputs[packet.stream.index]
        copy.mux(packet)
        told_ms = _tell(end, packets.end_ms, told_ms)


def _encode(source: Opened, copy: OutputContainer, end: ChildEnd, limits: VideoLimits, first: av.VideoFrame) -> None:
    timeline, packets, told_ms = Timeline(source, limits), Packets(source), 0
    picture = _VideoEncoder(source, copy, first)
    sound = _AudioEncoder(source, copy, limits) if source.audio is not None else None
    streams = [s for s in (source.video, source.audio) if s is not None]
    for packet, frames in packets.decoded(streams):
        for frame in frames:
            if packet.stream is source.video:
                check_frame(frame, limits)
                picture.add(frame, timeline.place(frame))
            elif sound is not None:
                sound.add(frame)
        told_ms = _tell(end, packets.end_ms, told_ms)
    picture.finish()
    if sound is not None:
        sound.finish()


def _tell(end: ChildEnd, done_ms: int, told_ms: int) -> int:
    if done_ms - told_ms < _REPORT_EVERY_MS:
        return told_ms
    end.send({"type": "progress", "done_ms": done_ms})
    return done_ms


class _VideoEncoder:
    """H.264 of an even size, upright, with the analysis' own times, so that both share one clock."""

    def __init__(self, source: Opened, copy: OutputContainer, first: av.VideoFrame) -> None:
        rate = source.video.average_rate
        self._copy = copy
        self._fps = rate if rate and 1 <= rate <= 120 else Fraction(30)
        # All streams must exist before the first packet, which may be sound, writes the header.
        size = _upright_yuv(first).shape  # (height * 3 / 2, width)
        self._stream: Any = self._open(size[1], size[0] * 2 // 3)
        self._empty = True

    def add(self, frame: av.VideoFrame, pts_ms: int) -> None:
        picture = _upright_yuv(frame)  # (height * 3 / 2, width)
        height, width = picture.shape[0] * 2 // 3, picture.shape[1]
        self._empty = False
        upright = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        if (width, height) != (self._stream.width, self._stream.height):  # the source changed its size
            upright = upright.reformat(width=self._stream.width, height=self._stream.height)
        upright.pts, upright.time_base = pts_ms, _MS
        self._copy.mux(self._stream.encode(upright))

    def finish(self) -> None:
        if self._empty:
            raise BadVideo("damaged", "No picture could be read from the recording.")
        self._copy.mux(self._stream.encode(None))

    def _open(self, width: int, height: int) -> Any:
        name = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        # A key frame every two seconds keeps seeking on the timeline fast.
        options = {"preset": "veryfast", "crf": "23", "g": str(round(self._fps * 2)), "threads": "2"}
        stream: Any = self._copy.add_stream(name, rate=self._fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = _MS
        return stream


class _AudioEncoder:
    """AAC, on the same clock."""

    def __init__(self, source: Opened, copy: OutputContainer, limits: VideoLimits) -> None:
        self._source, self._copy, self._limits = source, copy, limits
        self._heard_s = 0.0
        self._stream: Any = copy.add_stream("aac", rate=48_000, layout="mono")
        self._stream.bit_rate = 96_000

    def add(self, frame: av.AudioFrame) -> None:
        # Counted, not taken from a clock: one that does not advance would let a small file fill the disk.
        self._heard_s += frame.samples / max(1, frame.sample_rate)
        if self._heard_s * 1000 > self._limits.max_duration_ms:
            raise too_long(self._limits)
        if frame.pts is not None:
            frame.pts -= round(self._source.origin_s / frame.time_base)
        self._copy.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._copy.mux(self._stream.encode(None))


def _upright_yuv(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """The frame as yuv420p planes stacked as PyAV wants them, turned upright, sides even and at most _SIDE_PX."""
    scale = min(1.0, _SIDE_PX / max(frame.width, frame.height))
    width, height = (max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height))
    planes: NDArray[np.uint8] = frame.reformat(width=width, height=height, format="yuv420p").to_ndarray()
    turns = quarter_turns(frame)
    if turns == 0:
        return planes
    luma, chroma = planes[:height], planes[height:].reshape(2, height // 2, width // 2)
    luma, chroma = np.rot90(luma, turns), np.rot90(chroma, turns, axes=(1, 2))
    return np.concatenate([luma.reshape(-1), chroma.reshape(-1)]).reshape(-1, luma.shape[1])
