"""Submit the answers of an interview."""

from __future__ import annotations

from django.db import transaction

from hiring.positions.models import Interview
from hiring.recordings import services as recordings
from hiring.runs.models import AnalysisRun


@transaction.atomic
def submit(*, interview: Interview) -> None:
    """Submit an interview: from now on no one is waiting for its analyses. Raises recordings.NotComplete."""
    Interview.objects.select_for_update().get(pk=interview.pk)
    waiting = AnalysisRun.objects.filter(recording__interview=interview, state=AnalysisRun.State.QUEUED)
    waiting.update(awaited_since=None)
    recordings.submit(interview=interview)  # last: rows are locked before the audit record
