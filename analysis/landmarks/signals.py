"""What the landmarks and blendshapes of a face say, in the order of FACE_SIGNALS."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.landmarks.asymmetry import asymmetry, partners
from analysis.landmarks.canonical import CanonicalFace
from analysis.landmarks.gaze import gaze_deg, gaze_directions
from analysis.landmarks.graphs import BLENDSHAPES
from analysis.landmarks.pose import FLIP, angles_deg, rotations, turned_back
from analysis.types import ACTION_SIGNALS, FACE_SIGNALS


@dataclass(frozen=True, slots=True)
class Action:
    """One of ACTION_SIGNALS: the blendshapes it consists of, and the FACS action unit closest to it.

    one_is_enough: the largest of the blendshapes counts; else their mean, so that one side alone gives half. A
    blendshape is not an action unit: a FACS coder looks for wrinkles and bulges, the model for shape.
    """

    signal: str
    blendshapes: tuple[str, ...]
    unit: int
    unit_name: str
    one_is_enough: bool = False


def _both(name: str) -> tuple[str, str]:
    return f"{name}Left", f"{name}Right"


#: Action units: Ekman, Friesen and Hager 2002. docs/signals.md shows this table.
ACTIONS = (
    Action("brow_raise_inner", ("browInnerUp",), 1, "inner brow raiser"),
    Action("brow_raise_outer", _both("browOuterUp"), 2, "outer brow raiser"),
    Action("brow_lower", _both("browDown"), 4, "brow lowerer"),
    Action("lid_raise", _both("eyeWide"), 5, "upper lid raiser"),
    Action("cheek_raise", _both("cheekSquint"), 6, "cheek raiser"),
    Action("lid_tighten", _both("eyeSquint"), 7, "lid tightener"),
    Action("nose_wrinkle", _both("noseSneer"), 9, "nose wrinkler"),
    Action("upper_lip_raise", _both("mouthUpperUp"), 10, "upper lip raiser"),
    Action("lip_corner_pull", _both("mouthSmile"), 12, "lip corner puller"),
    Action("dimple", _both("mouthDimple"), 14, "dimpler"),
    Action("lip_corner_depress", _both("mouthFrown"), 15, "lip corner depressor"),
    Action("lower_lip_depress", _both("mouthLowerDown"), 16, "lower lip depressor"),
    Action("chin_raise", ("mouthShrugLower",), 17, "chin raiser"),
    Action("lip_pucker", ("mouthPucker",), 18, "lip pucker"),
    Action("lip_stretch", _both("mouthStretch"), 20, "lip stretcher"),
    Action("lip_funnel", ("mouthFunnel",), 22, "lip funneler"),
    Action("lip_press", _both("mouthPress"), 24, "lip pressor"),
    Action("jaw_drop", ("jawOpen",), 26, "jaw drop"),
    Action("lip_roll", ("mouthRollLower", "mouthRollUpper"), 28, "lip suck", one_is_enough=True),
    Action("eyes_closed", _both("eyeBlink"), 43, "eyes closed"),
)
if tuple(action.signal for action in ACTIONS) != ACTION_SIGNALS:
    raise RuntimeError("ACTIONS and ACTION_SIGNALS are not in the same order")

_COLUMNS = tuple([BLENDSHAPES.index(name) for name in action.blendshapes] for action in ACTIONS)


def actions(coefficients: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, 52) blendshapes -> (N, len(ACTION_SIGNALS)) in 0..1."""
    parts = [
        coefficients[:, columns].max(axis=1) if action.one_is_enough else coefficients[:, columns].mean(axis=1)
        for action, columns in zip(ACTIONS, _COLUMNS, strict=True)
    ]
    return np.stack(parts, axis=1).clip(0, 1).astype(np.float32)


class FaceReader:
    """Turns the graphs' outputs into signals. It holds the canonical face and which landmarks are partners."""

    def __init__(self, face: CanonicalFace) -> None:
        self._face, self._mirror = face, partners(face)

    def signals(
        self, points: NDArray[np.float32], coefficients: NDArray[np.float32], matrices: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """(N, 478, 3) landmarks in pixels of views, (N, 52) blendshapes, (N, 2, 3) from pictures to the views.

        -> (N, len(FACE_SIGNALS)). N may be 0.
        """
        precise = points.astype(np.float64)
        rotation, scale, shift = rotations(precise, self._face)
        # Row vectors from the right: (points - shift) @ R is R transposed times each of them.
        in_head = (precise * FLIP - shift[:, None]) @ rotation / scale[:, None, None]
        head = angles_deg(turned_back(rotation, matrices))
        gaze = gaze_directions(precise, rotation, scale)[:, :, None]  # columns, which turn like a rotation's
        difference = asymmetry(in_head, head[:, 0], self._mirror)
        values = np.concatenate(
            [head, gaze_deg(turned_back(gaze, matrices)[:, :, 0]), difference[:, None], actions(coefficients)], axis=1
        )
        return values.reshape(len(points), len(FACE_SIGNALS)).astype(np.float32)
