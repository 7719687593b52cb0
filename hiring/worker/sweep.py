"""Once an hour: erase what is due, and remove what crashes and abandoned uploads left behind.

The reconciler shares the process. So what is due is erased for a few seconds at a time, and each round of the
reconciler continues with it, however much there is.
"""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from hiring.accounts import limits
from hiring.accounts.models import ApiToken
from hiring.actions.erase import erase_overdue
from hiring.audit import checks
from hiring.audit import services as audit
from hiring.lib import deleted_rows
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.retention import holdings
from hiring.retention.selectors import Due, due
from hiring.runs.models import AnalysisRun

log = logging.getLogger(__name__)
_DAY_S = 24 * 60 * 60
#: Together with the few seconds that the reconciler itself takes, shorter than the time between two of its rounds.
_SLICE_S = 8.0


class _Erasing:
    """How far this process has come with what is due. Losing it loses nothing: a restarted process sweeps again."""

    def __init__(self) -> None:
        self.is_over = True
        self._failed: set[UUID] = set()

    def begin(self) -> int:
        """Start erasing what is due. Returns how many were erased."""
        self._failed.clear()
        return self.go_on()

    def go_on(self) -> int:
        """Erase for a while, at least one. What failed waits for the next sweep, so it holds up no others."""
        until_s, count = time.monotonic() + _SLICE_S, 0
        self.is_over = True
        for item in self._to_do():
            if erase_overdue(item):
                count += 1
            else:
                self._failed.add(item.interview.pk)
            if time.monotonic() >= until_s:
                self.is_over = False
                break
        deleted_rows.wipe()
        return count

    def _to_do(self) -> Iterator[Due]:
        return (item for item in due() if item.interview.pk not in self._failed)


_erasing = _Erasing()


def go_on_erasing() -> int:
    """Erase for a while, if the last sweep had more to erase than time. Returns how many were erased."""
    return 0 if _erasing.is_over else _erasing.go_on()


def sweep() -> dict[str, int]:
    """Do everything; safe to repeat and to run twice at once. Returns counts for the log."""
    counts = {
        "erased": _erasing.begin(),
        "uploads": _abandoned_uploads(),
        "work": _old_folders(Path(settings.WORK_DIR)),
        "orphans": _orphans(),
        "images": _broken_off_images(),
    }
    audit.anchor()
    checks.start_if_due(actor=audit.SYSTEM)
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    ApiToken.objects.filter(expiry__lt=timezone.now()).delete()
    limits.forget_old()
    counts["wiped"] = int(deleted_rows.wipe())
    log.info("Sweep: %s", counts)
    return counts


def _abandoned_uploads() -> int:
    count = 0
    for recording in uploads.abandoned():
        try:
            uploads.give_up(recording=recording, reason="abandoned")
            count += 1
        except uploads.UploadRefused:
            continue
    return count + _uploads_without_rows()


def _uploads_without_rows() -> int:
    folder = Path(settings.UPLOAD_DIR)
    needed = {
        str(pk)
        for pk in Recording.objects.filter(
            state__in=[Recording.State.UPLOADING, Recording.State.RECEIVED]
        ).values_list("pk", flat=True)
    }
    count = 0
    for path in folder.iterdir() if folder.exists() else []:
        if path.name not in needed and _is_old(path):
            shutil.rmtree(path, ignore_errors=True)
            count += 1
    return count


def _broken_off_images() -> int:
    """Archives for fairness audits whose upload was interrupted when its process died."""
    drafts = [path for path in Path(settings.AUDIT_DIR).glob(".*.part") if _is_old(path)]
    for path in drafts:
        path.unlink(missing_ok=True)
    return len(drafts)


def _is_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _is_old(path: Path, days: int = 1) -> bool:
    try:
        return time.time() - path.stat().st_mtime > days * _DAY_S
    except FileNotFoundError:
        return False


def _old_folders(folder: Path) -> int:
    """Work folders hold plain video: those of runs that are over are deleted immediately, whatever their age."""
    count = 0
    for path in folder.iterdir() if folder.exists() else []:
        run_id, _, attempt = path.name.partition(".")
        if not _is_id(run_id) or not attempt.isdigit():
            continue  # not ours: a mount's lost+found, for example
        rows = AnalysisRun.objects.filter(pk=run_id, attempt=attempt, state=AnalysisRun.State.RUNNING)
        if not rows.exists():
            shutil.rmtree(path, ignore_errors=True)
            count += 1
    return count


def _orphans() -> int:
    """Vault files that no row names: a worker was killed between writing and saving."""
    root, count = Path(settings.VAULT_DIR), 0
    for folder in root.iterdir() if root.exists() else []:
        # Only folders that changed recently: an orphan is found on the day after it was left.
        if not _is_id(folder.name) or _is_old(folder, days=3):
            continue
        known = holdings.files(folder.name)
        for name in vault.names(UUID(folder.name)):
            path = folder / name
            if name not in known and _is_old(path):
                path.unlink(missing_ok=True)
                count += 1
    return count
