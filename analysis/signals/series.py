"""A whole recording as a few numbers for each frame: what rules about time look at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.types import EXPRESSIONS, Observation, Span, Visibility

VISIBILITIES = tuple(Visibility)


@dataclass(frozen=True, slots=True)
class Series:
    """Arrays over N frames, under 100 bytes each: three hours at 30 frames a second are 30 MB.

    pts_ms, end_ms: (N,) a frame stands from its own time to that of the next one. faces: (N,) -1 if not computed.
    visibility: (N,) index into VISIBILITIES, -1 if not computed. quality: (N,) NaN without a face. track: (N,) of
    the candidate, -1 without a face. smoothed, uncertainty: (N, 7), NaN rows where there is nothing to say.
    """

    pts_ms: NDArray[np.int64]
    end_ms: NDArray[np.int64]
    faces: NDArray[np.int16]
    visibility: NDArray[np.int8]
    track: NDArray[np.int32]
    quality: NDArray[np.float32]
    smoothed: NDArray[np.float32]
    uncertainty: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.pts_ms)

    def is_shown(self, visibility: Visibility) -> NDArray[np.bool_]:
        """(N,) whether each frame has this visibility."""
        return np.asarray(self.visibility == VISIBILITIES.index(visibility))

    def span(self, first: int, last: int) -> Span:
        """Media time of the frames `first`..`last`, both inside."""
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
        """`last_frame_ms`: how long the last frame stands, which no later frame says."""
        width = 4 + 2 * len(EXPRESSIONS)
        rows = np.concatenate([np.zeros((0, width), np.float32), *(rows for rows, _ in self._chunks)])
        pts_ms = np.concatenate([np.zeros(0, np.int64), *(pts for _, pts in self._chunks)])
        end_ms = np.append(pts_ms[1:], pts_ms[-1:] + max(last_frame_ms, 1)).astype(np.int64)
        return Series(
            pts_ms=pts_ms,
            end_ms=end_ms,
            faces=rows[:, 0].astype(np.int16),
            visibility=rows[:, 1].astype(np.int8),
            track=rows[:, 2].astype(np.int32),
            quality=rows[:, 3],
            smoothed=rows[:, 4 : 4 + len(EXPRESSIONS)],
            uncertainty=rows[:, 4 + len(EXPRESSIONS) :],
        )


def _row(seen: Observation) -> tuple[float, ...]:
    nothing = (float("nan"),) * len(EXPRESSIONS)
    return (
        -1 if seen.faces is None else seen.faces,
        -1 if seen.visibility is None else VISIBILITIES.index(seen.visibility),
        -1 if seen.track is None else seen.track,
        float("nan") if seen.quality is None else seen.quality,
        *(seen.smoothed or nothing),
        *(seen.uncertainty or nothing),
    )
