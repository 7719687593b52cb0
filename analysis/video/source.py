"""A recording's file, read once: everything that reads it afterwards gets what was found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.config import VideoLimits
from analysis.types import BadVideo, VideoInfo
from analysis.video.probe import probe

_READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """info: what the container says. sha256: of the file's bytes."""

    path: Path
    info: VideoInfo
    sha256: str


def look_at(path: Path, limits: VideoLimits, beat: Callable[[], None]) -> Source:
    """Probe and hash a file. `beat` is called meanwhile, and what it raises propagates. Raises BadVideo."""
    # Probing first: it refuses pipes and devices, which hashing would read forever.
    info = probe(path, limits, on_wait=beat)
    return Source(path, info, _sha256(path, beat))


def _sha256(path: Path, beat: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while piece := file.read(_READ_BYTES):
                digest.update(piece)
                beat()
    except OSError:
        raise BadVideo("not_video", "The recording's file is missing or cannot be read.") from None
    return digest.hexdigest()
