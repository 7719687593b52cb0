"""From decoded frames to observations: faces, expressions and their smoothing, a second or so at a time."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from analysis.loading import Loaded
from analysis.progress import StageClock
from analysis.signals.peak_crops import PeakCrops
from analysis.signals.smoothing import GAP, StreamSmoother
from analysis.types import EXPRESSIONS, FACE_SIGNALS, Observation
from analysis.video.decode import Frame
from analysis.video.scene import SceneWatch

if TYPE_CHECKING:  # loading these loads torch: a plan without their stage must not
    from analysis.faces.stage import Seen
    from analysis.landmarks.stage import FaceView

#: Frames that are read at once: one batch of the expression model.
WINDOW = 32

# How many windows may wait for their readers before the next face is searched for: bounds memory.
_AHEAD = 1


@dataclass(slots=True)
class _Window:
    """Frames that are read together. drafts: observations' fields, without what is read. crops, views: one each."""

    drafts: list[dict[str, Any]] = field(default_factory=list)
    crops: list[NDArray[np.uint8] | None] = field(default_factory=list)
    views: list[FaceView | None] = field(default_factory=list)


#: What was read from a window: (N, 7) probabilities and (N, len(FACE_SIGNALS)) face signals, NaN if nothing was read.
_Read = tuple[NDArray[np.float32], NDArray[np.float32]]


