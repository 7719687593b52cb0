"""What the child can be asked for: probe, frames, and the jobs of sound_track.py and encode.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import av

from analysis.config import VideoLimits
from analysis.types import BadVideo
from analysis.video import sandbox
from analysis.video.channel import ChildEnd
from analysis.video.container import Opened, check_frame, opened, too_long, too_many_frames
from analysis.video.encode import make_playable, make_poster
from analysis.video.sound_track import audio
from analysis.video.structure import is_cut_short
from analysis.video.timeline import Packets, Timeline, quarter_turns, small_yuv

_MISSING_MS = 1000


def describe(source: Opened, frame: av.VideoFrame, container: str) -> dict[str, Any]:
    """VideoInfo's fields, from the container and one decoded frame."""
    rotation = quarter_turns(frame) * 90
    width, height = (frame.height, frame.width) if rotation % 180 else (frame.width, frame.height)
    rate = source.video.average_rate or source.video.guessed_rate
    return {
        "container": container,
        "video_codec": source.video.codec_context.codec.canonical_name,
        "audio_codec": source.audio.codec_context.codec.canonical_name if source.audio else None,
        "width": width,
        "height": height,
        "rotation_deg": rotation,
        "fps": round(float(rate), 3) if rate and rate <= 1000 else 0.0,
        "duration_ms": source.declared_ms,
    }


def probe(end: ChildEnd, job: dict[str, Any], limits: VideoLimits) -> None:
    """One message `info`. The file is read through without decoding: not every header counts its frames.

    That costs a pass over the file, as hashing it does, and stops at the limit.
    """
    with opened(job, limits) as source:
        # An MP4's index is what will be read; other formats' headers are sometimes never filled in.
        if job["container"] == "mov" and source.video.frames > limits.max_frames:
            raise too_many_frames(limits)
        packets = Packets(source)
        frame = next(packets.frames(), None)
        if frame is None:
            raise _no_frame()
        check_frame(frame, limits)
        info = describe(source, frame, job["container"])
        for _ in packets.demuxed([source.video]):
            if packets.pictures > limits.max_frames:
                raise too_many_frames(limits)
        if not info["duration_ms"]:
            info["duration_ms"] = packets.end_ms
            if packets.end_ms > limits.max_duration_ms:
                raise too_long(limits)
        end.send({"type": "info", "info": info})


def frames(end: ChildEnd, job: dict[str, Any], limits: VideoLimits) -> None:
    """`info`, then one `frame` for each decoded frame after the first `skip`, then `end`.

    With `side_px` of 0 frames come without pixels; else as `small_yuv`, with how often they are to be turned.
    """
    with opened(job, limits) as source:
        timeline, packets = Timeline(source, limits), Packets(source)
        for frame in packets.frames():
            check_frame(frame, limits)
            if timeline.frames == 0:
                end.send({"type": "info", "info": describe(source, frame, job["container"])})
            message = {"type": "frame", "pts_ms": timeline.place(frame)}
            if timeline.frames <= job["skip"]:
                continue
            if job["side_px"] == 0:
                end.send(message)
                continue
            planes = small_yuv(frame, job["side_px"])
            end.write([planes.reshape(-1).data], {**message, "width": planes.shape[1], "turns": quarter_turns(frame)})
        if timeline.frames == 0:
            raise _no_frame()
        if packets.end_ms > limits.max_duration_ms:
            raise too_long(limits)
        end.send({"type": "end", **_ending(source, timeline, packets, job)})


def _ending(source: Opened, timeline: Timeline, packets: Packets, job: dict[str, Any]) -> dict[str, Any]:
    video = source.video
    ends = [(source.declared_ms, max(packets.end_ms, timeline.end_ms))] if source.declared_ms else []
    if video.duration and video.time_base is not None:
        ends.append((source.ms((video.start_time or 0) + video.duration, video.time_base), timeline.end_ms))
    # Either header may be wrong by itself (edit lists, sound that outlasts the picture): believe the kinder one.
    missing = min((declared - reached for declared, reached in ends), default=0)
    missing = missing if missing > _MISSING_MS else 0
    return {
        "frames": timeline.frames,
        "end_ms": max(timeline.end_ms, packets.end_ms),
        "usual_ms": timeline.usual_ms,
        "missing_ms": missing,
        "damaged_packets": packets.damaged,
        "peak_rss_mb": sandbox.peak_rss_mb(job["status_fd"]),
        "complete": missing == 0 and not is_cut_short(job["source_fd"], job["container"]),
    }


def _no_frame() -> BadVideo:
    return BadVideo("damaged", "No picture could be read from the recording.")


JOBS: dict[str, Callable[[ChildEnd, dict[str, Any], VideoLimits], None]] = {
    "probe": probe,
    "frames": frames,
    "audio": audio,
    "playable": make_playable,
    "poster": make_poster,
}
