"""First contact with an upload: check it in the sandbox, then store it: hashed, encrypted, playable."""

from __future__ import annotations

import errno
import io
import logging
import os
import shutil
from pathlib import Path

from analysis.config import VideoLimits
from analysis.types import BadVideo, Progress, Step
from analysis.video.playable import make_playable, poster, waveform
from analysis.video.source import Source, look_at
from hiring.lib import room
from hiring.recordings import services, uploads, vault
from hiring.recordings.models import Recording
from hiring.recordings.selectors import COPIES
from hiring.runs import lease
from hiring.runs.models import AnalysisRun
from hiring.worker.lease_keeper import RunKeeper
from hiring.worker.storing import Store, remove_unreferenced_files

log = logging.getLogger(__name__)


def _source(folder: Path) -> Path:
    return folder / "media" / "source"


def read_through(folder: Path) -> None:
    """Read the fetched file to its end: failing storage must not be mistaken for a bad video."""
    with _source(folder).open("rb") as file:
        while file.read(1 << 20):
            pass


def fetch(recording: Recording, folder: Path) -> Path:
    """Return the recording's plain bytes as a file that is alone in its folder and belongs to this attempt.

    An upload stays where it is until the vault has it, so a killed worker loses nothing; this attempt reads a second
    name of the same bytes, so another worker that is done with the upload takes nothing away from it.
    """
    source = _source(folder)
    source.parent.mkdir(mode=0o700)
    if recording.state != Recording.State.RECEIVED:
        vault.extract(recording.interview_id, recording.original_file, source)
        return source
    upload = uploads.path_of(recording)
    try:
        os.link(upload, source)
    except OSError as error:
        if error.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
            raise
        shutil.copyfile(upload, source)
    return source


def keep(run: AnalysisRun, path: Path, folder: Path, limits: VideoLimits, keeper: RunKeeper) -> Source:
    """Check a received file and store it permanently, or none of it. Returns what the check found.

    Raises BadVideo, Cancelled, LeaseLost.
    """
    recording = run.recording
    room.require(folder, COPIES * path.stat().st_size)
    keeper.report(Progress(Step.PROBE, 0, 0))
    source = look_at(path, limits, keeper.check)

    def still_referenced(names: list[str]) -> bool:
        return Recording.objects.filter(pk=recording.pk, original_file__in=names).exists()

    with remove_unreferenced_files(still_referenced, recording.interview_id) as store:
        with path.open("rb") as file:
            original = store(file, "original")
        # The evidence is complete from here on: what follows only makes it easier to view.
        keeper.report(Progress(Step.PLAYABLE, 0, source.info.duration_ms))
        kept = services.Kept(
            original_file=original,
            sha256=source.sha256,
            info=source.info,
            playable_file=_playable(recording, source, folder, limits, keeper, store),
            poster_file=_poster(path, limits, keeper, store),
            waveform=_waveform(path, limits, keeper),
        )
        keeper.check()
        lease.accept(run=run, kept=kept)
    recording.refresh_from_db()
    return source


def _playable(
    recording: Recording, source: Source, folder: Path, limits: VideoLimits, keeper: RunKeeper, store: Store
) -> str:
    target = folder / "playable.mp4"
    try:
        make_playable(source.path, target, limits, keeper.report, total_ms=source.info.duration_ms)
    except BadVideo as error:
        # Its child process reports the same for a bad video and a full disk.
        room.require(folder, (COPIES - 1) * source.path.stat().st_size)
        log.warning("Recording %s has no playable copy: %s", recording.pk, error.code)
        return ""
    with target.open("rb") as file:
        name = store(file, "mp4")
    target.unlink()
    return name


def _poster(path: Path, limits: VideoLimits, keeper: RunKeeper, store: Store) -> str:
    try:
        picture = poster(path, limits, on_wait=keeper.check)
    except BadVideo:
        return ""
    return store(io.BytesIO(picture), "jpg")


def _waveform(path: Path, limits: VideoLimits, keeper: RunKeeper) -> bytes:
    try:
        return bytes(waveform(path, limits, on_wait=keeper.check))
    except BadVideo:
        return b""
