"""Key points to listen for: written for each question, shown beside the words."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.audit.models import Event
from hiring.positions import services as positions
from hiring.positions.models import Question, RubricPoint
from hiring.positions.services import Point
from hiring.worker.points import look
from tests import factories
from tests.recruiter.conftest import handed_in_recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def position(reviewer):
    return factories.make_position(reviewer, questions=["What happened?", "And then?"])


def filled_in(position, *rows: tuple[tuple[str, str], ...], **more: str) -> dict[str, str]:
    """The form as a browser sends it: for each question rows of a point and its follow-up."""
    data = dict(more)
    for question, points in zip(position.questions.filter(follows=None), rows, strict=True):
        data |= {f"{question.pk}-TOTAL_FORMS": str(len(points)), f"{question.pk}-INITIAL_FORMS": "0"}
        for number, (text, follow_up) in enumerate(points):
            data |= {f"{question.pk}-{number}-text": text, f"{question.pk}-{number}-follow_up": follow_up}
    return data


def send(desk, position, *rows, **more):
    return desk.post(reverse("recruiter:rubric", args=[position.pk]), filled_in(position, *rows, **more))


def test_points_and_follow_ups_are_written_and_read_again(desk, position):
    answer = send(desk, position, ((" The cause ", ""), ("Customers", "What did they hear?")), (), follow_ups="on")
    assert answer["Location"] == reverse("recruiter:rubric", args=[position.pk])
    first = position.questions.first()
    assert [(point.text, point.order) for point in first.points.all()] == [("The cause", 0), ("Customers", 1)]
    position.refresh_from_db()
    assert position.follow_ups and Event.objects.get(action="position.rubric").details == {
        "points": 2,
        "follow_ups": True,
    }
    page = desk.get(answer["Location"]).content.decode()
    assert 'value="The cause"' in page and 'value="What did they hear?"' in page and "checked" in page
    shown = desk.get(reverse("recruiter:position", args=[position.pk])).content.decode()
    assert "Customers" in shown and "What did they hear?" in shown and "Follow-up questions are offered." in shown


def test_follow_ups_are_off_until_somebody_switches_them_on(desk, position):
    assert not position.follow_ups
    send(desk, position, (("Customers", "What did they hear?"),), ())
    position.refresh_from_db()
    assert not position.follow_ups and Question.objects.filter(follows__text="Customers").exists()


def test_an_emptied_point_goes_with_its_follow_up(desk, position):
    send(desk, position, (("Customers", "What did they hear?"), ("The cause", "")), ())
    send(desk, position, (("", ""), ("The cause", "")), ())
    assert list(RubricPoint.objects.values_list("text", flat=True)) == ["The cause"]
    assert not Question.objects.exclude(follows=None).exists()


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ((("", "What did they hear?"),), "Please write the point"),
        ((("Same", ""), ("Same", "")), "are the same"),
        ((("x" * 201, ""),), "at most 200 characters"),
        ((("x", "y" * 601),), "at most 600 characters"),
        (tuple((f"point {n}", "") for n in range(9)), "at most 8 key points"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_changes(desk, position, rows, sentence):
    answer = send(desk, position, rows, ())
    assert answer.status_code == 400 and sentence in answer.content.decode()
    assert not RubricPoint.objects.exists()


def test_a_form_that_is_no_form_changes_nothing(desk, position):
    answer = desk.post(reverse("recruiter:rubric", args=[position.pk]), {"follow_ups": "on"})
    assert answer.status_code == 400
    position.refresh_from_db()
    assert not position.follow_ups


def test_an_answered_follow_up_is_kept_with_a_sentence(desk, reviewer):
    recording = handed_in_recording(reviewer)
    position = recording.interview.position
    point = Point("Customers", "What did they hear?")
    question = position.questions.get()
    positions.set_rubric(position=position, points={question.pk: [point]}, follow_ups=True, actor=reviewer.as_actor())
    factories.make_ready_recording(recording.interview, question=position.questions.exclude(follows=None).get())
    answer = send(desk, position, (("Customers", "Something else?"),))
    assert answer.status_code == 400 and "has already been answered" in answer.content.decode()
    assert position.questions.filter(text="What did they hear?").exists()


def test_the_review_page_shows_each_point_with_its_passages(desk, reviewer):
    recording = handed_in_recording(reviewer)
    position = recording.interview.position
    wanted = [Point("rolling back"), Point("customers"), Point("<b>costs</b>")]
    positions.set_rubric(
        position=position, points={position.questions.get().pk: wanted}, follow_ups=False, actor=reviewer.as_actor()
    )
    run = factories.make_complete_run(recording, text="so we rolled back the release and the release was fine")
    address = reverse("recruiter:interview", args=[recording.interview_id])
    assert desk.get(address).content.decode().count("Not checked yet") == 3
    look(run)
    page = desk.get(address).content.decode()
    assert "so we rolled back the release" in page and page.count("No matching words were found") == 2
    assert "&lt;b&gt;costs&lt;/b&gt;" in page and "<b>costs</b>" not in page


def test_words_that_are_said_often_can_be_searched_for(desk, run):
    run.topics = [{"text": "release", "count": 3}]
    run.save(update_fields=["topics"])
    page = desk.get(reverse("recruiter:interview", args=[run.recording.interview_id])).content.decode()
    assert 'data-find="release"' in page


def test_a_point_that_was_pasted_with_its_number_loses_the_number(desk, position):
    send(desk, position, (("1. The cause", ""), ("2) Customers", "")), ())
    assert [point.text for point in position.questions.first().points.all()] == ["The cause", "Customers"]


def test_saving_again_and_again_adds_nothing(desk, position):
    for _ in range(3):
        send(desk, position, (("The cause", ""), ("", ""), ("", "")), ())
    page = desk.get(reverse("recruiter:rubric", args=[position.pk])).content.decode()
    form = page.split("<template>")[0]
    assert form.count('class="point"') == 3, "the one that is there, and two empty rows"
    assert RubricPoint.objects.count() == 1


def test_an_error_keeps_every_row_that_was_typed(desk, position):
    rows = (("Same", "First?"), ("Same", "Second?"), ("Other", ""))
    page = send(desk, position, rows, (), follow_ups="on")
    html = page.content.decode()
    assert page.status_code == 400 and "Two points of this question are the same." in html
    assert all(f'value="{text}"' in html for text in ("Same", "First?", "Second?", "Other")) and "checked" in html
    assert not RubricPoint.objects.exists()
