"""Frames and sound of a file, decoded in the sandboxed child and streamed in order of time."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.config import VideoLimits
from analysis.types import BadVideo, VideoInfo
from analysis.video.channel import number, whole
from analysis.video.probe import video_info
from analysis.video.process import Child, damaged, nothing

AUDIO_RATE = 16_000

# As many frames as may wait between decoding and inference: enough to bridge a full detection.
_SLOTS = 16
_AUDIO_SLOT_BYTES = AUDIO_RATE * 2  # a second of one channel, half a second of two


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded frame. `picture` is upright RGB, (height, width, 3), scaled down; None if none was requested."""

    index: int
    pts_ms: int
    picture: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known once a file has been read through.

    end_ms: where the last frame or sound ends. last_frame_ms: how long the last frame lasts. complete is False when
    the file ends before its own header or structure says; missing_ms then estimates by how much.
    peak_rss_mb: of the decoding child.
    """

    frames: int
    end_ms: int
    last_frame_ms: int
    missing_ms: int
    damaged_packets: int
    complete: bool
    peak_rss_mb: float


class Decoder:
    """A file's frames; a context manager. `info` is available with the first frame, `ending` after the last.

    side_px: the maximum long side of the pictures; 0 for frames without pictures. skip: this many frames are decoded
    but not returned: their times and faults still count. Raises BadVideo while iterating.
    """

    def __init__(
        self,
        source: Path,
        limits: VideoLimits,
        *,
        side_px: int,
        skip: int = 0,
        on_wait: Callable[[], None] = nothing,
    ) -> None:
        slot_bytes = max(1, (side_px + 1) ** 2 * 3 // 2)
        self._child = Child(
            *("frames", source, limits),
            options={"side_px": side_px, "skip": skip},
            slots=_SLOTS,
            slot_bytes=slot_bytes,
            on_wait=on_wait,
        )
        self._skip = skip
        self.info: VideoInfo | None = None
        self.ending: Ending | None = None

    def __enter__(self) -> Decoder:
        return self

    def __exit__(self, *exc: object) -> None:
        self._child.__exit__(*exc)

    def __iter__(self) -> Iterator[Frame]:
        index = self._skip
        for message in self._child:
            if message["type"] == "info":
                self.info = video_info(message.get("info"))
            elif message["type"] == "frame":
                yield self._frame(index, message)
                index += 1
            elif message["type"] == "end":
                self.ending = _ending(message)
        if self.ending is None or self.info is None:
            raise damaged()
        self.info = replace(
            self.info, duration_ms=self.ending.end_ms, fps=self.info.fps or _measured_fps(self.ending)
        )

    def _frame(self, index: int, message: dict[str, Any]) -> Frame:
        try:
            pts_ms = whole(message["pts_ms"])
            if "slot" not in message:
                return Frame(index, pts_ms, None)
            planes = np.frombuffer(self._child.take(message), np.uint8).reshape(-1, whole(message["width"]))
            return Frame(index, pts_ms, _upright_rgb(planes, whole(message["turns"])))
        except (KeyError, TypeError, ValueError, cv2.error):
            raise damaged() from None


def read_sound(
    source: Path, limits: VideoLimits, *, on_wait: Callable[[], None] = nothing
) -> Generator[NDArray[np.int16], None, None]:
    """The sound as (n, channels) pieces of 16 kHz samples, at most a second each: sample i is media time i / 16 ms.

    One channel, or two: more are mixed down to left and right. Nothing at all for a file without sound. Raises
    BadVideo.
    """
    with Child("audio", source, limits, slots=8, slot_bytes=_AUDIO_SLOT_BYTES, on_wait=on_wait) as child:
        for message in child:
            if message["type"] == "audio":
                yield _channels(child.take(message), message)


def read_audio(
    source: Path, limits: VideoLimits, *, on_wait: Callable[[], None] = nothing
) -> Generator[NDArray[np.int16], None, None]:
    """Like `read_sound`, with the channels mixed: (n,) samples."""
    for samples in read_sound(source, limits, on_wait=on_wait):
        yield mixed(samples)


def _channels(content: bytes | bytearray | memoryview, message: dict[str, Any]) -> NDArray[np.int16]:
    try:
        return np.frombuffer(content, np.int16).reshape(-1, whole(message["channels"]))
    except (KeyError, TypeError, ValueError):
        raise damaged() from None


def mixed(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """(n, channels) -> (n,) their mean."""
    return samples[:, 0] if samples.shape[1] == 1 else np.asarray(samples.mean(axis=1), np.int16)


def _upright_rgb(planes: NDArray[np.uint8], turns: int) -> NDArray[np.uint8]:
    """Planar 4:2:0 (height * 3 / 2, width) -> RGB (height, width, 3), after so many counterclockwise quarter turns.

    Read as BT.601 whatever the file says: on 720p frames that say BT.709 the colors were off by 2.3 levels of 255 on
    average, and gray is the file's own. Converting exactly would cost more than everything else that is done to a
    frame.
    """
    picture = cv2.cvtColor(planes, cv2.COLOR_YUV2RGB_I420)
    how = (None, cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)[turns % 4]
    return np.asarray(picture if how is None else cv2.rotate(picture, how), np.uint8)


def _ending(message: dict[str, Any]) -> Ending:
    try:
        return Ending(
            frames=whole(message["frames"]),
            end_ms=whole(message["end_ms"]),
            last_frame_ms=whole(message["usual_ms"]),
            missing_ms=whole(message["missing_ms"]),
            damaged_packets=whole(message["damaged_packets"]),
            complete=bool(message["complete"]),
            peak_rss_mb=float(number(message["peak_rss_mb"])),
        )
    except (KeyError, TypeError, ValueError):
        raise BadVideo("damaged", "The recording is damaged and could not be read.") from None


def _measured_fps(ending: Ending) -> float:
    return round(ending.frames * 1000 / ending.end_ms, 3) if ending.end_ms else 0.0
