"""What the picture itself does from frame to frame: freezes, becomes another scene, or gets another background."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.video.background import Background
from analysis.video.likeness import Grey, detail, unlike

# Long sides of the two copies that are compared, and the minimum short side of the smaller one, in pixels.
_SAMPLED_PX, _SMALL_PX, _NARROW_PX = 160, 64, 24
# With less detail than this a picture shows no scene: a dark room, a hand in front of the lens. 22 real clips have
# 0.66 or more; of 12 of them, two thirds covered, none has more than 0.42.
_PLAIN = 0.4
# Two pictures that correlate by more than this show one scene; only others are worth a closer look.
_ALIKE = 0.85
# How far a camera may pan between two frames, in pixels of the smaller copy: a sixteenth of the picture.
_PAN_PX = 4
# A face that correlates with itself by more than the first value continues through the change: another background, no
# cut. From the second down it is another face. Of 42 pairs of clips two had faces above 0.7, and those show one
# person.
_SAME_FACE, _OTHER_FACE = 0.9, 0.7
# How far a face moves between two frames, in pixels of the larger copy: a twenty-fifth of the picture.
_FACE_REACH_PX = 6

Box = NDArray[np.float32]


class SceneWatch:
    """Feed it every frame of one recording in order of time. One of 640x360 costs about 0.1 ms."""

    def __init__(self) -> None:
        self._sampled: NDArray[np.uint8] | None = None
        self._scene: _Scene | None = None  # the last frame that was not plain
        self._background = Background()

    def look(self, picture: NDArray[np.uint8], box: Box | None, pts_ms: int) -> tuple[float, float, float] | None:
        """An RGB picture (h, w, 3) and the box (4,) of its face in its pixels -> the values of PICTURE_SIGNALS.

        None for the first frame, and for one of another size: there is nothing to compare it with.
        motion: mean absolute difference from the frame before in gray levels, of every fourth pixel or so; what a
        codec repeats is 0. scene_change: 0..1, like `unlike`, and 0 if the face of the frame before continues.
        background_change: 0..1, like `Background`.
        """
        sampled, small = _copies(picture)
        scale = sampled.shape[1] / picture.shape[1]
        here = None if box is None else box * scale
        before, self._sampled = self._sampled, sampled
        if before is None or before.shape != sampled.shape:
            self._scene, self._background = None, Background()
        scene_change = self._scene_change(_Scene(sampled, small, here))
        in_small = None if here is None else here * (small.shape[1] / sampled.shape[1])
        background_change = self._background.look(small, in_small, pts_ms)
        if before is None or before.shape != sampled.shape:
            return None
        motion = cv2.norm(sampled, before, cv2.NORM_L1) / sampled.size
        return round(motion, 4), round(scene_change, 3), round(background_change, 3)

    def _scene_change(self, now: _Scene) -> float:
        if detail(now.small) < _PLAIN:
            return 0.0
        before, self._scene = self._scene, now
        if before is None or before.correlation(now) > _ALIKE:
            return 0.0
        change = unlike(before.small, now.small, _PAN_PX)
        going_on = (before.face_in(now) - _OTHER_FACE) / (_SAME_FACE - _OTHER_FACE)
        return change * (1 - min(max(going_on, 0.0), 1.0))


class _Scene:
    """One frame as it is compared with the next. sampled: uint8; small: float32; box in pixels of sampled."""

    def __init__(self, sampled: NDArray[np.uint8], small: Grey, box: Box | None) -> None:
        self.sampled, self.small, self._box = sampled, small, box
        self._centred = small - small.mean()

    def correlation(self, other: _Scene) -> float:
        """-1..1, for the pictures as they are."""
        sizes = cv2.norm(self._centred) * cv2.norm(other._centred)
        return float(np.vdot(self._centred, other._centred)) / max(sizes, 1e-3)

    def face_in(self, other: _Scene) -> float:
        """How well this frame's face correlates with the best place around it in another; 0 without a face."""
        if self._box is None:
            return 0.0
        height, width = self.sampled.shape
        x1, y1, x2, y2 = (int(side) for side in np.clip(self._box, 0, [width, height] * 2))
        if min(x2 - x1, y2 - y1) < _FACE_REACH_PX:
            return 0.0
        around = other.sampled[
            max(0, y1 - _FACE_REACH_PX) : y2 + _FACE_REACH_PX, max(0, x1 - _FACE_REACH_PX) : x2 + _FACE_REACH_PX
        ]
        return float(cv2.matchTemplate(around, self.sampled[y1:y2, x1:x2], cv2.TM_CCOEFF_NORMED).max())


def _copies(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], Grey]:
    """The picture in gray twice: sampled, long side 160 (uint8), and that averaged to a long side of 64 (float32).

    Averaging all of 640x360 would cost 0.3 ms.
    """
    height, width = picture.shape[:2]
    long_px = max(height, width)
    size = tuple(max(_NARROW_PX, round(side * _SAMPLED_PX / long_px)) for side in (width, height))
    sampled = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST), cv2.COLOR_RGB2GRAY)
    size = tuple(max(_NARROW_PX, round(side * _SMALL_PX / long_px)) for side in (width, height))
    small = cv2.resize(sampled, size, interpolation=cv2.INTER_AREA)
    return np.asarray(sampled, np.uint8), small.astype(np.float32)
