"""Analyses that stopped: administrators see which and why, and start them again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.actions.retry_run import retry
from hiring.administration.views import analyses
from hiring.audit.models import Event
from hiring.recordings.models import Recording
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import ATTEMPTS, AnalysisRun
from tests import factories
from tests.administration.conftest import text_of

PAGE = "administration:stopped_analyses"


def _set_aside(state: str = "received") -> AnalysisRun:
    """A run whose attempts are used up."""
    interview = factories.make_interview(name="Ada Secretname")
    recording = factories.make_ready_recording(interview)
    Recording.objects.filter(pk=recording.pk).update(state=state)
    run = runs.queue(recording=recording)
    for _ in range(ATTEMPTS):
        lease.put_back(run=lease.claim(run.pk), step="frames", sentence="The analysis broke off (OSError).")
    run.refresh_from_db()
    return run


def test_the_list_shows_reference_position_reason_and_attempts_but_no_name(admin):
    run = _set_aside()
    text = text_of(admin.get(reverse(PAGE)))
    interview = run.recording.interview
    assert interview.reference in text and interview.position.title in text
    assert "The analysis broke off (OSError)." in text and "Set aside" in text
    assert f'Attempts">{ATTEMPTS}<' in text and "Secretname" not in text


@pytest.mark.parametrize("state", ["received", "ready"])
def test_one_is_started_again_and_leaves_the_list(admin, administrator, state):
    run, other = _set_aside(state), _set_aside(state)
    response = admin.post(reverse("administration:start_analysis", args=[run.pk]), follow=True)
    text = text_of(response)
    assert "The analysis starts again." in text
    assert run.recording.interview.reference not in text and other.recording.interview.reference in text
    again = AnalysisRun.objects.get(recording=run.recording, state="queued")
    assert again.attempt == 0 and Event.objects.get(action="run.retried").actor_id == str(administrator.pk)


def test_all_are_started_again_so_many_in_one_answer(admin, monkeypatch):
    monkeypatch.setattr(analyses, "AT_ONCE", 2)
    for _ in range(3):
        _set_aside()
    text = text_of(admin.post(reverse("administration:start_all_analyses"), follow=True))
    assert "2 analyses start again." in text and "1 is still stopped." in text
    text = text_of(admin.post(reverse("administration:start_all_analyses"), follow=True))
    assert "1 analysis starts again." in text and "No analysis has stopped." in text
    assert AnalysisRun.objects.filter(state="queued").count() == 3


def test_pressing_twice_starts_it_once(admin):
    run = _set_aside()
    for _ in range(2):
        admin.post(reverse("administration:start_analysis", args=[run.pk]))
    assert AnalysisRun.objects.filter(state="queued").count() == 1


def test_what_cannot_be_started_again_is_not_listed_and_refused_with_a_sentence(admin):
    complete = factories.make_complete_run()
    refused = _set_aside("refused")
    assert "No analysis has stopped." in text_of(admin.get(reverse(PAGE)))
    for run in (complete, refused):
        response = admin.post(reverse("administration:start_analysis", args=[run.pk]), follow=True)
        assert "Only an analysis that failed can be started again." in text_of(response)


def test_only_the_newest_run_of_a_recording_is_listed(admin):
    run = _set_aside("ready")
    again = retry(run=run, actor=factories.SYSTEM)
    lease.fail(run=lease.claim(again.pk), step="frames", sentence="It failed again.")
    text = text_of(admin.get(reverse(PAGE)))
    assert text.count(run.recording.interview.reference) == 2, "once to read and once in the button's name"
    assert "It failed again." in text


def test_how_many_wait_for_the_server_is_said(admin):
    run = runs.queue(recording=factories.make_ready_recording())
    lease.give_back(run=lease.claim(run.pk), step="probe", sentence="There was no room on the disk.")
    text = text_of(admin.get(reverse(PAGE)))
    assert "1 more analysis waits for the server" in text and "There was no room on the disk." in text
