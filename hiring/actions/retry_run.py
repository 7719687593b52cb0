"""Restart a failed analysis."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.lib.refused import Refused
from hiring.recordings.models import Recording
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun
from hiring.runs.selectors import latest_run, stopped


class NotRetried(Refused):
    """An analysis cannot be restarted."""


@transaction.atomic
def retry(*, run: AnalysisRun, actor: audit.Actor) -> AnalysisRun:
    """Requeue the recording of a failed or set-aside run, with what consent and law allow now.

    Raises NotRetried and changes nothing.
    """
    recording = Recording.objects.select_for_update().get(pk=run.recording_id)
    newest = latest_run(recording)
    if newest is not None and newest.is_active:
        return newest  # requested twice
    if not stopped().filter(pk=run.pk).exists():
        raise NotRetried(_("Only an analysis that failed can be started again."))
    again = runs.queue(recording=run.recording)  # first: rows are locked before the audit record
    audit.record(actor=actor, action=Action.RUN_RETRIED, obj=run, interview=run.recording.interview_id)
    return again
