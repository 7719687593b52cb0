"""Whole pictures into which events are put, encoded and decoded again: what SceneWatch sees of a recording."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.config import FaceConfig
from analysis.faces.cascade import Cascade
from analysis.moments.kinds import background_changed, cut, frozen
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series, SeriesBuilder
from analysis.types import Moment, Observation, Visibility
from analysis.video.scene import SceneWatch
from analysis.video.timeline import upright_rgb
from tests.analysis import rules

Picture = NDArray[np.uint8]
Box = NDArray[np.float32]

#: Codec, its options and bits a second: a file from a phone, and two browsers that send while they record.
CODECS: tuple[tuple[str, dict[str, str], int | None], ...] = (
    ("libx264", {"preset": "veryfast", "crf": "23"}, None),
    ("libx264", {"preset": "ultrafast", "tune": "zerolatency", "g": "60"}, 300_000),
    # a positive cpu-used would follow the load of the machine, and every run give other pictures
    ("libvpx", {"deadline": "realtime", "cpu-used": "-8", "g": "100"}, 300_000),
)


@dataclass(frozen=True)
class Shot:
    """Frames, their times, and the box (4,) of the face in each, in its pixels, or None."""

    pictures: tuple[Picture, ...]
    pts_ms: tuple[int, ...]
    boxes: tuple[Box | None, ...]

    def at(self, ms: int) -> int:
        """The first frame from this time on."""
        return int(np.searchsorted(self.pts_ms, ms))


def times(seconds: float, fps: float = 25) -> list[int]:
    return [round(i * 1000 / fps) for i in range(int(seconds * fps))]


def uneven_times(seconds: float, seed: int = 3) -> list[int]:
    """As of a phone in a dark room: frames of 20 to 110 ms."""
    steps = np.random.default_rng(seed).integers(20, 110, int(seconds * 1000 / 20))
    at = np.concatenate([[0], np.cumsum(steps)])
    return [int(ms) for ms in at[at < seconds * 1000]]


def room(seed: int, size: tuple[int, int] = (320, 180)) -> Picture:
    """A wall with light, shelves and things on them, as wide as (width, height)."""
    rng = np.random.default_rng(seed)
    width, height = size
    wall = cv2.resize(rng.uniform(70, 190, (4, 6, 3)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    for _ in range(max(25, width // 12)):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        w, h = (int(side) for side in rng.integers(8, 50, 2))
        cv2.rectangle(wall, (x, y), (x + w, y + h), tuple(float(c) for c in rng.uniform(20, 235, 3)), -1)
    return np.asarray(cv2.GaussianBlur(wall, (0, 0), 1.2).clip(0, 255), np.uint8)


def with_person(background: Picture, at_ms: int, seed: int = 0) -> tuple[Picture, Box]:
    """Somebody who sways, nods, talks and blinks before the background; the box of the face."""
    picture, t = background.copy(), at_ms / 1000 + seed
    height, width = picture.shape[:2]
    x = width * ((0.5, 0.35, 0.6)[seed % 3] + 0.02 * np.sin(0.9 * t) + 0.01 * np.sin(2.3 * t))
    y = height * (0.4 + 0.02 * np.sin(1.3 * t + 1))
    r = height * (0.16, 0.13, 0.2)[seed % 3]
    cv2.ellipse(picture, (round(x), height), (round(2.3 * r), round(2.4 * r)), 0, 0, 360, (60, 70, 110), -1)
    cv2.ellipse(picture, (round(x), round(y)), (round(r), round(1.35 * r)), 0, 0, 360, (205, 165, 140), -1)
    cv2.ellipse(picture, (round(x), round(y - r)), (round(r), round(0.6 * r)), 0, 180, 360, (60, 45, 35), -1)
    opening = 0.04 + 0.12 * abs(np.sin(7 * t))
    cv2.ellipse(
        picture,
        (round(x), round(y + 0.6 * r)),
        (round(0.4 * r), round(opening * 3 * r)),
        0,
        0,
        360,
        (150, 60, 60),
        -1,
    )
    if at_ms % 3100 > 150:
        for side in (-1, 1):
            cv2.circle(
                picture, (round(x + side * 0.4 * r), round(y - 0.2 * r)), max(2, round(0.14 * r)), (40, 30, 30), -1
            )
    return picture, np.array([x - r, y - 1.35 * r, x + r, y + 1.35 * r], np.float32)


def shoot(
    pts_ms: Sequence[int], seed: int = 1, background: Callable[[int], Picture] | None = None, person: int = 0
) -> Shot:
    """A person in a room, with the noise of a camera. background: another than the room of `seed`, by time."""
    rng, walls = np.random.default_rng(seed), room(seed)
    pictures, boxes = [], []
    for at_ms in pts_ms:
        clean, box = with_person(walls if background is None else background(at_ms), at_ms, person)
        grain = rng.normal(0, 2, clean.shape[:2])[..., None]
        pictures.append((clean + grain).clip(0, 255).astype(np.uint8))
        boxes.append(box)
    return Shot(tuple(pictures), tuple(pts_ms), tuple(boxes))


def changed(shot: Shot, change: Callable[[Picture, int], Picture], start_ms: int, end_ms: int) -> Shot:
    """The shot with `change(picture, ms since start)` from start to end."""
    pictures = [
        change(picture, ms - start_ms) if start_ms <= ms < end_ms else picture
        for picture, ms in zip(shot.pictures, shot.pts_ms, strict=True)
    ]
    return Shot(tuple(pictures), shot.pts_ms, shot.boxes)


def brighter(levels: float) -> Callable[[Picture, int], Picture]:
    """A flash: so many grey levels more, and what is too bright is white."""
    return lambda picture, _: (picture.astype(np.float32) + levels).clip(0, 255).astype(np.uint8)


def dimmed(least: float, over_ms: int) -> Callable[[Picture, int], Picture]:
    """The exposure goes down to `least` of what it was, and stays."""

    def dim(picture: Picture, since_ms: int) -> Picture:
        return (picture * (1 - (1 - least) * min(1, since_ms / over_ms))).astype(np.uint8)

    return dim


def moved(path: Callable[[int], tuple[float, float]]) -> Callable[[Picture, int], Picture]:
    """The camera is moved: path(ms since start) -> (x, y) in pixels; past the border its edge goes on."""

    def move(picture: Picture, since_ms: int) -> Picture:
        x, y = path(since_ms)
        by = np.array([[1, 0, x], [0, 1, y]], np.float32)
        size = (picture.shape[1], picture.shape[0])
        return np.asarray(cv2.warpAffine(picture, by, size, borderMode=cv2.BORDER_REFLECT), np.uint8)

    return move


def shaken(since_ms: int) -> tuple[float, float]:
    return 9 * np.sin(since_ms / 37), 6 * np.sin(since_ms / 29)


def covered(over_ms: int, until_ms: int) -> Callable[[Picture, int], Picture]:
    """A hand comes before the lens from the side within `over_ms`, stays, and goes as fast before `until_ms`."""

    def cover(picture: Picture, since_ms: int) -> Picture:
        share = min(1.0, since_ms / over_ms, (until_ms - since_ms) / over_ms)
        picture, edge = picture.copy(), round(picture.shape[1] * max(share, 0))
        shade = np.linspace(60, 25, picture.shape[1])[:edge, None] * np.array([1.0, 0.6, 0.5])
        grain = np.random.default_rng(since_ms).normal(0, 2, (picture.shape[0], edge, 1))
        picture[:, :edge] = (shade + 4 * np.sin(since_ms / 90) + grain).clip(0, 255).astype(np.uint8)
        return picture

    return cover


def cut_to(first: Shot, second: Shot, at_ms: int) -> Shot:
    """The first until `at_ms`, then the second, there and back, both at the first's times and size."""
    at, size = first.at(at_ms), (first.pictures[0].shape[1], first.pictures[0].shape[0])
    count = len(first.pts_ms) - at
    rest = _turns(len(second.pictures), count)
    scale = np.array([size[0] / second.pictures[0].shape[1], size[1] / second.pictures[0].shape[0]] * 2, np.float32)
    pictures = [
        np.asarray(cv2.resize(second.pictures[i], size, interpolation=cv2.INTER_AREA), np.uint8) for i in rest
    ]
    after = [second.boxes[i] for i in rest]
    boxes = [None if box is None else box * scale for box in after]
    return Shot((*first.pictures[:at], *pictures), first.pts_ms, (*first.boxes[:at], *boxes))


