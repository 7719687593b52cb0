"""A whole recording as a few numbers for each frame: the input of rules about time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.types import EXPRESSIONS, FACE_SIGNALS, PICTURE_SIGNALS, Observation, Span, Visibility

VISIBILITIES = tuple(Visibility)

#: For faces, visibility, track, quality and live.
_SCALARS = 5
#: For smoothed, uncertainty, face_signals and picture.
_VECTOR_WIDTHS = (len(EXPRESSIONS), len(EXPRESSIONS), len(FACE_SIGNALS), len(PICTURE_SIGNALS))


@dataclass(frozen=True, slots=True)
class Series:
    """Arrays over N frames, about 215 bytes each: three hours at 30 frames a second are 70 MB.

    pts_ms, end_ms: (N,) a frame lasts from its own time to that of the next one. faces: (N,) -1 if not computed.
    visibility: (N,) index into VISIBILITIES, -1 if not computed. quality, live: (N,) NaN without a face. track: (N,)
    of the candidate, -1 without a face. smoothed, uncertainty: (N, 7), face_signals: (N, len(FACE_SIGNALS)), picture:
    (N, len(PICTURE_SIGNALS)), with NaN rows where there is no value.
    """

    pts_ms: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    faces: NDArray[np.int16]
    visibility: NDArray[np.int8]
    track: NDArray[np.int32]
    quality: NDArray[np.float32]
    live: NDArray[np.float32]
    smoothed: NDArray[np.float32]
    uncertainty: NDArray[np.float32]
    face_signals: NDArray[np.float32]
    picture: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.pts_ms)

    def is_shown(self, visibility: Visibility) -> NDArray[np.bool_]:
        """(N,) whether each frame has this visibility."""
        return np.asarray(self.visibility == VISIBILITIES.index(visibility))

    def face_signal(self, name: str) -> NDArray[np.float32]:
        """(N,) one of FACE_SIGNALS."""
        return self.face_signals[:, FACE_SIGNALS.index(name)]

    def picture_signal(self, name: str) -> NDArray[np.float32]:
        """(N,) one of PICTURE_SIGNALS."""
        return self.picture[:, PICTURE_SIGNALS.index(name)]

    def mean_quality(self, part: slice) -> float:
        """0..1, over the frames with a face in a part that has some."""
        return round(float(np.nanmean(self.quality[part])), 3)

    def span(self, first: int, last: int) -> Span:
        """Media time of the frames `first`..`last`, both inclusive."""
        return Span(int(self.pts_ms[first]), int(self.end_ms[last]))


class SeriesBuilder:
    """Collects a Series from observations as they stream by."""

    def __init__(self) -> None:
        self._chunks: list[tuple[NDArray[np.float32], NDArray[np.int64]]] = []

    def add(self, observations: Iterable[Observation]) -> None:
        rows = list(observations)
        if not rows:
            return
        self._chunks.append(
            (np.array([_row(row) for row in rows], np.float32), np.array([row.pts_ms for row in rows], np.int64))
        )

    def build(self, last_frame_ms: int) -> Series:
        """`last_frame_ms`: how long the last frame lasts, since no later frame says so."""
        ends = np.cumsum([_SCALARS, *_VECTOR_WIDTHS])
        rows = np.concatenate([np.zeros((0, ends[-1]), np.float32), *(rows for rows, _ in self._chunks)])
        pts_ms = np.concatenate([np.zeros(0, np.int64), *(pts for _, pts in self._chunks)])
        end_ms = np.append(pts_ms[1:], pts_ms[-1:] + max(last_frame_ms, 1)).astype(np.int64)
        smoothed, uncertainty, face_signals, picture = np.split(rows[:, _SCALARS:], ends[1:-1] - _SCALARS, axis=1)
        return Series(
            pts_ms=pts_ms,
            end_ms=end_ms,
            faces=rows[:, 0].astype(np.int16),
            visibility=rows[:, 1].astype(np.int8),
            track=rows[:, 2].astype(np.int32),
            quality=rows[:, 3],
            live=rows[:, 4],
            smoothed=smoothed,
            uncertainty=uncertainty,
            face_signals=face_signals,
            picture=picture,
        )


def _row(seen: Observation) -> tuple[float, ...]:
    vectors = (seen.smoothed, seen.uncertainty, seen.face_signals, seen.picture)
    return (
        -1 if seen.faces is None else seen.faces,
        -1 if seen.visibility is None else VISIBILITIES.index(seen.visibility),
        -1 if seen.track is None else seen.track,
        float("nan") if seen.quality is None else seen.quality,
        float("nan") if seen.live is None else seen.live,
        *(
            value
            for vector, width in zip(vectors, _VECTOR_WIDTHS, strict=True)
            for value in vector or (float("nan"),) * width
        ),
    )
