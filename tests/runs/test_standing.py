"""Where a recording stands: one answer for every screen and the API."""

from __future__ import annotations

import itertools

import pytest

from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun
from hiring.runs.selectors import stopped
from hiring.runs.standing import Standing, standing, standing_of
from tests import factories

R, A = Recording.State, AnalysisRun.State


@pytest.mark.parametrize(
    ("recording", "run", "has_plan", "stands"),
    [
        (R.UPLOADING, "", True, Standing.SENDING),
        (R.RECEIVED, "", True, Standing.CHECKING),
        (R.RECEIVED, A.QUEUED, True, Standing.WAITING),
        (R.RECEIVED, A.RUNNING, False, Standing.RUNNING),
        (R.RECEIVED, A.QUARANTINED, True, Standing.STOPPED),
        (R.REFUSED, A.FAILED, True, Standing.REFUSED),
        (R.READY, "", True, Standing.UNANALYZED),
        (R.READY, A.QUEUED, True, Standing.WAITING),
        (R.READY, A.FAILED, True, Standing.STOPPED),
        (R.READY, A.COMPLETE, True, Standing.COMPLETE),
        (R.READY, A.COMPLETE, False, Standing.UNANALYZED),
    ],
)
def test_two_columns_say_where_a_recording_stands(recording, run, has_plan, stands):
    assert standing(recording, run, has_plan=has_plan) == stands


@pytest.mark.django_db
def test_what_can_be_started_again_is_what_has_stopped():
    """The same in SQL and in Python, for every pair of states."""
    states = [state for state in A if state != A.CANCELLED]
    for at, (of_recording, of_run) in enumerate(itertools.product([R.RECEIVED, R.READY, R.REFUSED], states)):
        run = factories.make_complete_run()
        held = {"token": run.pk, "lease_until": run.queued_at} if of_run == A.RUNNING else {"token": None}
        AnalysisRun.objects.filter(pk=run.pk).update(state=of_run, fingerprint=str(at), **held)
        Recording.objects.filter(pk=run.recording_id).update(state=of_recording)
        recording, newest = Recording.objects.get(pk=run.recording_id), AnalysisRun.objects.get(pk=run.pk)
        can = stopped().filter(pk=run.pk).exists()
        assert can == (standing_of(recording, newest) == Standing.STOPPED), (of_recording, of_run)


def test_only_what_a_worker_brings_on_is_moving():
    assert {each for each in Standing if each.is_moving} == {Standing.CHECKING, Standing.WAITING, Standing.RUNNING}
