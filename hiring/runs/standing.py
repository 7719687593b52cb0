"""The standing of a recording: derived here, from two columns, and nowhere else."""

from __future__ import annotations

from enum import StrEnum

from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun


class Standing(StrEnum):
    """The one value that every screen and the API show."""

    SENDING = "sending"  # bytes are still coming in
    CHECKING = "checking"  # it has arrived and has not been checked yet
    WAITING = "waiting"  # its analysis waits for a worker
    RUNNING = "running"
    REFUSED = "refused"  # the file cannot be used
    STOPPED = "stopped"  # its analysis failed or was set aside
    UNANALYZED = "unanalyzed"  # no results were requested or kept; the recording itself can be watched
    COMPLETE = "complete"

    @property
    def is_moving(self) -> bool:
        """Whether the screen will change after a while without anyone doing anything."""
        return self in (Standing.CHECKING, Standing.WAITING, Standing.RUNNING)


_OF_RECORDING = {Recording.State.UPLOADING: Standing.SENDING, Recording.State.REFUSED: Standing.REFUSED}
_OF_RUN = {
    AnalysisRun.State.QUEUED: Standing.WAITING,
    AnalysisRun.State.RUNNING: Standing.RUNNING,
    AnalysisRun.State.FAILED: Standing.STOPPED,
    AnalysisRun.State.QUARANTINED: Standing.STOPPED,
}


def standing(recording_state: str, run_state: str = "", *, has_plan: bool = True) -> Standing:
    """The standing of a recording with this newest run; no run_state: it has no run. Canceled runs do not count.

    has_plan: whether the run was meant to compute anything. Why not is not disclosed: it is the candidate's choice.
    """
    if recording_state in _OF_RECORDING:
        return _OF_RECORDING[Recording.State(recording_state)]
    if run_state in _OF_RUN:
        return _OF_RUN[AnalysisRun.State(run_state)]
    if recording_state == Recording.State.RECEIVED:
        return Standing.CHECKING
    return Standing.COMPLETE if run_state and has_plan else Standing.UNANALYZED


def standing_of(recording: Recording, newest: AnalysisRun | None) -> Standing:
    """Same as `standing`, for rows; `newest` is what runs.selectors.latest_run returns."""
    return standing(recording.state, newest.state if newest else "", has_plan=bool(newest and newest.plan))
