"""An attribution drawn over the face it belongs to.

One hue that people with any kind of color vision can distinguish from gray: orange lies on the yellow-blue axis,
which the common red-green deficiencies leave intact. The face keeps its lightness, and only the chroma grows with the
attribution, in CIELAB, where equal steps look equal (ISO/CIE 11664-4). Lines around the strongest part say the same
to anyone who sees no colors at all, and in a gray print.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

#: Side of the picture in pixels: four for each one of the crop.
PICTURE_PX = 192

_HUE_RAD = math.radians(65)
_CHROMA = 75.0
# The face's lightness is brought into this range, in which the hue can be this strong on a screen.
_DARKEST, _LIGHTEST = 25.0, 85.0
# The line encloses everything with at least this share of the greatest attribution.
_LINE_AT = 0.5


def heat_map_png(crop: NDArray[np.uint8], attribution: NDArray[np.floating]) -> bytes:
    """A (48, 48) gray crop and its attribution (48, 48), nowhere negative -> a PNG of 192 x 192 pixels."""
    size = (PICTURE_PX, PICTURE_PX)
    grey = cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    strength = cv2.resize(attribution.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    strength = np.clip(strength / max(float(strength.max()), 1e-12), 0, 1)
    lightness = cv2.cvtColor(np.repeat(grey[..., None], 3, axis=2), cv2.COLOR_RGB2Lab)[..., 0]  # 0..100
    lightness = _DARKEST + lightness * (_LIGHTEST - _DARKEST) / 100
    chroma = _CHROMA * strength
    lab = np.dstack([lightness, chroma * math.cos(_HUE_RAD), chroma * math.sin(_HUE_RAD)])
    rgb = np.clip(cv2.cvtColor(lab.astype(np.float32), cv2.COLOR_Lab2RGB), 0, 1)
    picture = np.rint(rgb * 255).astype(np.uint8)
    lines, _ = cv2.findContours((strength >= _LINE_AT).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    # White on black: one of the two stands out on any skin.
    for color, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.drawContours(picture, lines, -1, color, width, cv2.LINE_AA)
    written, png = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not written:
        raise ValueError("the picture cannot be written as PNG")
    return png.tobytes()
