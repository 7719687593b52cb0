"""Positions: created, changed, closed; the places say what is allowed."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.positions.models import Position
from tests import factories
from tests.recruiter.conftest import handed_in_recording

pytestmark = pytest.mark.django_db

FORM = {
    "title": "Baker",
    "questions": "Which bread?\n\n  Why at night?  \n",
    "employer_place": "us",
    "job_place": "us-il",
}


def test_whoever_creates_a_position_is_its_first_member(desk, reviewer):
    desk.post(reverse("recruiter:create_position"), FORM)
    position = Position.objects.get()
    assert [question.text for question in position.questions.all()] == ["Which bread?", "Why at night?"]
    assert list(position.team.all()) == [reviewer]


@pytest.mark.parametrize(
    "changed", [{"questions": " \n "}, {"questions": "Same\nSame"}, {"title": ""}, {"job_place": "moon"},
                {"questions": "x" * 601}, {"questions": "\n".join(map(str, range(21)))}]
)  # fmt: skip
def test_what_is_missing_or_too_much_is_said_and_nothing_is_created(desk, changed):
    answer = desk.post(reverse("recruiter:create_position"), FORM | changed)
    assert answer.status_code == 400
    assert "errorlist" in answer.content.decode()
    assert not Position.objects.exists()


def test_changing_a_position_keeps_its_answered_questions(desk, reviewer):
    position = handed_in_recording(reviewer).interview.position
    kept = position.questions.get()
    desk.post(reverse("recruiter:edit_position", args=[position.pk]), FORM | {"questions": f"New one\n{kept.text}"})
    assert [question.pk for question in position.questions.all()][1] == kept.pk
    position.refresh_from_db()
    assert position.title == "Baker"


def test_an_answered_question_cannot_be_reworded_and_then_nothing_changes(desk, reviewer):
    position = handed_in_recording(reviewer).interview.position
    answer = desk.post(reverse("recruiter:edit_position", args=[position.pk]), FORM)
    assert answer.status_code == 400
    assert "already" in answer.content.decode()
    position.refresh_from_db()
    assert position.title != "Baker"
    assert position.questions.count() == 1


def test_two_places_say_in_words_what_they_allow(desk):
    rule = reverse("recruiter:rule")
    both = desk.get(rule, {"employer_place": "us", "job_place": "us-il"}).content.decode()
    strict = desk.get(rule, {"employer_place": "us", "job_place": "eu"}).content.decode()
    assert "Not offered" not in both
    assert "Not offered here" in strict
    assert "AI Act" in strict


def test_nobody_is_invited_to_a_closed_position(desk, reviewer):
    position = factories.make_position(reviewer)
    desk.post(reverse("recruiter:set_open", args=[position.pk]), {"open": "no"})
    data = {"invite-name": "A", "invite-email": "a@example.org", "invite-place": "us", "invite-language": "en"}
    answer = desk.post(reverse("recruiter:invite", args=[position.pk]), data)
    assert answer.status_code == 400
    assert not position.interviews.exists()


def test_the_list_counts_each_positions_interviews(desk, reviewer):
    handed_in_recording(reviewer)
    html = desk.get(reverse("recruiter:positions")).content.decode()
    assert 'data-label="Answered">1</td>' in html


def test_numbers_and_bullets_that_came_along_with_a_pasted_list_go(desk):
    pasted = "1. Which bread?\n 2) Why at night?\n(3) And who?\n- Since when?\n"
    pasted += "• 2 ovens or 3?\n24/7 or not?\n3.5 kg: how?"
    desk.post(reverse("recruiter:create_position"), FORM | {"questions": pasted})
    assert [question.text for question in Position.objects.get().questions.all()] == [
        "Which bread?", "Why at night?", "And who?", "Since when?", "2 ovens or 3?", "24/7 or not?", "3.5 kg: how?",
    ]  # fmt: skip


def test_saving_a_position_twice_numbers_nothing_twice(desk):
    desk.post(reverse("recruiter:create_position"), FORM | {"questions": "1. Which bread?"})
    position = Position.objects.get()
    for _ in range(2):
        desk.post(reverse("recruiter:edit_position", args=[position.pk]), FORM | {"questions": "1. Which bread?"})
    assert [question.text for question in position.questions.all()] == ["Which bread?"]
