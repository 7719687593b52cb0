"""Crops for sets published as whole photographs: cropped and rotated as the product does with the faces it sees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from analysis.config import FaceConfig
from analysis.faces.align import aligned_crop
from analysis.faces.cascade import Cascade

NO_FACE = "no face found by the detector"


class FaceCropper:
    """Finds the most probable face in a photograph. The networks are loaded when the first one is needed."""

    def __init__(self) -> None:
        self._cascade: Cascade | None = None

    def crop(self, picture: Image.Image) -> NDArray[np.uint8] | None:
        """(48, 48) gray, or None if there is no face."""
        self._cascade = self._cascade or Cascade(FaceConfig(), threads=1)
        found = self._cascade.detect(np.asarray(picture.convert("RGB")))
        return crop_at(picture, found.points[0]) if len(found) else None


def crop_at(picture: Image.Image, points: NDArray[np.float32]) -> NDArray[np.uint8]:
    """(48, 48) gray at five landmarks (5, 2): eyes, nose, mouth corners, left to right in the picture."""
    return aligned_crop(np.asarray(picture.convert("RGB")), points)
