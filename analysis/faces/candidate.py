"""Decides which of the faces is the candidate's."""

from __future__ import annotations

import math

from analysis.faces.follow import Face

# Another face must have been this many times as present before the choice changes.
_TAKEOVER = 2.0
# A face that appears while the candidate is away is the candidate again if it is at least this large relative to
# before.
_RETURN_SIDE = 0.5


class CandidateChooser:
    """The rule: the candidate is the face that has been most present so far, and the choice is kept.

    Presence adds up over time: side length relative to the picture, times 1 in its middle down to 0.5 at its corner.
    The choice changes only to a face with twice the presence. While the candidate's face is away, a track that began
    after it disappeared is taken for the candidate coming back if it is at least half as large as before. No face is
    recognized, so people swapping places off camera cannot be detected.
    """

    def __init__(self) -> None:
        self._presence: dict[int, float] = {}
        self._chosen: int | None = None
        self._chosen_side = 0.0
        self._seen_ms = 0
        self._born_ms: dict[int, int] = {}
        self._last_ms = 0

    def choose(self, faces: list[Face], pts_ms: int, width: int, height: int) -> Face | None:
        """The candidate's face among `faces` of a frame of width x height pixels, or None if it is not there."""
        passed_ms = min(max(pts_ms - self._last_ms, 1), 1000)
        self._last_ms = pts_ms
        for face in faces:
            self._born_ms.setdefault(face.track, pts_ms)
            gained = passed_ms * _prominence(face, width, height)
            self._presence[face.track] = self._presence.get(face.track, 0.0) + gained
        chosen = self._pick(faces)
        if chosen is None:
            return None
        self._chosen, self._seen_ms = chosen.track, pts_ms
        side = _side(chosen)
        self._chosen_side = side if self._chosen_side == 0 else 0.95 * self._chosen_side + 0.05 * side
        return chosen

    def _pick(self, faces: list[Face]) -> Face | None:
        if not faces:
            return None
        best = max(faces, key=lambda face: self._presence[face.track])
        if self._chosen is None:
            return best
        chosen = self._presence[self._chosen]
        kept = next((face for face in faces if face.track == self._chosen), None)
        if best.track != self._chosen and best.steady and self._presence[best.track] > _TAKEOVER * chosen:
            return best
        if kept is not None:
            return kept
        returned = [face for face in faces if face.steady and self._could_be_back(face)]
        back = max(returned, key=lambda face: self._presence[face.track], default=None)
        if back is not None:
            self._presence[back.track] += chosen  # it is the same person, so its past counts
        return back

    def _could_be_back(self, face: Face) -> bool:
        return self._born_ms[face.track] > self._seen_ms and _side(face) >= _RETURN_SIDE * self._chosen_side


def _side(face: Face) -> float:
    return math.sqrt(max(float((face.box[2] - face.box[0]) * (face.box[3] - face.box[1])), 0.0))


def _prominence(face: Face, width: int, height: int) -> float:
    x, y = float(face.box[0] + face.box[2]) / 2, float(face.box[1] + face.box[3]) / 2
    off = math.hypot(x - width / 2, y - height / 2) / math.hypot(width / 2, height / 2)
    return _side(face) / max(width, height) * (1 - 0.5 * min(off, 1.0))
