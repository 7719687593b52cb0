"""Points of a question: looked for once, again when they change, never outside the plan; and their follow-ups."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from hiring.actions.delete_recording import delete_recording
from hiring.actions.erase import erase
from hiring.audit.models import Event
from hiring.audit.services import SYSTEM
from hiring.policy.rules import Purpose
from hiring.positions import services as positions
from hiring.positions.models import Interview, Question, RubricPoint
from hiring.positions.services import Point
from hiring.recordings.models import Recording
from hiring.runs import points
from hiring.runs import services as runs
from hiring.runs.models import AnalysisRun, FollowUpOffer, PointLookup
from hiring.runs.selectors import complete_run
from hiring.worker import points as worker_points
from hiring.worker.points import look, look_again
from tests import factories

pytestmark = pytest.mark.django_db
FOUND, LEFT_OUT = "rolling back", "what customers were told"
FOLLOW_UP = "What did you tell your customers?"


@pytest.fixture
def interview():
    interview = factories.make_interview(factories.make_position(questions=["What happened?", "And then?"]))
    set_points(interview.position, Point(FOUND, "How did you roll back?"), Point(LEFT_OUT, FOLLOW_UP))
    return interview


def set_points(position, *wanted: Point, follow_ups: bool = True) -> None:
    first = position.questions.filter(follows=None).first()
    positions.set_rubric(position=position, points={first.pk: wanted}, follow_ups=follow_ups, actor=SYSTEM)


def answered(interview, **outcome) -> Recording:
    run = factories.make_complete_run(factories.make_ready_recording(interview), **outcome)
    look(run)
    return run.recording


def test_passages_are_kept_with_their_times_and_a_point_that_is_not_found_says_so(interview):
    recording = answered(interview)
    found, left_out = points.of(recording, complete_run(recording))
    assert (found["text"], left_out) == (FOUND, {"text": LEFT_OUT, "quotes": []})
    (quote,) = found["quotes"]
    assert quote["text"] == "so we rolled back in eleven minutes" and quote["method"] == "words"
    assert (quote["start_ms"], quote["end_ms"]) == (1000, 3700)


def test_looking_twice_is_looking_once(interview):
    recording = answered(interview)
    look(recording.runs.get())
    assert PointLookup.objects.count() == 2 and FollowUpOffer.objects.count() == 1


def test_a_point_that_is_new_is_looked_for_soon_and_others_keep_what_was_found(interview):
    recording = answered(interview)
    kept = PointLookup.objects.get(point__text=FOUND).pk
    set_points(interview.position, Point(FOUND), Point("eleven minutes"))
    assert points.of(recording, complete_run(recording))[1]["quotes"] is None
    assert look_again() == 1 and look_again() == 0
    assert (
        points.of(recording, complete_run(recording))[1]["quotes"]
        and PointLookup.objects.get(point__text=FOUND).pk == kept
    )


def test_a_fault_in_one_run_does_not_stop_the_others(interview, monkeypatch):
    one = factories.make_complete_run(factories.make_ready_recording(interview))
    other = factories.make_interview(interview.position)
    factories.make_complete_run(factories.make_ready_recording(other))

    def breaks_once(run, **_found):
        if run.pk == one.pk:
            raise ValueError
        save(run=run, **_found)

    save = points.save
    monkeypatch.setattr(points, "save", breaks_once)
    look_again()
    assert set(PointLookup.objects.values_list("run__recording__interview", flat=True)) == {other.pk}


def test_without_consent_to_words_nothing_is_looked_for_and_the_database_refuses_it(interview):
    silent = factories.make_interview(interview.position, granted=[Purpose.RECORDING, Purpose.EXPRESSION])
    run = factories.make_complete_run(factories.make_ready_recording(silent))
    look(run)
    assert not PointLookup.objects.filter(run=run).exists() and look_again() == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        PointLookup.objects.create(run=run, point=RubricPoint.objects.first())


def test_the_first_point_that_was_left_out_is_followed_up_and_the_log_says_why(interview):
    recording = answered(interview)
    offer = FollowUpOffer.objects.get()
    assert (offer.interview, offer.recording, offer.question.text) == (interview, recording, FOLLOW_UP)
    event = Event.objects.get(action="follow_up.offered")
    assert event.details == {
        "question": str(offer.question_id),
        "point": str(offer.question.follows_id),
        "because": points.NOT_IN_THE_WORDS,
    }
    assert [question.text for question in points.questions_of(interview)] == [
        "What happened?",
        FOLLOW_UP,
        "And then?",
    ]


def test_nobody_else_is_asked_it(interview):
    answered(interview)
    other = factories.make_interview(interview.position)
    assert [question.text for question in points.questions_of(other)] == ["What happened?", "And then?"]


@pytest.mark.parametrize("why_not", ["switched off", "handed in", "low confidence", "no follow-up", "all found"])
def test_otherwise_nothing_is_offered(interview, why_not):
    recording = factories.make_ready_recording(interview)
    run = factories.make_complete_run(recording)
    if why_not == "switched off":
        set_points(interview.position, Point(FOUND), Point(LEFT_OUT, FOLLOW_UP), follow_ups=False)
    elif why_not == "handed in":
        Interview.objects.update(state=Interview.State.SUBMITTED, submitted_at=timezone.now())
    elif why_not == "low confidence":
        AnalysisRun.objects.update(transcript_low_confidence=True)
    elif why_not == "no follow-up":
        set_points(interview.position, Point(FOUND), Point(LEFT_OUT))
    else:
        set_points(interview.position, Point(FOUND, "How?"), Point("eleven minutes", "How long?"))
    look(AnalysisRun.objects.get(pk=run.pk))
    assert not FollowUpOffer.objects.exists() and not Event.objects.filter(action="follow_up.offered").exists()
    assert PointLookup.objects.count() == 2


def test_what_was_found_goes_with_the_transcript(interview):
    recording = answered(interview)
    runs.discard_results(recording=recording)
    assert not PointLookup.objects.exists() and points.of(recording, complete_run(recording))[0]["quotes"] is None
    assert not FollowUpOffer.objects.exists()


def test_deleting_the_answer_takes_the_offer_back_and_an_answered_one_stays(interview):
    recording = answered(interview)
    offered = FollowUpOffer.objects.get().question
    delete_recording(recording=recording)
    assert not FollowUpOffer.objects.exists()
    assert offered not in points.questions_of(interview)
    answered(interview)
    further = factories.make_ready_recording(interview, question=offered)
    delete_recording(recording=Recording.objects.exclude(pk=further.pk).get())
    assert offered in points.questions_of(interview)


def test_everything_goes_with_the_interview(interview):
    answered(interview)
    erase(interview=interview, actor=SYSTEM, reason="candidate")
    assert not FollowUpOffer.objects.exists() and not PointLookup.objects.exists()
    assert Question.objects.filter(text=FOLLOW_UP).exists()


def test_an_answered_follow_up_cannot_be_reworded_and_then_nothing_changes(interview):
    answered(interview)
    factories.make_ready_recording(interview, question=FollowUpOffer.objects.get().question)
    with pytest.raises(positions.NotAllowed):
        set_points(interview.position, Point("something new"), Point(LEFT_OUT, "Another wording?"))
    assert set(RubricPoint.objects.values_list("text", flat=True)) == {FOUND, LEFT_OUT}


def test_moving_questions_keeps_each_follow_up_behind_its_own(interview):
    position = interview.position
    positions.set_questions(position=position, texts=["And then?", "What happened?"], actor=SYSTEM)
    assert [question.text for question in position.questions.all()] == [
        "And then?",
        "What happened?",
        "How did you roll back?",
        FOLLOW_UP,
    ]


def test_looking_again_stops_after_a_while_and_goes_on_the_next_time(interview, monkeypatch):
    for _ in range(3):
        other = factories.make_interview(interview.position)
        factories.make_complete_run(factories.make_ready_recording(other))
    monkeypatch.setattr(worker_points, "_LONGEST_S", -1.0)
    assert [look_again() for _ in range(4)] == [1, 1, 1, 0]


def test_meanings_are_compared_where_a_model_is_there(interview, settings, tmp_path):
    pytest.importorskip("onnx", reason="onnx makes the model of this test")
    from tests.analysis.speech.tiny_texts import encoder

    settings.MODEL_DIR = str(tmp_path)
    encoder(tmp_path / "sentence-embeddings", {"customers": (1, 0), "minutes": (1, 0), "rolling": (0, 1)})
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    worker_points.look_safely(run.pk)
    _, told = points.of(run.recording, run)
    assert [quote["method"] for quote in told["quotes"]] == ["meaning"]
    assert not FollowUpOffer.objects.exists()


def test_a_damaged_model_leaves_words(interview, settings, tmp_path):
    settings.MODEL_DIR = str(tmp_path)
    (tmp_path / "sentence-embeddings").mkdir()
    (tmp_path / "sentence-embeddings" / "model.onnx").write_bytes(b"no")
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    worker_points.look_safely(run.pk)
    assert [quote["method"] for quote in points.of(run.recording, run)[0]["quotes"]] == ["words"]


def test_numbers_of_questions_do_not_grow_however_often_they_are_moved(interview):
    position, texts = interview.position, ["What happened?", "And then?"]
    for _ in range(20):
        texts.reverse()
        positions.set_questions(position=position, texts=texts, actor=SYSTEM)
    assert [question.text for question in position.questions.filter(follows=None)] == texts
    assert max(position.questions.values_list("order", flat=True)) <= 12


def test_a_point_that_cannot_be_looked_for_is_neither_missing_nor_followed_up(interview):
    set_points(interview.position, Point(FOUND, "How?"), Point("How it was done", "What did you do?"))
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    run.transcript_language = "en"
    run.save(update_fields=["transcript_language"])
    look(run)
    assert points.of(run.recording, run)[1]["quotes"] is None and look_again() == 0
    assert not FollowUpOffer.objects.exists()


def test_an_answer_whose_follow_up_was_answered_is_not_followed_up_again(interview):
    recording = answered(interview)
    factories.make_ready_recording(interview, question=FollowUpOffer.objects.get().question)
    runs.discard_results(recording=recording)
    answered_again = factories.make_complete_run(recording, text="something else altogether")
    look(answered_again)
    assert not FollowUpOffer.objects.exists()


def test_an_offered_follow_up_can_be_reworded_while_nobody_answered(interview):
    answered(interview)
    set_points(interview.position, Point(FOUND, "How did you roll back?"), Point(LEFT_OUT, "Who told customers?"))
    assert FollowUpOffer.objects.get().question.text == "Who told customers?"


def test_a_mistake_in_a_question_is_put_right_without_losing_its_points(interview):
    positions.set_questions(position=interview.position, texts=["What happend?", "And then?"], actor=SYSTEM)
    first = interview.position.questions.first()
    assert first.text == "What happend?" and first.points.count() == 2
    positions.set_questions(position=interview.position, texts=["Which bread?", "And then?"], actor=SYSTEM)
    assert not RubricPoint.objects.exists()
