"""A candidate's own words stand beside what was written down, for every reviewer, and go with the transcript."""

from __future__ import annotations

import json

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from hiring.audit.models import Event
from hiring.policy.rules import Purpose
from hiring.positions import services as positions
from hiring.positions.services import Point
from hiring.recordings.models import Recording
from hiring.recruiter.transcript import shown
from hiring.review import services
from hiring.review.models import Correction
from hiring.review.transcript import transcript
from hiring.runs import points
from hiring.worker.points import look, look_again
from tests import factories
from tests.candidate.test_downloading_everything import archive_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(candidate, interview):
    return factories.make_complete_run(factories.make_ready_recording(interview))


def _correct(client, run, text, start_ms=None):
    line = next(line for line in transcript(run)["lines"] if line["kind"] == "speech")
    start_ms = line["start_ms"] if start_ms is None else start_ms
    return client.post(reverse("candidate:correct", args=[run.recording_id]), {"start_ms": start_ms, "text": text})


def _own_words(run):
    lines = transcript(run)["lines"]
    return [line["correction"] for line in lines if line.get("correction")]


def test_it_stands_beside_the_original_for_both(candidate, run, client):
    answer = _correct(candidate, run, "so we rolled   back <b>within</b> an hour")
    assert answer.status_code == 302 and "#line-" in answer["Location"]
    own = candidate.get(reverse("candidate:result", args=[run.recording_id])).content.decode()
    assert "so we rolled back in eleven minutes" in own
    assert "so we rolled back &lt;b&gt;within&lt;/b&gt; an hour" in own
    assert _own_words(run) == ["so we rolled back <b>within</b> an hour"]
    assert run.words.count() == 7  # as they were


def test_a_reviewer_sees_both(candidate, run):
    _correct(candidate, run, "within an hour")
    page = {"transcript": shown(transcript(run)), "progress": {"standing": "complete"}}
    html = render_to_string("recruiter/_transcript.html", page)
    assert "eleven" in html and "Candidate’s correction:" in html and "within an hour" in html


def test_a_second_one_replaces_the_first_and_an_empty_one_takes_it_back(candidate, run):
    _correct(candidate, run, "first")
    _correct(candidate, run, "second")
    assert _own_words(run) == ["second"] and Correction.objects.count() == 1
    _correct(candidate, run, "  ")
    assert _own_words(run) == [] and not Correction.objects.exists()
    actions = list(Event.objects.filter(action__startswith="transcript.").values_list("action", flat=True))
    assert sorted(actions) == [
        "transcript.corrected",
        "transcript.corrected",
        "transcript.correction_withdrawn",
    ]


def test_the_record_says_that_and_not_what(candidate, run):
    _correct(candidate, run, "unmistakable words")
    assert "unmistakable" not in json.dumps(list(Event.objects.values()), default=str)


@pytest.mark.parametrize("start_ms", ["", "abc", "-1", "17"])
def test_a_line_that_is_not_there_is_not_found(candidate, run, start_ms):
    assert _correct(candidate, run, "words", start_ms).status_code == 404
    assert not Correction.objects.exists()


def test_too_long_is_said_changes_nothing_and_loses_nothing_of_what_was_typed(candidate, run):
    typed = "x" * (services.LONGEST_CORRECTION + 1)
    answer = _correct(candidate, run, typed)
    page = answer.content.decode()
    assert answer.status_code == 400 and "2000" in page and typed in page
    assert not Correction.objects.exists()


def test_a_point_is_found_in_what_the_candidate_corrected(candidate, run, interview):
    point = "zirconium quagmire"
    question = run.recording.question
    positions.set_rubric(
        position=interview.position, points={question.pk: [Point(point)]}, follow_ups=False, actor=factories.SYSTEM
    )
    look(run)
    assert points.of(run.recording, run) == [{"text": point, "quotes": []}]
    _correct(candidate, run, "We sank into a zirconium quagmire.")
    assert look_again() == 1
    ((quote,),) = [found["quotes"] for found in points.of(run.recording, run)]
    assert quote["text"] == "We sank into a zirconium quagmire." and quote["is_own"]
    _correct(candidate, run, "")
    look_again()
    assert points.of(run.recording, run) == [{"text": point, "quotes": []}]


def test_a_line_that_only_software_heard_is_no_line_of_the_transcript_that_was_added(candidate, run):
    run.transcript_source = "uploaded"
    run.save(update_fields=["transcript_source"])
    end = run.words.last().end_ms
    run.words.create(position=run.words.count(), start_ms=end + 5000, end_ms=end + 6000, text="", mark="unclear")
    page = candidate.get(reverse("candidate:result", args=[run.recording_id])).content.decode()
    assert "Speech that is not in your transcript" in page and "[not understood]" not in page


def test_it_stays_when_the_recording_is_analysed_again_and_goes_with_the_transcript(candidate, run, interview):
    _correct(candidate, run, "mine")
    without_expression = [Purpose.RECORDING, Purpose.TRANSCRIPT]
    factories.change_consent(interview, without_expression)
    again = factories.make_complete_run(Recording.objects.get(pk=run.recording_id))
    assert again.pk != run.pk
    assert _own_words(again) == ["mine"]
    factories.change_consent(interview, [Purpose.RECORDING])
    assert not Correction.objects.exists()


def test_it_is_in_the_copy_of_everything(candidate, run):
    _correct(candidate, run, "mine")
    (row,) = json.loads(archive_of(candidate).read("answer-1/corrections.json"))
    assert row["text"] == "mine"