class FrameStages:
    """Turns frames into observations; a context manager. A stage that is not loaded is not computed.

    Faces are found in the caller's thread, because each frame's faces depend on the frames before. Expressions and
    landmarks are read one window later in their own threads, while the next faces are found; this does not affect the
    results.
    peaks: the faces kept for explaining moments afterwards.
    """

    def __init__(
        self,
        loaded: Loaded,
        smooth_ms: int,
        clock: StageClock,
    ) -> None:
        self._faces, self._classifier = loaded.faces, loaded.classifier
        self._landmarks, self._liveness, self._clock = loaded.landmarks, loaded.liveness, clock
        self._scene = SceneWatch()
        self._smoother = StreamSmoother(smooth_ms)
        self.peaks = PeakCrops()
        self._window = _Window()
        # One thread each: a model serves one caller at a time, and windows must be read in order.
        self._expressions, self._points = ThreadPoolExecutor(1), ThreadPoolExecutor(1)
        self._being_read: deque[tuple[_Window, Future[NDArray[np.float32]], Future[NDArray[np.float32]]]] = deque()
        self._unsmoothed: list[dict[str, Any]] = []  # waiting for their neighbors
        self._unsettled_crops: list[NDArray[np.uint8] | None] = []  # one for each of them

    def __enter__(self) -> FrameStages:
        return self

    def __exit__(self, *exc: object) -> None:
        for reader in (self._expressions, self._points):
            reader.shutdown(cancel_futures=True)

    def observe(self, frame: Frame, full_width: int) -> list[Observation]:
        """The observations settled by this frame: usually none, then about a second's worth at once.

        full_width: of the upright picture in pixels, to which boxes are scaled.
        """
        seen = self._look(frame)
        self._window.crops.append(None if seen is None else seen.crop)
        self._window.views.append(self._view(frame, seen))
        more = {"picture": self._picture(frame, seen), "live": self._live(frame, seen)}
        self._window.drafts.append(_draft(frame, seen, full_width) | more)
        if len(self._window.drafts) < WINDOW:
            return []
        self._have_read()
        return self._settled(*self._next_read()) if len(self._being_read) > _AHEAD else []

    @property
    def between_windows(self) -> bool:
        """Whether the readers already have the window of every frame so far; only then is there a `memory`."""
        return not self._window.drafts

    def memory(self) -> dict[str, Any]:
        """What it knows about the frames so far, after `wait`: the live objects, not a copy."""
        return {
            "faces": None if self._faces is None else self._faces.memory(),
            "liveness": None if self._liveness is None else self._liveness.memory(),
            "scene": self._scene,
            "smoother": self._smoother,
            "peaks": self.peaks,
            "unsmoothed": self._unsmoothed,
            "unsettled_crops": self._unsettled_crops,
        }

    def remember(self, memory: dict[str, Any]) -> None:
        """Continue from the `memory` of other stages of the same kind, after the frames that they saw."""
        if self._faces is not None:
            self._faces.remember(memory["faces"])
        if self._liveness is not None:
            self._liveness.remember(memory["liveness"])
        self._scene, self._smoother, self.peaks = memory["scene"], memory["smoother"], memory["peaks"]
        self._unsmoothed, self._unsettled_crops = memory["unsmoothed"], memory["unsettled_crops"]

    def wait(self) -> list[Observation]:
        """The observations that were only waiting for their readers."""
        settled: list[Observation] = []
        while self._being_read:
            settled += self._settled(*self._next_read())
        return settled

    def finish(self) -> list[Observation]:
        """The observations that were still waiting for later frames."""
        self._have_read()
        settled: list[Observation] = []
        while self._being_read:
            window, read = self._next_read()
            settled += self._settled(window, read, last=not self._being_read)
        return settled

    def _have_read(self) -> None:
        """Pass the current window to the readers and begin another."""
        window, self._window = self._window, _Window()
        probs = self._expressions.submit(self._classified, window)
        self._being_read.append((window, probs, self._points.submit(self._read_landmarks, window)))

    def _next_read(self) -> tuple[_Window, _Read]:
        window, probs, signals = self._being_read.popleft()
        with self._clock("waiting for readers"):
            return window, (probs.result(), signals.result())

    def _look(self, frame: Frame) -> Seen | None:
        if self._faces is None or frame.picture is None:
            return None
        with self._clock("faces"):
            return self._faces.look(frame.picture, frame.pts_ms)

    def _view(self, frame: Frame, seen: Seen | None) -> FaceView | None:
        """What to read the landmarks from: a face that shows well enough, as for the expression's crop."""
        if self._landmarks is None or frame.picture is None or seen is None or seen.face is None or seen.crop is None:
            return None
        with self._clock("landmarks"):
            return self._landmarks.view(frame.picture, seen.face.points)

    def _picture(self, frame: Frame, seen: Seen | None) -> tuple[float, ...] | None:
        if seen is None or frame.picture is None:
            return None
        with self._clock("scene"):
            return self._scene.look(frame.picture, None if seen.face is None else seen.face.box, frame.pts_ms)

    def _live(self, frame: Frame, seen: Seen | None) -> float | None:
        if self._liveness is None or frame.picture is None or seen is None or seen.face is None or seen.crop is None:
            return None
        with self._clock("liveness"):
            return self._liveness.look(frame.picture, seen.face.box, seen.face.track, frame.pts_ms)

    def _read_landmarks(self, window: _Window) -> NDArray[np.float32]:
        """(N, len(FACE_SIGNALS)), NaN where there is nothing to read."""
        signals = np.full((len(window.views), len(FACE_SIGNALS)), np.nan, np.float32)
        views = {i: view for i, view in enumerate(window.views) if view is not None}
        if self._landmarks is not None and views:
            with self._clock("landmarks"):
                signals[list(views)] = self._landmarks.read(list(views.values()))
        return signals

    def _classified(self, window: _Window) -> NDArray[np.float32]:
        """(N, 7) probabilities, NaN where there is no readable face."""
        probs = np.full((len(window.crops), len(EXPRESSIONS)), np.nan, np.float32)
        crops = {i: crop for i, crop in enumerate(window.crops) if crop is not None}
        if self._classifier is not None and crops:
            with self._clock("expression"):
                probs[list(crops)] = self._classifier.predict(np.stack(list(crops.values())))
        return probs

    def _settled(self, window: _Window, read: _Read, *, last: bool = False) -> list[Observation]:
        probs, signals = read
        readable = ~np.isnan(probs[:, 0])
        tracks = np.array([draft.get("track", GAP) for draft in window.drafts], np.int32)
        pts_ms = np.array([draft["pts_ms"] for draft in window.drafts], np.int64)
        self._unsmoothed += [
            draft | {"expression": _values(row), "face_signals": _values(face)}
            for draft, row, face in zip(window.drafts, probs, signals, strict=True)
        ]
        self._unsettled_crops += window.crops
        with self._clock("signals"):
            smoothed, band = self._smoother.push(pts_ms, np.where(readable, tracks, GAP), probs, last=last)
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
