"""What a file is, found out in the sandboxed child."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from analysis.config import VideoLimits
from analysis.types import BadVideo, VideoInfo
from analysis.video.process import Child, nothing


def probe(source: Path, limits: VideoLimits, *, on_wait: Callable[[], None] = nothing) -> VideoInfo:
    """Open the file, decode its first frame, and say what it is.

    `on_wait` is called a few times a second while the child works. Raises BadVideo.
    """
    with Child("probe", source, limits, on_wait=on_wait) as child:
        for message in child:
            return video_info(message.get("info"))
    raise BadVideo("damaged", "No picture could be read from the recording.")


def video_info(fields: Any) -> VideoInfo:
    """Raises BadVideo if a child, which is not trusted, sends anything but VideoInfo's fields."""
    try:
        return VideoInfo(
            container=str(fields["container"]),
            video_codec=str(fields["video_codec"]),
            audio_codec=None if fields["audio_codec"] is None else str(fields["audio_codec"]),
            width=int(fields["width"]),
            height=int(fields["height"]),
            rotation_deg=int(fields["rotation_deg"]),
            fps=float(fields["fps"]),
            duration_ms=int(fields["duration_ms"]),
        )
    except (KeyError, TypeError, ValueError):
        raise BadVideo("damaged", "The recording is damaged and could not be read.") from None
