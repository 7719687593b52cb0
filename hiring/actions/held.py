"""Shared by several use cases: locking an interview's rows in order, and collecting files that a deletion leaves."""

from __future__ import annotations

import shutil
from pathlib import Path

from django.conf import settings

from hiring.positions.models import Interview
from hiring.recordings import uploads, vault
from hiring.recordings.models import Recording
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun


def locked(interview: Interview) -> list[Recording]:
    """Lock and return the interview's recordings, with it and their runs. Rows come before the audit record."""
    Interview.objects.select_for_update().get(pk=interview.pk)
    rows = Recording.objects.select_for_update().filter(interview=interview).order_by("pk")
    recordings = list(rows)
    list(AnalysisRun.objects.select_for_update().filter(recording__in=recordings).order_by("pk").values_list("pk"))
    return recordings


class Leftovers:
    """Files that no row names once a transaction is committed; removed after the commit, never before."""

    def __init__(self, interview: Interview) -> None:
        self.interview = interview
        self.files: list[str] = []
        self.folders: list[Path] = []

    def take(self, recording: Recording) -> None:
        """Collect everything stored anywhere for a recording: in the vault, as an upload, or in use by a worker."""
        self.files += filter(None, (getattr(recording, column) for column in Recording.VAULT_FILES))
        self.folders.append(uploads.path_of(recording).parent)
        for run in recording.runs.all():
            self.folders += Path(settings.WORK_DIR).glob(f"{run.pk}.*")

    def remove(self) -> None:
        for name in self.files:
            vault.delete(self.interview.pk, name)
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)


def compute_again(recording: Recording, leftovers: Leftovers, *, keep_transcript: bool) -> None:
    """Delete what was derived from a recording and queue it again, with what is allowed now."""
    leftovers.files += runs.discard_results(recording=recording)
    if not keep_transcript:
        recording.corrections.all().delete()
    if not keep_transcript and recording.transcript_file:
        leftovers.files.append(recording.transcript_file)
        recording.transcript_file = ""
        recording.save(update_fields=["transcript_file"])
    # A received recording waits for its first run, which has just been canceled: it needs a new one too.
    if recording.state in (Recording.State.RECEIVED, Recording.State.READY):
        runs.queue(recording=recording)
