"""First contact with an upload: look at it in the sandbox, then keep it: hashed, encrypted, playable."""

from __future__ import annotations

import hashlib
import io
import logging
from pathlib import Path

from analysis.config import VideoLimits
from analysis.types import BadVideo, Progress, Step, VideoInfo
from analysis.video.playable import make_playable, poster, waveform
from analysis.video.probe import probe
from hiring.recordings import services, uploads, vault
from hiring.recordings.models import Recording
from hiring.worker.keeper import Keeper

log = logging.getLogger(__name__)


def fetch(recording: Recording, folder: Path) -> Path:
    """Return the recording's plain bytes as a file that lies alone in its folder.

    An upload is read where it lies, and stays there until the vault has it: a killed worker loses nothing.
    """
    if recording.state == Recording.State.RECEIVED:
        return uploads.path_of(recording)
    source = folder / "media" / "source"
    source.parent.mkdir(mode=0o700)
    vault.extract(recording.interview_id, recording.original_file, source)
    return source


def keep(recording: Recording, source: Path, folder: Path, limits: VideoLimits, keeper: Keeper) -> None:
    """Check a received file and keep it for good. Raises BadVideo, Cancelled."""
    keeper.report(Progress(Step.PROBE, 0, 0))
    info = probe(source, limits)
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        keeper.check()
        original = vault.store(recording.interview_id, file, "original")
    # The evidence is safe from here on: what follows only makes it easier to look at.
    keeper.report(Progress(Step.PLAYABLE, 0, info.duration_ms))
    kept = services.Kept(
        original_file=original,
        sha256=digest,
        info=info,
        playable_file=_playable(recording, source, folder, limits, info, keeper),
        poster_file=_poster(recording, source, limits),
        waveform=_waveform(source, limits),
    )
    keeper.check()
    if not services.mark_ready(recording=recording, kept=kept):
        for name in (kept.original_file, kept.playable_file, kept.poster_file):
            vault.delete(recording.interview_id, name)
        return
    recording.refresh_from_db()


def _playable(
    recording: Recording, source: Path, folder: Path, limits: VideoLimits, info: VideoInfo, keeper: Keeper
) -> str:
    target = folder / "playable.mp4"
    try:
        make_playable(source, target, limits, keeper.report)
    except BadVideo as error:
        log.warning("Recording %s has no playable copy: %s", recording.pk, error.code)
        return ""
    with target.open("rb") as file:
        name = vault.store(recording.interview_id, file, "mp4")
    target.unlink()
    return name


def _poster(recording: Recording, source: Path, limits: VideoLimits) -> str:
    try:
        picture = poster(source, limits)
    except BadVideo:
        return ""
    return vault.store(recording.interview_id, io.BytesIO(picture), "jpg")


def _waveform(source: Path, limits: VideoLimits) -> list[int]:
    try:
        return waveform(source, limits)
    except BadVideo:
        return []