def frozen_at(shot: Shot, start_ms: int, end_ms: int) -> Shot:
    """The frame at `start_ms` again and again until `end_ms`, then what the camera would have seen."""
    first, after = shot.at(start_ms), shot.at(end_ms)
    count = after - first
    pictures = (*shot.pictures[:first], *[shot.pictures[first]] * count, *shot.pictures[after:])
    return Shot(pictures, shot.pts_ms, shot.boxes)


def behind_person(shot: Shot, other: Picture, start_ms: int, end_ms: int) -> Shot:
    """Another picture behind head and shoulders, which are cut out as coarsely as a virtual background does."""
    first, after = shot.at(start_ms), shot.at(end_ms)
    pictures = list(shot.pictures)
    for i in range(first, after):
        box = shot.boxes[i]
        if box is not None:
            inside = _matte(box, pictures[i].shape[:2])[..., None]
            pictures[i] = (pictures[i] * inside + other * (1 - inside)).astype(np.uint8)
    return Shot(tuple(pictures), shot.pts_ms, shot.boxes)


def _matte(box: Box, shape: tuple[int, int]) -> NDArray[np.float32]:
    matte = np.zeros(shape, np.float32)
    x, y, w, h = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]
    cv2.ellipse(matte, (round(x), round(y)), (round(0.75 * w), round(0.8 * h)), 0, 0, 360, 1.0, -1)
    top = y + 0.6 * h
    shoulders = np.array([[x - 0.5 * w, top], [x + 0.5 * w, top], [x + 1.3 * w, shape[0]], [x - 1.3 * w, shape[0]]])
    cv2.fillPoly(matte, [shoulders.astype(np.int32)], 1.0)
    return np.asarray(cv2.GaussianBlur(matte, (0, 0), 1.5), np.float32)


