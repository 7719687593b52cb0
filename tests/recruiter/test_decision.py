"""A decision is a named person's, in writing, once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.positions.models import Interview
from hiring.review.models import Decision

pytestmark = pytest.mark.django_db

REASON = "Clear answers on incidents and on working with others."


def _decide(desk, run, **data):
    return desk.post(reverse("recruiter:decision", args=[run.recording.interview_id]), data)


def test_a_decision_carries_the_persons_name_and_reason(desk, run, reviewer):
    assert _decide(desk, run, outcome="next_step", reason=REASON).status_code == 302
    html = desk.get(reverse("recruiter:decision", args=[run.recording.interview_id])).content.decode()
    assert "Rita Reviewer" in html
    assert REASON in html
    assert Interview.objects.get().state == "decided"


@pytest.mark.parametrize(
    "data", [{"outcome": "next_step"}, {"outcome": "next_step", "reason": "ok"}, {"reason": REASON}]
)
def test_without_outcome_or_reason_there_is_none(desk, run, data):
    assert _decide(desk, run, **data).status_code == 400
    assert not Decision.objects.exists()


def test_nothing_is_chosen_beforehand(desk, run):
    html = desk.get(reverse("recruiter:decision", args=[run.recording.interview_id])).content.decode()
    assert "checked" not in html


def test_a_second_decision_is_refused(desk, run):
    _decide(desk, run, outcome="next_step", reason=REASON)
    assert _decide(desk, run, outcome="not_continued", reason=REASON).status_code == 400
    assert Decision.objects.get().outcome == "next_step"


def test_before_the_answers_are_handed_in_there_is_no_form(desk, run):
    Interview.objects.update(state="opened")
    assert b"<textarea" not in desk.get(reverse("recruiter:decision", args=[run.recording.interview_id])).content
    assert _decide(desk, run, outcome="next_step", reason=REASON).status_code == 400
