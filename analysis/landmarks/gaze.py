"""Where the eyes look, relative to the lens, from the irises and the turn of the head.

An eye is a sphere. Its center lies _DEPTH_CM behind the midpoint of its two corners, along the head's own forward
axis; the iris lies _RADIUS_CM from the center, in the direction of gaze. Iris and corners are measured in the
picture's plane, so the model's depths are not used. Both eyes are averaged.

_DEPTH_CM comes from two phone recordings of people who turn their heads while they look into the lens: there the
irises must stay where the lens is (corner to iris against head: correlation -0.92 and -0.97, slopes -0.86 and -0.74).
Vertically the model follows an iris only about half as far, so height has constants of its own; its offset is the
median over recordings of several people. _RADIUS_CM is anatomy (an iris lies 10 to 11 mm from the center of rotation;
the canonical face is about a seventh larger than life).

Known error. In those two clips the head's yaw spread by 5.4 and 7.3 degrees and the gaze's by 1.6 and 1.2 (vertically
by 5 to 6, blinks included), but no recording with known gaze was available, so scale and zero are unproven. Published
systems err by 4 to 10 degrees in the laboratory and about 20 end to end on ordinary webcams: treat a large change as
looking elsewhere, never as a point on a screen. While the eyes are closed there is no gaze, only a number.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Center of the iris and both corners, of the person's right and left eye.
EYES = ((468, 33, 133), (473, 362, 263))

# Across and up, in centimeters of the canonical face.
_DEPTH_CM = np.array([0.80, 0.45])
_RADIUS_CM = np.array([1.20, 0.70])
_OFFSET_CM = np.array([0.0, 0.20])
# Past 60 degrees an iris is hidden: a larger result would be an error.
_MOST = np.sin(np.radians(60))


def gaze_directions(
    points: NDArray[np.float64], rotation: NDArray[np.float64], scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(N, 478, 3) landmarks of views with the rotation and scale of their heads -> (N, 3) unit vectors.

    Axes: x right, y up, z to the camera, in the view.
    """
    offsets = [
        points[:, iris, :2] - (points[:, first, :2] + points[:, second, :2]) / 2 for iris, first, second in EYES
    ]
    mean = np.mean(offsets, axis=0) * [1, -1] / scale[:, None]  # (N, 2), up is positive
    across = ((mean - _OFFSET_CM + _DEPTH_CM * rotation[:, :2, 2]) / _RADIUS_CM).clip(-_MOST, _MOST)
    forward = np.sqrt(np.maximum(1 - (across**2).sum(axis=1, keepdims=True), 1 - _MOST**2))
    direction = np.concatenate([across, forward], axis=1)
    return np.asarray(direction / np.linalg.norm(direction, axis=1, keepdims=True))


def gaze_deg(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3) -> (N, 2) yaw, positive to the picture's right, and pitch, positive up, in degrees."""
    yaw = np.arctan2(directions[:, 0], directions[:, 2])
    pitch = np.arcsin(directions[:, 1].clip(-1, 1))
    return np.asarray(np.degrees(np.stack([yaw, pitch], axis=1)))
