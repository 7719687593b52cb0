"""How well accuracy holds up when the crops get worse, one way at a time, as in Hendrycks and Dietterich 2019.

Every change is applied to the 48x48 crop itself, which is harsher than the same fault in the larger picture that a
crop is cut from: JPEG's blocks are a sixth of the face here. Random values are drawn once from one seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from analysis.expression.calibration import expected_calibration_error
from analysis.expression.inference import ExpressionClassifier
from analysis.expression.preprocessing import CROP_PX
from analysis.faces.align import TEMPLATE
from analysis.training.reliability import answered

SEED = 20260101

#: (N, 48, 48) gray uint8 -> the same, worse.
Transform = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


def _as_grey(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Rounds to whole gray levels; what is too dark or too bright is clipped, as in a camera."""
    grey: NDArray[np.uint8] = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return grey


def _each(crops: NDArray[np.uint8], change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return np.stack([change(crop) for crop in crops])


def blur(crops: NDArray[np.uint8], sigma_px: float) -> NDArray[np.uint8]:
    """A Gaussian of `sigma_px` pixels of the crop."""
    return _each(crops, lambda crop: cv2.GaussianBlur(crop, (0, 0), sigma_px, borderType=cv2.BORDER_REPLICATE))


def jpeg(crops: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    """Encoded as JPEG at `quality` (1..100) and decoded again."""

    def coded(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
        _, file = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), np.uint8)

    return _each(crops, coded)


def light(crops: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Every gray level times `factor`, clipped at white."""
    return _as_grey(crops * factor)


def gamma(crops: NDArray[np.uint8], exponent: float) -> NDArray[np.uint8]:
    """Gray levels of 0..1 to the power `exponent`: above 1 shadows deepen, below 1 the picture is washed out."""
    return _as_grey(255 * (crops / 255) ** exponent)


def noise(crops: NDArray[np.uint8], levels: float) -> NDArray[np.uint8]:
    """Normal noise of `levels` gray levels, independent for each pixel."""
    return _as_grey(crops + np.random.default_rng(SEED).normal(0, levels, crops.shape))


def dark_and_noisy(crops: NDArray[np.uint8], factor: float, levels: float) -> NDArray[np.uint8]:
    """A dark room: little light, and the sensor's noise on top of it."""
    return noise(light(crops, factor), levels)


def _warped(crop: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    # the same sampling and the same edges as analysis.faces.align
    size = (CROP_PX, CROP_PX)
    warped = cv2.warpAffine(crop, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _about_centre(angle_deg: float, scale: float) -> NDArray[np.float64]:
    centre = (CROP_PX - 1) / 2
    return np.asarray(cv2.getRotationMatrix2D((centre, centre), angle_deg, scale), np.float64)


def rotation(crops: NDArray[np.uint8], angle_deg: float) -> NDArray[np.uint8]:
    """Rotated about its center; positive is counterclockwise."""
    matrix = _about_centre(angle_deg, 1.0)
    return _each(crops, lambda crop: _warped(crop, matrix))


def jitter(crops: NDArray[np.uint8], part: float) -> NDArray[np.uint8]:
    """Each crop shifted across, shifted down and scaled, each amount drawn uniformly from ±`part` of the side."""
    drawn = np.random.default_rng(SEED).uniform(-part, part, (len(crops), 3))

    def moved(crop: NDArray[np.uint8], across: float, down: float, larger: float) -> NDArray[np.uint8]:
        matrix = _about_centre(0.0, 1 + larger)
        matrix[:, 2] += np.array([across, down]) * CROP_PX
        return _warped(crop, matrix)

    return np.stack([moved(crop, *values) for crop, values in zip(crops, drawn.tolist(), strict=True)])


def small(crops: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """As if the face had been only `side_px` pixels wide in the picture: downscaled, then enlarged again."""

    def through(crop: NDArray[np.uint8]) -> NDArray[np.uint8]:
        reduced = cv2.resize(crop, (side_px, side_px), interpolation=cv2.INTER_AREA)
        return np.asarray(cv2.resize(reduced, (CROP_PX, CROP_PX), interpolation=cv2.INTER_LINEAR), np.uint8)

    return _each(crops, through)


# Where aligned faces have their eyes and mouth, in pixels of the crop: first and last corner, x and y.
_LEFT_EYE, _RIGHT_EYE, _, _LEFT_CORNER, _RIGHT_CORNER = TEMPLATE
EYES_BOX = np.array([_LEFT_EYE, _RIGHT_EYE]) + np.array([[-8, -5], [8, 5]])
MOUTH_BOX = np.array([_LEFT_CORNER, _RIGHT_CORNER]) + np.array([[-4, -5], [4, 7]])


def covered(crops: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.uint8]:
    """A box of the crop's own mean gray over a region: a hand, dark glasses, a microphone."""
    (left, top), (right, bottom) = np.rint(box).astype(int).tolist()
    hidden = crops.copy()
    hidden[:, top : bottom + 1, left : right + 1] = _as_grey(crops.mean(axis=(1, 2)))[:, None, None]
    return hidden


def _unchanged(crops: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return crops


#: What is tried, by the name that the card shows.
CONDITIONS: Mapping[str, Transform] = {
    "as it is": _unchanged,
    **{f"blur, {sigma} px": partial(blur, sigma_px=sigma) for sigma in (0.5, 1.0, 1.5, 2.0)},
    **{f"JPEG, quality {quality}": partial(jpeg, quality=quality) for quality in (50, 30, 15, 8)},
    "brightness +30 %": partial(light, factor=1.3),
    "brightness -30 %": partial(light, factor=0.7),
    "half the light": partial(light, factor=0.5),
    "shadows deepened, gamma 2": partial(gamma, exponent=2.0),
    "washed out, gamma 0.5": partial(gamma, exponent=0.5),
    "a fifth of the light, with noise of 5 levels": partial(dark_and_noisy, factor=0.2, levels=5.0),
    **{f"rotated by {angle:+} degrees": partial(rotation, angle_deg=angle) for angle in (-20, -10, 10, 20)},
    **{f"crop off by up to {part * 100:.0f} %": partial(jitter, part=part) for part in (0.05, 0.10)},
    **{f"face of {side} pixels": partial(small, side_px=side) for side in (32, 24)},
    **{f"noise of {levels} levels": partial(noise, levels=levels) for levels in (5, 10, 20)},
    "eyes covered": partial(covered, box=EYES_BOX),
    "mouth covered": partial(covered, box=MOUTH_BOX),
}


def robustness(
    classifier: ExpressionClassifier, images: NDArray[np.uint8], labels: NDArray[np.int64]
) -> dict[str, dict[str, float | None]]:
    """For each of CONDITIONS, the results of `classifier` on (N, 48, 48) `images` degraded that way.

    accuracy with low and high (95 %); ece; and whether it notices: coverage, the share it still answers at its own
    bound, and accuracy_of_answers, None if it answers nothing.
    """
    return {
        name: _measured(classifier.predict(transform(images)), labels, classifier.abstain_below)
        for name, transform in CONDITIONS.items()
    }


def _measured(probs: NDArray[np.float32], labels: NDArray[np.int64], abstain_below: float) -> dict[str, float | None]:
    every, ours = answered(probs, labels, 0.0), answered(probs, labels, abstain_below)
    return {
        **{name: every[name] for name in ("accuracy", "low", "high")},
        "ece": round(expected_calibration_error(probs, labels), 4),
        "coverage": ours["coverage"],
        "accuracy_of_answers": ours["accuracy"],
    }
