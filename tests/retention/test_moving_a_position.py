"""A position that moves to a stricter place hides at once what is forbidden there; deleting it comes after."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hiring.actions import change_places
from hiring.actions.change_places import discard_withheld, revise_position
from hiring.audit.models import Event
from hiring.lib.jobs import LeaseLost
from hiring.positions.models import Position
from hiring.recordings import vault
from hiring.retention.export import zip_pieces
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, Moment
from hiring.worker import tasks
from tests import factories
from tests.recruiter.conftest import hand_in, signed_in

pytestmark = pytest.mark.django_db


def _position(interviews: int, reviewer=None) -> Position:
    position = factories.make_position(reviewer)
    for _ in range(interviews):
        interview = hand_in(factories.make_interview(position))
        factories.make_complete_run(factories.make_ready_recording(interview))
    return position


def _queries(position: Position) -> int:
    with CaptureQueriesContext(connection) as queries:
        factories.move_position(position, "eu", finish=False)
    return len(queries)


def test_the_change_itself_takes_as_many_queries_for_five_interviews_as_for_one():
    assert _queries(_position(1)) == _queries(_position(5))


def test_what_is_forbidden_is_shown_and_exported_nowhere_before_it_is_deleted():
    reviewer = factories.make_user()
    position = _position(1, reviewer)
    run = AnalysisRun.objects.get()
    team, candidate = signed_in(reviewer), Client()
    factories.sign_in_candidate(candidate, run.recording.interview)
    moment = run.moments.get(kind="expression_shift")
    api = f"/api/v1/recordings/{run.recording_id}"
    pages = [
        (team, f"/review/interviews/{run.recording.interview_id}/", f"moment-{moment.pk}"),
        (team, f"{api}/moments/", "” rose to"),
        (team, f"{api}/timeline/", '"happy"'),
        (candidate, f"/interview/results/{run.recording_id}/", "” rose to"),
    ]
    shown = [text in client.get(page).content.decode() for client, page, text in pages]
    factories.move_position(position, "eu", finish=False)
    hidden = [text not in client.get(page).content.decode() for client, page, text in pages]
    assert shown == hidden == [True] * len(pages)
    assert Moment.objects.filter(pk=moment.pk).exists(), "it is not deleted yet"
    assert team.get(f"/api/v1/moments/{moment.pk}/").status_code == 404
    assert team.get(f"/api/v1/runs/{run.pk}/").status_code == 404
    archive = zipfile.ZipFile(io.BytesIO(b"".join(zip_pieces(run.recording.interview))))
    assert not [name for name in archive.namelist() if "moments" in name or name.endswith(".parquet")]


def test_a_worker_deletes_it_and_analyzes_again_without_it():
    position = _position(2)
    files = {run.recording.interview_id: run.observations_file for run in AnalysisRun.objects.all()}
    factories.move_position(position, "eu", finish=False)
    assert tasks.discard() == 2 and not Moment.objects.exists()
    assert [run.plan for run in AnalysisRun.objects.filter(state="queued")] == [["speech", "transcript"]] * 2
    assert not any(name in vault.names(interview) for interview, name in files.items())
    assert not AnalysisRun.objects.filter(to_discard=True).exists() and tasks.discard() == 0


def test_a_worker_that_is_killed_half_way_is_followed_by_one_that_goes_on(monkeypatch):
    factories.move_position(_position(3), "eu", finish=False)
    real, done = change_places._discard_withheld_of, []

    def killed_at_the_second(interview):
        if done:
            raise KeyboardInterrupt
        done.append(interview)
        real(interview)

    monkeypatch.setattr(change_places, "_discard_withheld_of", killed_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        discard_withheld()
    assert AnalysisRun.objects.filter(to_discard=True).count() == 2
    monkeypatch.undo()
    assert discard_withheld() == 2 and AnalysisRun.objects.filter(state="queued").count() == 3


def test_one_interview_that_fails_does_not_keep_the_others_from_it(monkeypatch):
    factories.move_position(_position(3), "eu", finish=False)
    real, seen = change_places._discard_withheld_of, []

    def first_one_fails(interview):
        seen.append(interview)
        if len(seen) == 1:
            raise OSError("its folder cannot be read")
        real(interview)

    monkeypatch.setattr(change_places, "_discard_withheld_of", first_one_fails)
    assert discard_withheld() == 2
    monkeypatch.undo()
    assert discard_withheld() == 1


def test_a_slice_ends_in_time_and_the_next_one_goes_on():
    factories.move_position(_position(2), "eu", finish=False)
    assert discard_withheld(for_s=-1) == 0
    assert discard_withheld() == 2


def test_a_run_that_computes_what_is_forbidden_now_saves_nothing_more():
    recording = factories.make_ready_recording()
    run = lease.claim(runs.queue(recording=recording).pk)
    factories.move_position(recording.interview.position, "eu", finish=False)
    with pytest.raises(LeaseLost):
        lease.heartbeat(run)
    assert discard_withheld() == 1
    assert AnalysisRun.objects.get(state="queued").plan == ["speech", "transcript"]


def test_an_interview_that_agreed_to_nothing_forbidden_keeps_its_results():
    position = _position(1)
    plain = hand_in(factories.make_interview(position, granted=["recording", "transcript"]))
    kept = factories.make_complete_run(factories.make_ready_recording(plain))
    factories.move_position(position, "eu")
    kept.refresh_from_db()
    assert kept.state == "complete" and kept.words.exists()


def test_another_title_withholds_nothing_and_what_changed_is_in_the_record():
    position = _position(1)
    texts = [question.text for question in position.questions.all()]
    actor = factories.SYSTEM
    revise_position(position=position, questions=texts, actor=actor, title="Other", job_place="us")
    assert AnalysisRun.objects.get().state == "complete"
    revise_position(position=position, questions=texts, actor=actor, title="Other", job_place="eu")
    assert AnalysisRun.objects.get().to_discard
    assert Event.objects.filter(action="position.changed").count() == 2
