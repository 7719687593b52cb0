"""How far the left and the right half of a face differ in height, corrected for a turned head.

Method. The landmarks are brought into the axes of the canonical face (the fit of analysis.landmarks.pose). There each
landmark's height is compared with that of its mirror partner; for each of six groups (brows, both lids, mouth
corners, both lips) the median difference is taken, so that a single stray landmark does not count. Only heights are
used, because a turned head foreshortens widths and the model's depths are its least reliable output: in photographs,
widths depend on the turn far more (brow ends: 75 % of their variance) than heights do (5 %).

Correction. The remaining difference depends linearly on the sine of the turn; _SLOPE is that line, fitted on 2,517
Training images of FER-2013, and is subtracted. The rest grows with the turn because the far side is seen less well:
it is divided by sqrt(1 + (sin yaw / _TURN)²). On those images the median is then 0.09 below 8 degrees and 0.10
between 16 and 30; without the correction it rises from 0.10 to 0.16. On other faces it may work slightly less well.

The result is the root mean square of the six, in centimeters of an average face, at most 1. Blendshapes were tried
and rejected: for an injected one-sided raise of a brow or a mouth corner their differences rose by 0.6 to 1.3 times
their own spread within a clip, heights by 1.2 to 1.7 times (59 frames of recordings).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.landmarks.canonical import MESH_POINTS, CanonicalFace

#: Landmarks of the person's own left half; the partners are found in the canonical face.
GROUPS = {
    "brows": (336, 296, 334, 293, 300, 285, 295, 282, 283, 276),
    "upper lids": (384, 385, 386, 387, 388),
    "lower lids": (381, 380, 374, 373, 390),
    "mouth corners": (291, 308, 306, 292, 287, 409, 375),
    "upper lip": (269, 267, 270, 312, 310, 311),
    "lower lip": (314, 405, 321, 317, 402, 318),
}

# For each group: centimeters per unit of sin(yaw). Through zero: a face and its mirror image count the same.
_SLOPE = np.array([-0.285, -0.098, -0.060, 0.155, 0.106, 0.233])
_TURN = 0.35


def partners(face: CanonicalFace) -> NDArray[np.intp]:
    """(468,) the mirror partner of each landmark; those in the middle are their own."""
    mirrored = face.points * [-1, 1, 1]
    distances = np.linalg.norm(mirrored[:, None] - face.points[None], axis=2)
    return np.asarray(distances.argmin(axis=1))


def asymmetry(
    in_head: NDArray[np.float64], yaw_deg: NDArray[np.float64], mirror: NDArray[np.intp]
) -> NDArray[np.float64]:
    """(N, 468 or more, 3) landmarks in the axes of the canonical face, in centimeters, and (N,) yaw -> (N,) in 0..1.

    mirror: of `partners`.
    """
    height = in_head[:, :MESH_POINTS, 1]
    difference = height - height[:, mirror]  # (N, 468)
    groups = np.stack([np.median(difference[:, list(group)], axis=1) for group in GROUPS.values()], axis=1)
    turn = np.sin(np.radians(yaw_deg))
    left_over = groups - turn[:, None] * _SLOPE  # (N, 6)
    value = np.sqrt((left_over**2).mean(axis=1)) / np.sqrt(1 + (turn / _TURN) ** 2)
    return np.asarray(value.clip(0, 1))
