"""Erasing leaves nothing that can be read, and a certificate of what went."""

from __future__ import annotations

import io
import json

import pytest
from django.core import serializers
from django.db import connection
from django.utils import timezone

from hiring.actions.delete_recording import delete_recording
from hiring.actions.erase import erase, erase_overdue
from hiring.audit.models import Event
from hiring.lib.jobs import LeaseLost
from hiring.policy.rules import Purpose
from hiring.positions.models import Interview
from hiring.recordings import keys, vault
from hiring.retention.models import ErasureCertificate
from hiring.retention.selectors import due_of
from hiring.review import services as review
from hiring.runs import lease
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, Moment, Segment, Word
from tests import factories

pytestmark = pytest.mark.django_db
NAME, SAID = "Zaphod Unmistakable", "unmistakablesentence"


@pytest.fixture
def reviewed() -> AnalysisRun:
    """An interview with everything that can hang on one: results, verdict, note, decision."""
    reviewer = factories.make_user()
    interview = factories.make_interview(factories.make_position(reviewer), name=NAME)
    run = factories.make_complete_run(factories.make_ready_recording(interview), text=SAID)
    review.give_verdict(moment=run.moments.first(), reviewer=reviewer, answer="confirmed", reason="")
    review.add_note(recording=run.recording, author=reviewer, at_ms=1000, text=f"about {NAME}")
    Interview.objects.filter(pk=interview.pk).update(state="submitted", submitted_at=timezone.now())
    interview.refresh_from_db()
    review.decide(interview=interview, person=reviewer, outcome="next_step", reason=f"{NAME} knows the systems well.")
    run.refresh_from_db()
    return run


def _erase(interview: Interview) -> ErasureCertificate:
    return erase(interview=interview, actor=interview.as_actor(), reason=ErasureCertificate.Reason.CANDIDATE)


def test_nothing_personal_is_left_in_any_table(reviewed):
    _erase(reviewed.recording.interview)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            text = json.dumps(cursor.fetchall(), default=str)
            assert NAME not in text and SAID not in text and "ada@example.org" not in text, table


def test_files_and_key_are_gone_and_a_copy_of_the_vault_stays_dark(reviewed, settings):
    interview = reviewed.recording.interview
    folder = settings.VAULT_DIR / str(interview.pk)
    backup = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert len(backup) == 6  # original, playable copy, poster, observations, sound, picture of an explanation
    _erase(interview)
    assert vault.names(interview.pk) == [] and not (settings.KEY_DIR / f"{interview.pk}.key").exists()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in backup.items():
        (folder / name).write_bytes(content)
        with pytest.raises(keys.KeyGone):
            vault.open_file(interview.pk, name)


def test_the_certificate_says_what_went_and_names_nobody(reviewed):
    certificate = _erase(reviewed.recording.interview)
    assert certificate.key_destroyed
    assert certificate.counts["recordings"] == 1 and certificate.counts["words"] == 1
    assert certificate.counts["files"] == 6 and certificate.counts["verdicts"] == 1
    assert NAME not in serializers.serialize("json", [certificate])


def test_a_running_worker_cannot_bring_anything_back(reviewed):
    recording = reviewed.recording
    AnalysisRun.objects.filter(pk=reviewed.pk).update(state="cancelled")
    running = lease.claim(runs.queue(recording=recording).pk)
    _erase(recording.interview)
    with pytest.raises(LeaseLost):
        lease.heartbeat(running)
    with pytest.raises(keys.KeyGone):
        vault.store(recording.interview_id, io.BytesIO(b"late"), "parquet")
    assert vault.names(recording.interview_id) == []


def test_erasing_twice_gives_the_same_certificate(reviewed):
    interview = reviewed.recording.interview
    assert _erase(interview).pk == _erase(interview).pk
    assert ErasureCertificate.objects.count() == 1


def test_an_erasure_that_broke_off_after_the_key_is_finished_by_the_next(reviewed, monkeypatch):
    interview = reviewed.recording.interview
    monkeypatch.setattr(
        "hiring.actions.erase._empty_rows", lambda _: (_ for _ in ()).throw(RuntimeError("power cut"))
    )
    with pytest.raises(RuntimeError):
        _erase(interview)
    monkeypatch.undo()
    interview.refresh_from_db()
    assert interview.state != "erased"
    assert _erase(interview).key_destroyed
    interview.refresh_from_db()
    assert interview.state == "erased" and not Word.objects.exists()


def test_an_erasure_asks_the_database_no_more_than_it_must(reviewed, django_assert_max_num_queries):
    """A sweep erases thousands."""
    interview = Interview.objects.select_related("position").get()
    with django_assert_max_num_queries(30) as queries:
        assert erase_overdue(due_of(interview))
    print(f"one erasure of an interview with results, verdict, note and decision: {len(queries)} queries")
    untouched = due_of(factories.make_interview(opened=False))
    with django_assert_max_num_queries(18):
        assert erase_overdue(untouched)


def test_the_record_keeps_that_it_happened(reviewed):
    interview = reviewed.recording.interview
    _erase(interview)
    event = Event.objects.filter(action="interview.erased").get()
    assert event.interview_id == str(interview.pk) and event.actor_kind == "candidate"


def test_withdrawing_expression_deletes_what_rests_on_it_and_computes_the_rest_again(reviewed):
    interview = reviewed.recording.interview
    factories.change_consent(interview, [Purpose.RECORDING, Purpose.TRANSCRIPT])
    assert not Moment.objects.exists() and not Segment.objects.exists() and not Word.objects.exists()
    assert reviewed.observations_file not in vault.names(interview.pk)
    waiting = AnalysisRun.objects.get(recording=reviewed.recording, state="queued")
    assert waiting.plan == ["speech", "transcript"]


def test_withdrawing_consent_cancels_the_queued_run():
    recording = factories.make_ready_recording()
    run = runs.queue(recording=recording)
    factories.change_consent(recording.interview, [Purpose.RECORDING])
    run.refresh_from_db()
    assert run.state == "cancelled" and lease.claim(run.pk) is None


def test_withdrawing_the_recording_deletes_the_recording(reviewed):
    interview = reviewed.recording.interview
    factories.change_consent(interview, [])
    assert not interview.recordings.exists() and vault.names(interview.pk) == []


def test_choosing_the_same_again_deletes_nothing(reviewed):
    interview = reviewed.recording.interview
    same = [Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION]
    factories.change_consent(interview, same, language="de")
    assert Moment.objects.count() == 2


def test_deleting_one_answer_leaves_the_interview():
    run = factories.make_complete_run()
    interview = run.recording.interview
    delete_recording(recording=run.recording)
    assert vault.names(interview.pk) == [] and not Word.objects.exists()
    interview.refresh_from_db()
    assert interview.state == "opened" and interview.candidate_name
