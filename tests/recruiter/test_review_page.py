"""The review page: what it holds, what it notes, what it leaves out."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from hiring.audit.models import Event
from hiring.policy.rules import Purpose
from hiring.recordings.models import Recording
from hiring.runs import lease
from hiring.runs import services as runs
from tests import factories
from tests.recruiter.conftest import handed_in_recording

pytestmark = pytest.mark.django_db


def _page(desk, recording, **query):
    return desk.get(reverse("recruiter:interview", args=[recording.interview_id]), query)


def test_opening_the_page_is_noted_once_for_the_candidate_to_see(desk, reviewer, run):
    _page(desk, run.recording)
    for name in ("video", "timeline", "captions"):
        desk.get(reverse(f"recruiter:{name}", args=[run.recording_id]))
    seen = Event.objects.filter(action__startswith="viewed.").values_list("action", "actor_id")
    assert sorted(seen) == [("viewed.interview", str(reviewer.pk)), ("viewed.recording", str(reviewer.pk))]


def test_the_page_itself_holds_no_timeline(desk, run):
    html = _page(desk, run.recording).content.decode()
    assert "0.85" not in html
    assert "happy" in html
    assert "eleven" in html


def test_only_styles_are_relaxed_and_only_here(desk, run):
    page = _page(desk, run.recording)["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in page
    assert "script-src 'self';" in page + ";"
    assert "unsafe" not in desk.get(reverse("recruiter:inbox"))["Content-Security-Policy"]


def test_no_handler_and_no_style_stands_in_the_markup(desk, run):
    moment = desk.get(reverse("recruiter:moment", args=[run.moments.first().pk])).content.decode()
    html = _page(desk, run.recording).content.decode() + moment
    assert not re.search(r"<[^>]+\s(on\w+|style)=", html)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", html)


def test_words_are_escaped(desk, reviewer):
    run = factories.make_complete_run(handed_in_recording(reviewer), text="<script>alert(1)</script> fine")
    html = _page(desk, run.recording).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


@pytest.mark.parametrize("place", ["us", "eu"])
def test_a_recording_without_analysis_says_so_and_never_why(desk, reviewer, place):
    recording = handed_in_recording(reviewer, granted=[Purpose.RECORDING], place=place)
    factories.make_complete_run(recording)
    html = _page(desk, recording).content.decode()
    assert "This answer is reviewed without analysis." in html
    assert "<video" in html
    for word in ("consent", "chose", "law", "allowed", "pane-transcript", "plot-frame"):
        assert word not in html


def test_a_candidates_choice_and_the_law_look_the_same(desk, reviewer):
    recordings = [handed_in_recording(reviewer, granted=[Purpose.RECORDING], place=place) for place in ("us", "eu")]
    pages = []
    for recording in recordings:
        factories.make_complete_run(recording)
    for recording in recordings:
        html = _page(desk, recording).content.decode()
        pages.append(re.sub(r"[0-9a-f-]{36}|[A-Z]-\d{4}-\d{4}|engineer \d+|(value|csrf)=\"\w{64}\"", "", html))
    assert pages[0] == pages[1]


def test_progress_is_polled_until_there_is_something_to_see(desk, reviewer):
    recording = handed_in_recording(reviewer)
    run = lease.claim(runs.queue(recording=recording).pk)
    assert "every 2s" in _page(desk, recording).content.decode()
    address = reverse("recruiter:progress", args=[recording.pk])
    assert "HX-Refresh" not in desk.get(address)
    lease.fail(run=run, step="frames", sentence="The picture could not be read.")
    assert desk.get(address)["HX-Refresh"] == "true"


def test_a_failed_analysis_says_why_and_can_be_tried_again(desk, reviewer):
    recording = handed_in_recording(reviewer)
    lease.fail(run=lease.claim(runs.queue(recording=recording).pk), step="frames", sentence="The light went out.")
    assert "The light went out." in _page(desk, recording).content.decode()
    assert desk.post(reverse("recruiter:retry", args=[recording.pk])).status_code == 302
    assert recording.runs.filter(state="queued").count() == 1


def test_trying_again_does_nothing_while_an_analysis_is_complete(desk, run):
    desk.post(reverse("recruiter:retry", args=[run.recording_id]))
    assert run.recording.runs.count() == 1


def test_a_refused_file_shows_its_sentence(desk, reviewer):
    recording = handed_in_recording(reviewer)
    Recording.objects.filter(pk=recording.pk).update(state="refused", refusal_code="empty", refusal="x")
    html = _page(desk, recording).content.decode()
    assert "This file is empty." in html
    assert "<video" not in html


def test_the_page_costs_the_same_queries_however_long_the_interview_is(desk, reviewer, django_assert_max_num_queries):
    recording = handed_in_recording(reviewer)
    factories.make_complete_run(recording, text="word " * 5000)
    _page(desk, recording)
    with django_assert_max_num_queries(40):
        _page(desk, recording)


def test_a_model_that_is_not_installed_is_said_and_draws_no_empty_lines(desk, run):
    run.manifest = {"stages": {"expression": "model missing", "faces": "done"}}
    run.save()
    html = _page(desk, run.recording).content.decode()
    assert "Model not installed here: expressions." in html
    assert 'data-series="happy"' not in html


def test_what_the_candidate_asked_for_and_what_is_missing_of_the_file_is_said(desk, run):
    recording = run.recording
    recording.interview.accommodation = "More time, please"
    recording.interview.save()
    Recording.objects.filter(pk=recording.pk).update(missing_ms=2500)
    html = _page(desk, recording).content.decode()
    assert "More time, please" in html
    assert "2.5 s of this file are missing." in html
