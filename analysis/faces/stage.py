"""The face stage of a pipeline: a picture in, the candidate's face with its crop and quality out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.config import FaceConfig
from analysis.faces.align import aligned_crop
from analysis.faces.candidate import CandidateChooser
from analysis.faces.cascade import Cascade
from analysis.faces.follow import Face, Tracker
from analysis.faces.quality import quality
from analysis.types import Visibility


@dataclass(frozen=True, slots=True)
class Seen:
    """What one frame shows. face and crop, (48, 48) gray, are the candidate's; crop is None if it is hard to see."""

    faces: int
    visibility: Visibility
    face: Face | None = None
    quality: float | None = None
    crop: NDArray[np.uint8] | None = None


class FaceStage:
    """Feed it every frame in order of time."""

    def __init__(self, config: FaceConfig, threads: int) -> None:
        self._config = config
        self._cascade = Cascade(config, threads)
        self.forget()

    def forget(self) -> None:
        """Start over, as for another recording: no face is known, and no one is the candidate yet."""
        self._tracker = Tracker(self._cascade, self._config)
        self._candidate = CandidateChooser()

    def memory(self) -> tuple[Tracker, CandidateChooser]:
        """What it knows about the frames so far."""
        return self._tracker, self._candidate

    def remember(self, memory: tuple[Tracker, CandidateChooser]) -> None:
        """Continue from another stage's `memory` of the same recording."""
        self._tracker, self._candidate = memory
        self._tracker.attach(self._cascade)

    def look(self, picture: NDArray[np.uint8], pts_ms: int) -> Seen:
        """An RGB picture (height, width, 3) -> what it shows, in pixels of that picture."""
        faces = self._tracker.update(picture, pts_ms)
        height, width = picture.shape[:2]
        face = self._candidate.choose(faces, pts_ms, width, height)
        count = sum(other.steady or other is face for other in faces)
        if face is None:
            return Seen(count, Visibility.NOBODY)
        crop = aligned_crop(picture, face.points)
        grade = quality(crop, face.points, face.prob).overall
        if grade < self._config.min_quality:
            return Seen(count, Visibility.HARD_TO_SEE, face, grade)
        return Seen(count, Visibility.SEEN, face, grade, crop)
