"""What consent or law leaves out is not computed, and the database refuses its rows."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from analysis.catalogue import CATALOGUE
from analysis.types import Stage
from hiring.consent.models import ConsentReceipt
from hiring.policy.rules import Purpose
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, Moment, Segment, Sentence, StagesOfKind, Word
from tests import factories

pytestmark = pytest.mark.django_db
ALL = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION, Purpose.EYES_HEAD)


def _run(granted=ALL, place="us"):
    position = factories.make_position(place=place)
    interview = factories.make_interview(position, granted=granted, place=place)
    return runs.queue(recording=factories.make_ready_recording(interview))


def test_the_plan_holds_what_the_candidate_agreed_to():
    assert _run((Purpose.RECORDING,)).plan == []
    assert _run((Purpose.RECORDING, Purpose.TRANSCRIPT)).plan == ["speech", "transcript"]
    assert _run((Purpose.RECORDING, Purpose.EYES_HEAD)).plan == ["faces", "landmarks", "liveness"]
    assert _run(ALL).plan == ["expression", "faces", "landmarks", "liveness", "speech", "transcript"]


def test_who_agreed_before_eyes_and_head_were_measured_did_not_agree_to_that():
    interview = factories.make_interview(granted=())
    for purpose in (Purpose.RECORDING, Purpose.EYES_HEAD):
        ConsentReceipt.objects.create(
            interview=interview, purpose=purpose, granted=True, notice_version="2026-11", notice_language="en"
        )
    assert runs.queue(recording=factories.make_ready_recording(interview)).plan == ["faces"]


def test_who_agreed_before_pictures_of_faces_were_told_of_did_not_agree_to_that():
    interview = factories.make_interview(granted=())
    for purpose in (Purpose.RECORDING, Purpose.EXPRESSION, Purpose.EYES_HEAD):
        ConsentReceipt.objects.create(
            interview=interview, purpose=purpose, granted=True, notice_version="2026-12", notice_language="en"
        )
    assert Stage.LIVENESS not in runs.plan_for(interview)


def test_where_the_law_forbids_expression_it_is_not_planned():
    assert _run((Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EYES_HEAD), place="eu").plan == [
        "faces",
        "landmarks",
        "liveness",
        "speech",
        "transcript",
    ]


def test_a_place_that_changed_after_consent_still_closes_the_stage():
    interview = factories.make_interview(granted=ALL)
    interview.candidate_place = "eu"
    interview.save(update_fields=["candidate_place"])
    assert Stage.EXPRESSION not in runs.plan_for(interview)


def _refused(row) -> None:
    with pytest.raises(DatabaseError, match="not in the plan"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("stage", list(Stage))
def test_the_database_refuses_a_segment_of_a_stage_outside_the_plan(stage):
    run = _run((Purpose.RECORDING,))
    _refused(Segment(run=run, stage=stage, lane="x", value="y", start_ms=0, end_ms=1))


def test_the_database_refuses_words_without_consent_to_a_transcript():
    run = _run((Purpose.RECORDING, Purpose.EXPRESSION))
    _refused(Word(run=run, position=0, start_ms=0, end_ms=1, text="hello"))


def test_the_database_refuses_sentences_without_consent_to_a_transcript():
    run = _run((Purpose.RECORDING, Purpose.VOICE))
    _refused(Sentence(run=run, first_word=0, after_word=1, start_ms=0, end_ms=1))


def test_the_database_refuses_a_word_that_says_nothing_and_is_not_marked_as_unclear():
    run = _run(ALL)
    Word(run=run, position=0, start_ms=0, end_ms=1, text="", mark="unclear").save()
    for columns in ({"text": ""}, {"text": "hello", "mark": "invented"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Word(run=run, position=1, start_ms=0, end_ms=1, **columns).save()


def test_the_database_refuses_a_moment_that_rests_on_a_stage_outside_the_plan():
    run = _run((Purpose.RECORDING, Purpose.EYES_HEAD))
    columns = {"run": run, "start_ms": 0, "end_ms": 1, "peak_ms": 0, "sentence": "main"}
    for kind in ("expression_shift", "words_and_face_differ", "no_such_kind", ""):
        _refused(Moment(kind=kind, **columns))
    kept = Moment.objects.create(kind="nobody_visible", **columns)
    kept.kind = "expression_shift"
    _refused(kept)


def test_the_database_knows_what_every_kind_rests_on():
    known = dict(StagesOfKind.objects.values_list("kind", "stages"))
    assert known == {kind.value: sorted(entry.stages) for kind, entry in CATALOGUE.items()}


def test_a_row_inside_the_plan_is_kept():
    run = _run(ALL)
    Segment(run=run, stage="expression", lane="expression", value="happy", start_ms=0, end_ms=1).save()
    Word(run=run, position=0, start_ms=0, end_ms=1, text="hello").save()


def test_a_row_cannot_be_changed_into_a_stage_outside_the_plan():
    run = _run((Purpose.RECORDING, Purpose.EYES_HEAD))
    segment = Segment.objects.create(run=run, stage="faces", lane="x", value="y", start_ms=0, end_ms=1)
    segment.stage = "expression"
    _refused(segment)


def test_the_plan_of_a_run_never_changes_whoever_writes_it():
    run = _run((Purpose.RECORDING, Purpose.TRANSCRIPT))
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        AnalysisRun.objects.filter(pk=run.pk).update(plan=["expression", "faces", "transcript"])
    AnalysisRun.objects.filter(pk=run.pk).update(plan=run.plan, step="probe")  # the same plan is no change
    run.refresh_from_db()
    assert run.plan == ["speech", "transcript"]


@pytest.mark.parametrize("stage", ["expression", "landmarks", "voice", "transcript"])
def test_no_plan_holds_a_stage_that_its_interview_did_not_agree_to(stage):
    recording = factories.make_ready_recording(factories.make_interview(granted=[Purpose.RECORDING]))
    factories.make_ready_recording(factories.make_interview(granted=ALL))  # somebody else's yes counts for nothing
    with pytest.raises(DatabaseError, match="needs the consent"), transaction.atomic():
        AnalysisRun.objects.create(recording=recording, plan=[stage], fingerprint="f")


def test_a_consent_that_was_withdrawn_carries_no_plan():
    interview = factories.make_interview(granted=ALL)
    factories.choose(interview, [Purpose.RECORDING])
    recording = factories.make_ready_recording(interview)
    with pytest.raises(DatabaseError, match="needs the consent"), transaction.atomic():
        AnalysisRun.objects.create(recording=recording, plan=["expression"], fingerprint="f")