def coded(shot: Shot, codec: tuple[str, dict[str, str], int | None] = CODECS[0]) -> Shot:
    """The shot as it looks after encoding and decoding, with its times."""
    name, options, bits = codec
    file, base = io.BytesIO(), Fraction(1, 1000)
    height, width = (side // 2 * 2 for side in shot.pictures[0].shape[:2])
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream(name, rate=30, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base, stream.thread_count = base, 1
        if bits is not None:
            stream.bit_rate = bits
        for picture, at_ms in zip(shot.pictures, shot.pts_ms, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="rgb24")
            frame.pts, frame.time_base = at_ms, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file.seek(0)
    pictures, pts_ms = _decoded(file, max(width, height))
    assert pts_ms == list(shot.pts_ms)
    return Shot(tuple(pictures), shot.pts_ms, shot.boxes)


def _decoded(source: Path | io.BytesIO, side_px: int) -> tuple[list[Picture], list[int]]:
    pictures, pts_ms = [], []
    with av.open(str(source) if isinstance(source, Path) else source) as container:
        for number, frame in enumerate(container.decode(video=0)):
            pictures.append(upright_rgb(frame, side_px))
            pts_ms.append(40 * number if frame.time is None else round(frame.time * 1000))
    return pictures, [ms - pts_ms[0] for ms in pts_ms]


def filmed(clip: Path, side_px: int = 320) -> Shot:
    """A file's frames, with the greatest face, looked for every second."""
    pictures, pts_ms = _decoded(clip, side_px)
    faces, boxes, looked_ms, box = Cascade(FaceConfig(min_face_px=30), threads=1), [], -1000, None
    for picture, ms in zip(pictures, pts_ms, strict=True):
        if ms - looked_ms >= 1000:
            found, looked_ms = faces.detect(picture).boxes, ms
            box = max(found, key=lambda b: (b[2] - b[0]) * (b[3] - b[1]), default=None)
        boxes.append(box)
    return Shot(tuple(pictures), tuple(pts_ms), tuple(boxes))


def there_and_back(shot: Shot, seconds: float) -> Shot:
    """The shot forwards and backwards until it is long enough, so that no seam is a jump."""
    count, step_ms = len(shot.pictures), shot.pts_ms[-1] / (len(shot.pictures) - 1)
    turns = _turns(count, int(seconds * 1000 / step_ms))
    pts_ms = tuple(round(i * step_ms) for i in range(len(turns)))
    return Shot(tuple(shot.pictures[i] for i in turns), pts_ms, tuple(shot.boxes[i] for i in turns))


def _turns(count: int, needed: int) -> list[int]:
    """0, 1, ... count - 1, count - 2, ... 0, 1, ..."""
    return [abs((i + count - 1) % (2 * count - 2) - count + 1) for i in range(needed)]


def watched(shot: Shot) -> Series:
    """What SceneWatch makes of the frames, as rules see it."""
    watch, builder = SceneWatch(), SeriesBuilder()
    frames: Iterable[tuple[Picture, int, Box | None]] = zip(shot.pictures, shot.pts_ms, shot.boxes, strict=True)
    builder.add(
        Observation(
            index=index,
            pts_ms=pts_ms,
            faces=int(box is not None),
            visibility=Visibility.NOBODY if box is None else Visibility.SEEN,
            picture=watch.look(picture, box, pts_ms),
        )
        for index, (picture, pts_ms, box) in enumerate(frames)
    )
    return builder.build(40)


def found(shot: Shot) -> list[Moment]:
    """The moments of the three kinds that are about the picture."""
    series = watched(shot)
    kinds = (cut, frozen, background_changed)
    return [moment for rule in kinds for moment in rules.found(rule, series, baselines=Baselines())]
