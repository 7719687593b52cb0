"""The next interview is the one below in the list that the reviewer came from."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from hiring.audit.models import Event
from hiring.review.models import Watched
from tests import factories
from tests.recruiter.conftest import hand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def position(reviewer):
    return factories.make_position(reviewer)


@pytest.fixture
def interviews(position):
    names = ("Carl", "Anna", "Bart")
    made = [hand_in(factories.make_interview(position, name=name)) for name in names]
    for interview in made:
        factories.make_ready_recording(interview)
    return {interview.candidate_name: interview for interview in made}


def _first_in_list(desk, **query) -> str:
    html = desk.get(reverse("recruiter:inbox"), query).content.decode()
    return re.search(r'href="(/review/interviews/[^"]+)"', html)[1].replace("&amp;", "&")


def _next(desk, address: str) -> str | None:
    found = re.search(r'id="next-interview" href="([^"]+)"', desk.get(address).content.decode())
    return found[1].replace("&amp;", "&") if found else None


def _walk(desk, address: str) -> list[str]:
    seen = []
    while address:
        seen.append(re.search("[0-9a-f-]{36}", address)[0])
        assert len(seen) < 10, "it goes round"
        address = _next(desk, address)
    return seen


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"sort": "name"}, ["Anna", "Bart", "Carl"]),
        ({"sort": "oldest", "state": "ready"}, ["Carl", "Anna", "Bart"]),
        ({"sort": "name", "search": "ar"}, ["Bart", "Carl"]),
    ],
)
def test_next_follows_the_order_and_the_filters_of_the_inbox_once(desk, interviews, query, names):
    walked = _walk(desk, _first_in_list(desk, **query))
    assert walked == [str(interviews[name].pk) for name in names]


def test_next_stays_with_the_position_that_the_list_was_of(desk, reviewer, interviews, position):
    hand_in(factories.make_interview(factories.make_position(reviewer), name="Another"))
    assert len(_walk(desk, _first_in_list(desk, position=str(position.pk), sort="name"))) == 3


def test_another_answer_of_the_same_interview_keeps_the_list(desk, interviews, position):
    position.questions.create(order=9, text="And then?")
    anna = interviews["Anna"]
    factories.make_ready_recording(anna, question=position.questions.last())
    html = desk.get(_first_in_list(desk, sort="name")).content.decode()
    other = re.search(r'href="(\?recording=[^"]+)"', html)[1].replace("&amp;", "&")
    address = reverse("recruiter:interview", args=[anna.pk]) + other
    assert str(interviews["Bart"].pk) in _next(desk, address)


def test_who_came_from_no_list_goes_on_with_those_that_wait_once_through(desk, interviews):
    bart = reverse("recruiter:interview", args=[interviews["Bart"].pk])
    walked = _walk(desk, bart)
    assert walked[1:] == [str(interviews[name].pk) for name in ("Carl", "Anna", "Bart")]


def test_an_answer_that_was_watched_counts_as_reviewed_and_the_candidate_is_told(desk, reviewer, interviews):
    anna = interviews["Anna"]
    recording = anna.recordings.get()
    for _ in range(2):
        assert desk.post(reverse("recruiter:watched", args=[recording.pk])).status_code == 204
    assert Watched.objects.get().reviewer == reviewer
    assert Event.objects.filter(action="viewed.to_the_end").count() == 1
    html = desk.get(reverse("recruiter:inbox"), {"state": "mine"}).content.decode()
    assert "Anna" in html and "Watched" in html and "Bart" not in html


def test_nobody_off_the_team_says_that_they_watched(outsider, interviews):
    recording = interviews["Anna"].recordings.get()
    assert outsider.post(reverse("recruiter:watched", args=[recording.pk])).status_code == 404
    assert not Watched.objects.exists()
