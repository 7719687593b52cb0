"""Finds out what a file is, in the sandboxed child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.config import VideoLimits
from analysis.text import plain
from analysis.types import BadVideo, VideoInfo
from analysis.video.channel import number, whole
from analysis.video.process import Child, nothing

# No recording has more than this: a child that a file has taken over could otherwise send what no database can store.
_LONGEST_NAME, _MOST_PX, _MOST_FPS = 40, 1 << 20, 1000


def probe(source: Path, limits: VideoLimits, *, on_wait: Callable[[], None] = nothing) -> VideoInfo:
    """Open the file, decode its first frame, and report what it is.

    `on_wait` is called a few times a second while the child works. Raises BadVideo.
    """
    with Child("probe", source, limits, on_wait=on_wait) as child:
        for message in child:
            return video_info(message.get("info"))
    raise BadVideo("damaged", "No picture could be read from the recording.")


def video_info(fields: Any) -> VideoInfo:
    """Raises BadVideo if a child, which is not trusted, sends anything but VideoInfo's fields, within reason."""
    try:
        return VideoInfo(
            container=_name(fields["container"]),
            video_codec=_name(fields["video_codec"]),
            audio_codec=None if fields["audio_codec"] is None else _name(fields["audio_codec"]),
            width=whole(fields["width"], _MOST_PX),
            height=whole(fields["height"], _MOST_PX),
            rotation_deg=whole(fields["rotation_deg"], 360),
            fps=float(number(fields["fps"], _MOST_FPS)),
            duration_ms=whole(fields["duration_ms"]),
        )
    except (KeyError, TypeError, ValueError):
        raise BadVideo("damaged", "The recording is damaged and could not be read.") from None


def _name(text: Any) -> str:
    return plain(str(text))[:_LONGEST_NAME]
