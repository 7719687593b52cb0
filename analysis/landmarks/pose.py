"""How a head is turned: the landmarks against the canonical face.

A weighted similarity fit (Umeyama 1991, Kabsch 1976) on the landmarks and weights of MediaPipe's geometry pipeline.
MediaPipe also undoes the perspective of an assumed 63 degree camera. That is omitted: the camera of a recording is
unknown, and without it angles are relative to the line from the face to the lens, so a face at the picture's edge
that looks into the lens is at zero.

Signs, in the picture as it is shown: yaw is positive when the face points to the picture's right (a person turning
to their own left, if the picture is not mirrored), pitch when it points up, roll when it leans clockwise. The
rotation is roll after yaw after pitch, so turning the picture changes roll alone.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analysis.landmarks.canonical import MESH_POINTS, CanonicalFace

#: Rows in pictures go down and the model's z points away from the camera; the canonical face's y and z do not.
FLIP = np.array([1.0, -1.0, -1.0])


def rotations(
    points: NDArray[np.float64], face: CanonicalFace
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """(N, 468 or more, 3) landmarks as the model gives them -> the fit of the canonical face to each.

    rotation: (N, 3, 3) from the canonical face's axes to x right, y up, z to the camera. scale: (N,) pixels per
    centimeter. shift: (N, 3) in pixels.
    """
    used = face.weights > 0
    weights = face.weights[used]
    target = points[:, :MESH_POINTS][:, used] * FLIP  # (N, K, 3)
    source = face.points[used]
    target_mean = np.einsum("k,nkc->nc", weights, target)
    source_mean = weights @ source
    centred = source - source_mean
    covariance = np.einsum("k,nkc,kd->ncd", weights, target - target_mean[:, None], centred)
    u, singular, vt = np.linalg.svd(covariance)
    signs = np.ones_like(singular)
    signs[:, 2] = np.sign(np.linalg.det(u) * np.linalg.det(vt))  # a rotation, never a reflection
    rotation = np.einsum("nij,nj,njk->nik", u, signs, vt)
    scale = (singular * signs).sum(axis=1) / (weights @ (centred**2).sum(axis=1))
    shift = target_mean - scale[:, None] * np.einsum("nij,j->ni", rotation, source_mean)
    return rotation, scale, shift


def turned_back(rotation: NDArray[np.float64], matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3, K) rotations or columns in the axes of views -> the same in those of their pictures.

    matrices: (N, 2, 3) from picture to view.
    """
    turn = np.arctan2(matrices[:, 0, 1], matrices[:, 0, 0])  # the picture's counterclockwise turn in the view
    back = np.zeros((len(rotation), 3, 3))
    back[:, 0, 0] = back[:, 1, 1] = np.cos(turn)
    back[:, 0, 1], back[:, 1, 0] = np.sin(turn), -np.sin(turn)
    back[:, 2, 2] = 1
    return np.asarray(back @ rotation)


def angles_deg(rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 3, 3) -> (N, 3) yaw, pitch and roll in degrees."""
    yaw = np.arcsin(-rotation[:, 2, 0].clip(-1, 1))
    pitch = -np.arctan2(rotation[:, 2, 1], rotation[:, 2, 2])
    roll = -np.arctan2(rotation[:, 1, 0], rotation[:, 0, 0])
    return np.asarray(np.degrees(np.stack([yaw, pitch, roll], axis=1)))


def rotation_from(yaw_deg: float, pitch_deg: float, roll_deg: float) -> NDArray[np.float64]:
    """The (3, 3) rotation with these angles: the inverse of `angles_deg`."""
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    about_x = np.array([[1, 0, 0], [0, np.cos(pitch), np.sin(pitch)], [0, -np.sin(pitch), np.cos(pitch)]])
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)
