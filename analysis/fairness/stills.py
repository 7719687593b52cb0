"""One image processed the way a frame of a recording is: the same detector, crop, quality bound and model.

No margin is put around an image, although crops such as UTKFace's are tight: of 400 of UTKFace's (every fifth of
2,000), the product finds a face in 399 as they are, in 396 with a quarter of their side repeated around them, in 391
with a quarter mirrored, and in 392 with a quarter of their mean color. A margin would only hide what the detector
does.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from analysis.config import FaceConfig
from analysis.expression.calibration import is_sure
from analysis.expression.inference import BATCH, ExpressionClassifier
from analysis.faces.engine import one_thread
from analysis.faces.stage import FaceStage, Seen
from analysis.fairness.readers import LabelledImage
from analysis.fairness.storage import Store, Unreadable
from analysis.fairness.tally import Answer
from analysis.types import EXPRESSIONS, NOT_SURE, Visibility
from analysis.video.timeline import upright_rgb

MAX_PIXELS = 50_000_000

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP")
_DAMAGE = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, Image.DecompressionBombError)


def picture(content: bytes, side_px: int) -> NDArray[np.uint8]:
    """An image file's bytes -> upright RGB (height, width, 3), its long side at most `side_px`. Raises Unreadable."""
    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Unreadable(f"more than {MAX_PIXELS:,} pixels")
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except _DAMAGE as error:
        raise Unreadable(str(error)) from error
    # Shrunk by the same function as a frame of a recording.
    return upright_rgb(av.VideoFrame.from_ndarray(np.asarray(upright), format="rgb24"), side_px)


class Stills:
    """Reads images from a store and answers for each; counts `unreadable` and `too_small` as it goes.

    too_small: images in which no face can be as large as the smallest that the product searches for.
    """

    def __init__(self, store: Store, classifier: ExpressionClassifier, threads: int) -> None:
        self._store, self._classifier = store, classifier
        self._config = FaceConfig()
        self._faces = FaceStage(self._config, threads)
        self.unreadable, self.too_small = 0, 0

    def answers(self, images: Sequence[LabelledImage], report: Callable[[int, int], None]) -> Iterator[Answer]:
        """One answer for each readable image, in their order. Calls `report(done, total)` after each batch."""
        for first in range(0, len(images), BATCH):
            batch = images[first : first + BATCH]
            looks = [(image, seen) for image in batch if (seen := self._look(image.name)) is not None]
            yield from self._classified(looks)
            report(first + len(batch), len(images))

    def _look(self, name: str) -> Seen | None:
        """What the image shows, as if it were the only frame of a recording; None if it is damaged."""
        try:
            still = picture(self._store.read(name), self._config.picture_side_px)
        except Unreadable:
            self.unreadable += 1
            return None
        self.too_small += min(still.shape[:2]) < self._config.min_face_px
        self._faces.forget()
        return self._faces.look(still, pts_ms=0)

    def _classified(self, looks: list[tuple[LabelledImage, Seen]]) -> Iterator[Answer]:
        crops = [seen.crop for _, seen in looks if seen.crop is not None]
        with one_thread():
            probs = (
                self._classifier.predict(np.stack(crops)) if crops else np.empty((0, len(EXPRESSIONS)), np.float32)
            )
        named = iter(answers_of(probs, self._classifier.abstain_below))
        for image, seen in looks:
            answer = None if seen.crop is None else next(named)
            yield Answer(image.of, seen.visibility != Visibility.NOBODY, answer, image.label)


def answers_of(probs: NDArray[np.float32], bound: float) -> list[str]:
    """(N, 7) probabilities -> for each the most probable expression, or "not sure" if that is below `bound`."""
    named = zip(probs.argmax(axis=1), is_sure(probs, bound), strict=True)
    return [EXPRESSIONS[top] if sure else NOT_SURE for top, sure in named]
