"""Cuts out what the landmark model sees: a face with its eyes level and half as much again around it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.landmarks.graphs import INPUT_PX

# Where eyes and mouth corners are in a view cut as MediaPipe cuts one from the landmarks of the frame before: the
# square around all landmarks, 1.5 times as large, with the outer eye corners level. Median of the medians of 22
# recordings, mirrored and averaged. The nose is left out: it moves most when the head turns.
TEMPLATE = np.array([[96.07, 96.58], [159.93, 96.58], [101.24, 167.96], [154.76, 167.96]])
_USED = [0, 1, 3, 4]


@dataclass(frozen=True, slots=True, eq=False)
class FaceView:
    """pixels: (256, 256, 3) uint8 RGB. matrix: (2, 3) from points of the picture to points of the view."""

    pixels: NDArray[np.uint8]
    matrix: NDArray[np.float64]


def view_matrix(points: NDArray[np.float32]) -> NDArray[np.float64]:
    """(5, 2) eyes, nose and mouth corners, as MTCNN gives them -> the (2, 3) similarity into the view.

    Center and size are the least squares fit to TEMPLATE, as in analysis.faces.align; the rotation levels the eyes.
    """
    source = points[_USED, 0] + 1j * points[_USED, 1].astype(float)
    target = TEMPLATE[:, 0] + 1j * TEMPLATE[:, 1]
    centred = source - source.mean()
    spread = max(float(np.sum(np.abs(centred) ** 2)), 1e-9)
    size = abs(np.sum(np.conj(centred) * (target - target.mean()))) / spread
    eyes = source[1] - source[0]
    factor = size * np.conj(eyes) / max(abs(eyes), 1e-9)
    shift = target.mean() - factor * source.mean()
    return np.array([[factor.real, -factor.imag, shift.real], [factor.imag, factor.real, shift.imag]])


def cut_view(picture: NDArray[np.uint8], points: NDArray[np.float32]) -> FaceView:
    """An RGB picture (height, width, 3) and five points (5, 2) of a face in it -> what the model sees.

    Beyond the picture's border its edge is repeated (see the package's docstring).
    """
    matrix = view_matrix(points)
    size = (INPUT_PX, INPUT_PX)
    pixels = cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return FaceView(np.asarray(pixels, np.uint8), matrix)
