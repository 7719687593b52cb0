"""The one configuration of a pipeline. Its fingerprint is stored with every run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from analysis.catalogue import CATALOGUE
from analysis.types import MomentKind, Stage


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """Limits on what an uploaded file may cost. Beyond any of them the file is refused with a sentence."""

    max_duration_ms: int = 3 * 60 * 60 * 1000
    max_pixels: int = 4096 * 2304
    max_frames: int = 3 * 60 * 60 * 60
    max_gap_ms: int = 60_000
    max_streams: int = 16
    memory_mb: int = 1536
    cpu_s: int = 4 * 60 * 60
    wall_s: int = 4 * 60 * 60


@dataclass(frozen=True, slots=True)
class FaceConfig:
    """MTCNN thresholds are those of Zhang et al. 2016 as shipped in facenet-pytorch.

    picture_side_px: faces are searched for in a copy of the picture whose long side is at most this.
    min_face_px: the smallest face searched for, in pixels of that copy.
    live_every_ms: how often the liveness stage checks the candidate's face.
    """

    min_face_px: int = 60
    pnet_threshold: float = 0.6
    rnet_threshold: float = 0.7
    onet_threshold: float = 0.7
    detect_every_ms: int = 400
    min_quality: float = 0.35
    picture_side_px: int = 640
    live_every_ms: int = 2000


@dataclass(frozen=True, slots=True)
class SignalConfig:
    """Smoothing and segment lengths in milliseconds."""

    smooth_ms: int = 400
    min_segment_ms: int = 500
    baseline_ms: int = 60_000


def _default_moments() -> dict[MomentKind, Any]:
    return {kind: entry.config for kind, entry in CATALOGUE.items()}


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What a run does. Stages that are absent from `plan` are not computed at all.

    moments: the thresholds of each kind, in a class of its own in analysis/catalogue/.
    """

    plan: frozenset[Stage] = frozenset(Stage)
    threads: int = 2
    model_dir: str = ""
    speech_model: str = "small"
    seed: int = 20260101
    limits: VideoLimits = field(default_factory=VideoLimits)
    faces: FaceConfig = field(default_factory=FaceConfig)
    signals: SignalConfig = field(default_factory=SignalConfig)
    moments: Mapping[MomentKind, Any] = field(default_factory=_default_moments)

    def fingerprint(self) -> str:
        """SHA-256 over everything that can change a result; excludes threads and where models are kept."""
        values = asdict(self)
        del values["threads"], values["model_dir"]
        values["plan"] = sorted(self.plan)
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


#: This many leading bytes are enough for `sniff_container`.
SNIFF_BYTES = 1024

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})


def sniff_container(head: bytes) -> str | None:
    """The demuxer to force for a file that starts with `head` (SNIFF_BYTES or more), or None if it is not a video.

    One of mov, matroska, avi, mpeg, mpegts. ffmpeg is never left to guess the demuxer: it would also accept text
    playlists that name other files.
    """
    if head[4:8] in _MP4_BOXES:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    if head.startswith(b"\x00\x00\x01\xba"):
        return "mpeg"
    # A transport stream consists of packets of 188 bytes, or of 192 with a clock in front, each starting with 0x47.
    for first, stride in ((0, 188), (4, 192)):
        marks = head[first : first + 4 * stride : stride]
        if len(marks) == 4 and set(marks) == {0x47}:
            return "mpegts"
    return None
