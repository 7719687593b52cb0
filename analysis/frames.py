"""From decoded frames to observations: faces, expressions and their smoothing, a second or so at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.progress import StageClock
from analysis.signals.peak_crops import PeakCrops
from analysis.signals.smoothing import GAP, StreamSmoother
from analysis.types import EXPRESSIONS, FACE_SIGNALS, Observation
from analysis.video.decode import Frame
from analysis.video.scene import SceneWatch

if TYPE_CHECKING:  # loading these loads torch: a plan without their stage must not
    from analysis.expression.inference import ExpressionClassifier
    from analysis.faces.stage import FaceStage, Seen
    from analysis.landmarks.stage import FaceView, LandmarkStage

#: Frames that are read at once: one batch of the expression network.
WINDOW = 32


class FrameStages:
    """Turns frames into observations. Each stage may be None: then it is not computed.

    peaks: the faces that were kept for explaining moments afterwards.
    """

    def __init__(
        self,
        faces: FaceStage | None,
        classifier: ExpressionClassifier | None,
        landmarks: LandmarkStage | None,
        smooth_ms: int,
        clock: StageClock,
    ) -> None:
        self._faces, self._classifier, self._landmarks, self._clock = faces, classifier, landmarks, clock
        self._scene = SceneWatch()
        self._smoother = StreamSmoother(smooth_ms)
        self.peaks = PeakCrops()
        self._drafts: list[dict[str, Any]] = []  # observations' fields, waiting to be classified
        self._crops: list[NDArray[np.uint8] | None] = []  # one for each of them
        self._views: list[FaceView | None] = []  # one for each of them
        self._unsmoothed: list[dict[str, Any]] = []  # waiting for their neighbours
        self._unsettled_crops: list[NDArray[np.uint8] | None] = []  # one for each of them

    def observe(self, frame: Frame, full_width: int) -> list[Observation]:
        """The observations that are settled by this frame: mostly none, then those of a second or so at once.

        full_width: of the upright picture in pixels, to which boxes are scaled.
        """
        seen = self._look(frame)
        self._crops.append(None if seen is None else seen.crop)
        self._views.append(self._view(frame, seen))
        self._drafts.append(_draft(frame, seen, full_width) | {"picture": self._picture(frame, seen)})
        return self._settled() if len(self._drafts) == WINDOW else []

    def finish(self) -> list[Observation]:
        """The observations that were still waiting for later frames."""
        return self._settled(last=True)

    def _look(self, frame: Frame) -> Seen | None:
        if self._faces is None or frame.picture is None:
            return None
        with self._clock("faces"):
            return self._faces.look(frame.picture, frame.pts_ms)

    def _view(self, frame: Frame, seen: Seen | None) -> FaceView | None:
        """What the landmarks are to be read from: of a face that shows well enough, like the expression's crop."""
        if self._landmarks is None or frame.picture is None or seen is None or seen.face is None or seen.crop is None:
            return None
        with self._clock("landmarks"):
            return self._landmarks.view(frame.picture, seen.face.points)

    def _picture(self, frame: Frame, seen: Seen | None) -> tuple[float, ...] | None:
        if seen is None or frame.picture is None:
            return None
        with self._clock("scene"):
            return self._scene.look(frame.picture, None if seen.face is None else seen.face.box)

    def _read_landmarks(self) -> NDArray[np.float32]:
        """(N, len(FACE_SIGNALS)) of the waiting views, NaN where there is nothing to read."""
        signals = np.full((len(self._views), len(FACE_SIGNALS)), np.nan, np.float32)
        views = {i: view for i, view in enumerate(self._views) if view is not None}
        if self._landmarks is not None and views:
            with self._clock("landmarks"):
                signals[list(views)] = self._landmarks.read(list(views.values()))
        return signals

    def _classified(self) -> NDArray[np.float32]:
        """(N, 7) probabilities of the waiting crops, NaN where there is no readable face."""
        probs = np.full((len(self._crops), len(EXPRESSIONS)), np.nan, np.float32)
        crops = {i: crop for i, crop in enumerate(self._crops) if crop is not None}
        if self._classifier is not None and crops:
            with self._clock("expression"):
                probs[list(crops)] = self._classifier.predict(np.stack(list(crops.values())))
        return probs

    def _settled(self, *, last: bool = False) -> list[Observation]:
        probs, signals = self._classified(), self._read_landmarks()
        read = ~np.isnan(probs[:, 0])
        tracks = np.array([draft.get("track", GAP) for draft in self._drafts], np.int32)
        pts_ms = np.array([draft["pts_ms"] for draft in self._drafts], np.int64)
        self._unsmoothed += [
            draft | {"expression": _values(row), "face_signals": _values(face)}
            for draft, row, face in zip(self._drafts, probs, signals, strict=True)
        ]
        self._unsettled_crops += self._crops
        self._drafts, self._crops, self._views = [], [], []
        with self._clock("signals"):
            smoothed, band = self._smoother.push(pts_ms, np.where(read, tracks, GAP), probs, last=last)
        settled, self._unsmoothed = self._unsmoothed[: len(smoothed)], self._unsmoothed[len(smoothed) :]
        self._keep_peaks(settled, smoothed)
        return [
            Observation(**draft, smoothed=_values(values), uncertainty=_values(widths))
            for draft, values, widths in zip(settled, smoothed, band, strict=True)
        ]

    def _keep_peaks(self, settled: list[dict[str, Any]], smoothed: NDArray[np.float32]) -> None:
        crops = self._unsettled_crops[: len(settled)]
        self._unsettled_crops = self._unsettled_crops[len(settled) :]
        if self._classifier is not None:
            self.peaks.offer(np.array([draft["pts_ms"] for draft in settled], np.int64), smoothed, crops)


def _draft(frame: Frame, seen: Seen | None, full_width: int) -> dict[str, Any]:
    """An observation's fields, without the expression."""
    fields: dict[str, Any] = {"index": frame.index, "pts_ms": frame.pts_ms, "faces": None, "visibility": None}
    if seen is None or frame.picture is None:
        return fields
    fields |= {"faces": seen.faces, "visibility": seen.visibility}
    if seen.face is not None and seen.quality is not None:
        scale = full_width / frame.picture.shape[1]
        fields |= {
            "track": seen.face.track,
            "box": tuple(round(float(side) * scale, 2) for side in seen.face.box),
            "face_prob": round(seen.face.prob, 4),
            "quality": round(seen.quality, 4),
        }
    return fields


def _values(row: NDArray[np.float32]) -> tuple[float, ...] | None:
    return None if np.isnan(row[0]) else tuple(row.tolist())
