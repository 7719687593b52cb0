"""Reading runs."""

from __future__ import annotations

from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun


def latest_run(recording: Recording) -> AnalysisRun | None:
    """The run that a screen shows: the newest that was not cancelled."""
    return recording.runs.exclude(state=AnalysisRun.State.CANCELLED).order_by("-queued_at").first()


def complete_run(recording: Recording) -> AnalysisRun | None:
    """The newest run with results."""
    return recording.runs.filter(state=AnalysisRun.State.COMPLETE).order_by("-finished_at").first()
