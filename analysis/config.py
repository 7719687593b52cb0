"""The one configuration of a pipeline. Its fingerprint is stored with every run."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

from analysis.types import Stage


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """Bounds on what an uploaded file may cost. Past one of them the file is refused with a sentence."""

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

    picture_side_px: faces are looked for in a copy of the picture whose long side is at most this.
    min_face_px: the smallest face looked for, in pixels of that copy.
    live_every_ms: how often the liveness stage looks at the candidate's face.
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


@dataclass(frozen=True, slots=True)
class MomentConfig:
    """Thresholds of the moment rules, with units in the names."""

    shift_min_prob: float = 0.35
    shift_min_ms: int = 400
    shift_robust_z: float = 4.0
    shift_max_per_min: int = 4
    nobody_min_ms: int = 1000
    another_min_ms: int = 500
    hard_to_see_min_ms: int = 2000
    bundle_gap_ms: int = 1500
    burst_min_prob: float = 0.5
    burst_robust_z: float = 4.0
    burst_min_ms: int = 80
    burst_max_ms: int = 500
    burst_min_fps: float = 24.0
    burst_max_per_min: int = 4
    held_min_prob: float = 0.60
    held_prob_robust_z: float = 3.0
    held_min_ms: int = 8000
    held_robust_z: float = 6.0
    held_few: int = 8
    held_few_min_ms: int = 20_000
    # of all rules on face signals: the window of their running median, and how many moments of a kind a minute has
    face_smooth_ms: int = 300
    face_max_per_min: int = 4
    tension_min_rise: float = 0.15
    tension_robust_z: float = 4.0
    tension_far_rise: float = 0.35
    tension_far_robust_z: float = 8.0
    tension_min_ms: int = 1000
    asymmetry_min_rise: float = 0.10
    asymmetry_robust_z: float = 4.0
    asymmetry_min_ms: int = 1000
    asymmetry_max_yaw_deg: float = 25.0
    eyes_window_ms: int = 30_000
    eyes_rate_watched_ms: int = 90_000
    eyes_rate_min_change: float = 10.0
    eyes_rate_robust_z: float = 3.5
    eyes_closed_min_ms: int = 1000
    squint_min_rise: float = 0.20
    squint_robust_z: float = 5.0
    squint_min_ms: int = 3000
    away_head_deg: float = 25.0
    away_gaze_deg: float = 30.0
    away_min_ms: int = 2000
    # of the three on the picture itself: shares of it are 0..1; further apart than the step, frames are missing
    picture_max_step_ms: int = 1000
    cut_min_change: float = 0.4
    cut_alone_ms: int = 400
    cut_motion_ratio: float = 3.0
    frozen_max_motion: float = 0.03  # grey levels
    frozen_min_ms: int = 1000
    background_min_change: float = 0.3
    background_min_ms: int = 2000
    live_max: float = 0.5
    live_min_ms: int = 4000
    # of what is heard
    pause_min_ms: int = 1500
    pause_robust_z: float = 4.0
    fillers_min: int = 3
    fillers_window_ms: int = 10_000
    fillers_ratio: float = 2.0
    hesitation_max_per_min: int = 4
    hear_min_ms: int = 3000
    hear_clipped_share: float = 0.15
    hear_quiet_lufs: float = -50.0
    hear_noise_lu: float = 4.0
    differ_min_sentiment: float = 0.5
    differ_min_prob: float = 0.4
    differ_robust_z: float = 4.0
    differ_max_per_min: int = 4
    lips_min_ms: int = 2000
    lips_share: float = 0.2
    lips_clear: float = 2.0
    voice_min_ms: int = 1500
    voice_max_likeness: float = 0.70
    side_min_db: float = 12.0
    voice_max_per_min: int = 4
    reads_min_ms: int = 12_000
    reads_min_sweeps: int = 5
    reads_sweep_deg: float = 4.0
    reads_line_min_ms: int = 1000
    reads_line_max_ms: int = 8000
    reads_line_spread: float = 0.5
    reads_speech_share: float = 0.8
    reads_pause_ms: int = 1200
    reads_fillers_per_min: float = 2.0


@dataclass(frozen=True, slots=True)
class PipelineConfig:
    """What a run does. Stages that are absent from `plan` are not computed at all."""

    plan: frozenset[Stage] = frozenset(Stage)
    threads: int = 2
    model_dir: str = ""
    speech_model: str = "small"
    seed: int = 20260101
    limits: VideoLimits = field(default_factory=VideoLimits)
    faces: FaceConfig = field(default_factory=FaceConfig)
    signals: SignalConfig = field(default_factory=SignalConfig)
    moments: MomentConfig = field(default_factory=MomentConfig)

    def fingerprint(self) -> str:
        """SHA-256 over everything that can change a result: not the threads, not where models are kept."""
        values = asdict(self)
        del values["threads"], values["model_dir"]
        values["plan"] = sorted(self.plan)
        return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


#: So many first bytes are enough for `sniff_container`.
SNIFF_BYTES = 1024

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})


def sniff_container(head: bytes) -> str | None:
    """The demuxer to force for a file that starts with `head` (SNIFF_BYTES or more), or None if it is no video.

    One of mov, matroska, avi, mpeg, mpegts. The demuxer is never left to guess: ffmpeg would also accept text
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
    # A transport stream is packets of 188 bytes, or of 192 with a clock in front, each beginning with 0x47.
    for first, stride in ((0, 188), (4, 192)):
        marks = head[first : first + 4 * stride : stride]
        if len(marks) == 4 and set(marks) == {0x47}:
            return "mpegts"
    return None
