"""Who is waiting, being analysed, ready, reviewed by me, decided."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.utils import timezone

from hiring import access
from hiring.actions.erase import erase
from hiring.actions.retry_run import retry
from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from hiring.review import inbox, services
from hiring.review.inbox import ORDERS, inbox_page, next_in_list, next_to_review
from hiring.runs import lease
from hiring.runs import services as runs
from tests import factories
from tests.recruiter.conftest import hand_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def me():
    return factories.make_user()


@pytest.fixture
def position(me):
    return factories.make_position(me)


def _box(me, **chosen):
    return inbox_page(access.listed_interviews(me), me, **chosen)


def _names(me, **chosen) -> set[str]:
    return {row.interview.candidate_name for row in _box(me, **chosen).rows}


@pytest.fixture
def everybody(me, position):
    """One interview in each state."""
    factories.make_interview(position, name="Invited", opened=False)
    factories.make_interview(position, name="Opened")
    analyzing = hand_in(factories.make_interview(position, name="Analysing"))
    runs.queue(recording=factories.make_ready_recording(analyzing))
    ready = hand_in(factories.make_interview(position, name="Ready"))
    factories.make_complete_run(factories.make_ready_recording(ready))
    mine = hand_in(factories.make_interview(position, name="Mine"))
    run = factories.make_complete_run(factories.make_ready_recording(mine))
    services.give_verdict(moment=run.moments.first(), reviewer=me, answer="confirmed", reason="")
    decided = hand_in(factories.make_interview(position, name="Decided"))
    services.decide(interview=decided, person=factories.make_user(), outcome="next_step", reason="Good answers given")


def test_each_filter_shows_its_own(me, everybody):
    assert _names(me) == {"Invited", "Opened", "Analysing", "Ready", "Mine", "Decided"}
    assert _names(me, state="waiting") == {"Invited", "Opened"}
    assert _names(me, state="analyzing") == {"Analysing"}
    assert _names(me, state="ready") == {"Ready", "Mine"}
    assert _names(me, state="mine") == {"Mine"}
    assert _names(me, state="decided") == {"Decided"}


def test_the_counts_beside_the_filters_are_what_they_show(me, everybody):
    counts = _box(me).counts
    assert counts.pop("all") == 6
    assert counts == {show: len(_names(me, state=show)) for show in counts}


def test_a_row_says_where_it_stands(me, everybody):
    stages = {row.interview.candidate_name: row.stage for row in _box(me).rows}
    assert stages["Analysing"] == "analyzing"
    assert stages["Ready"] == stages["Mine"] == "ready"
    assert stages["Opened"] == "opened"
    mine = next(row for row in _box(me).rows if row.interview.candidate_name == "Mine")
    assert (mine.moments, mine.seen_by_me) == (2, 1)


@pytest.mark.parametrize("state", ["received", "ready"])
def test_an_analysis_that_stopped_is_shown_as_stopped_until_it_starts_again(me, position, state):
    recording = factories.make_ready_recording(hand_in(factories.make_interview(position, name="Stopped")))
    Recording.objects.update(state=state)
    run = lease.claim(runs.queue(recording=recording).pk)
    assert [row.stage for row in _box(me, state="analyzing").rows] == ["analyzing"]
    lease.fail(run=run, step="probe", sentence="It broke off.")
    assert [row.stage for row in _box(me).rows] == ["analysis_stopped"]
    assert _names(me, state="analyzing") == set() and _names(me, state="ready") == {"Stopped"}
    retry(run=run, actor=me.as_actor())
    assert [row.stage for row in _box(me, state="analyzing").rows] == ["analyzing"]


def test_a_file_that_no_worker_looked_at_yet_counts_as_being_analysed(me, position):
    factories.make_ready_recording(hand_in(factories.make_interview(position, name="Unchecked")))
    Recording.objects.update(state="received")
    assert [row.stage for row in _box(me, state="analyzing").rows] == ["analyzing"]


def test_search_finds_a_part_of_the_name_in_any_case_or_the_start_of_the_reference(me, position):
    interview = factories.make_interview(position, name="Noor de Vries")
    factories.make_interview(position, name="Sam Okafor")
    assert _names(me, search=" VRIES ") == {"Noor de Vries"}
    assert _names(me, search=interview.reference[:5].lower()) >= {"Noor de Vries"}
    assert _names(me, search="%") == set()


def test_another_teams_interviews_are_never_found(me, everybody):
    other = factories.make_interview(name="Somebody Else")
    assert "Somebody Else" not in _names(me)
    assert _names(me, search="Somebody") == set()
    assert _names(me, position=other.position_id) == set()


def test_an_erased_interview_is_a_line_of_its_own_filter_and_the_last_among_names(me, position):
    gone = factories.make_interview(position)
    factories.make_interview(position, name="Zoe")
    erase(interview=gone, actor=gone.as_actor(), reason="candidate")
    assert [row.interview.candidate_name for row in _box(me, sort="name").rows] == ["Zoe", ""]
    (row,) = _box(me, state="erased").rows
    assert row.interview.pk == gone.pk and row.stage == "erased"
    assert not access.interviews(me).filter(pk=gone.pk).exists()


def test_order_and_pages_show_every_interview_once(me, position):
    for number in range(60):
        factories.make_interview(position, name=f"Person {number:02}", granted=None, opened=False)
    pages = [[row.interview.candidate_name for row in _box(me, sort="name", page=n).rows] for n in (1, 2)]
    assert pages[0] + pages[1] == [f"Person {number:02}" for number in range(60)]


@pytest.mark.parametrize("sort", ORDERS)
def test_a_page_in_the_second_half_which_is_read_from_the_end_follows_the_others(me, position, monkeypatch, sort):
    monkeypatch.setattr(inbox, "PAGE", 4)
    for number in range(21):
        row = factories.make_interview(position, name=f"Person {number % 7}", granted=None, opened=False)
        if number % 3:
            hand_in(row)
    in_order = list(inbox._ordered(access.listed_interviews(me), sort).values_list("pk", flat=True))
    shown = [[row.interview.pk for row in _box(me, sort=sort, page=n).rows] for n in range(1, 7)]
    assert [pk for page in shown for pk in page] == in_order and [len(page) for page in shown] == [4, 4, 4, 4, 4, 1]


def test_the_counts_of_a_long_list_are_kept_for_a_while_and_those_of_a_short_one_are_not(me, position, monkeypatch):
    factories.make_interview(position)
    assert _box(me).counts["all"] == 1
    factories.make_interview(position)
    monkeypatch.setattr(inbox, "_MANY", 1)
    assert _box(me).counts["all"] == 2
    factories.make_interview(position)
    assert _box(me).counts["all"] == 2 and len(_box(me, search="Ada").rows) == 3
    cache.clear()
    assert _box(me).counts["all"] == 3


def test_a_page_costs_the_same_queries_however_many_interviews_there_are(me, position, django_assert_num_queries):
    def look():
        box = _box(me)
        return box.rows, box.counts

    for expected in (1, 6):
        while len(_box(me).rows) < expected:
            interview = hand_in(factories.make_interview(position))
            factories.make_complete_run(factories.make_ready_recording(interview))
        with django_assert_num_queries(11):
            look()


def test_who_came_from_no_list_goes_on_with_the_oldest_that_waits_and_was_not_reviewed(me, everybody):
    ready = Interview.objects.get(candidate_name="Ready")
    decided = Interview.objects.get(candidate_name="Decided")
    assert next_to_review(access.interviews(me), me, decided) == ready
    assert next_to_review(access.interviews(me), me, ready) is None


def _walk(me, first, **chosen) -> list[str]:
    """The names that "next" leads through from here."""
    names, now = [], first
    while (now := next_in_list(access.interviews(me), me, now, **chosen)) is not None:
        names.append(now.candidate_name)
        assert len(names) < 20, "it goes round"
    return names


@pytest.mark.parametrize("sort", list(ORDERS))
@pytest.mark.parametrize("state", ["", "ready"])
def test_next_goes_through_the_list_in_its_order_once(me, position, sort, state):
    for number in (3, 1, 2):
        hand_in(factories.make_interview(position, name=f"Person {number}"))
    same = timezone.now()
    Interview.objects.filter(candidate_name__in=["Person 1", "Person 2"]).update(submitted_at=same)
    factories.make_interview(position, name="Not handed in")
    listed = [row.interview for row in _box(me, sort=sort, state=state).rows if row.interview.submitted_at]
    assert len(listed) == 3
    assert _walk(me, listed[0], sort=sort, state=state) == [row.candidate_name for row in listed[1:]]


def test_next_goes_on_behind_an_interview_that_has_left_the_list_meanwhile(me, position):
    first, second = (hand_in(factories.make_interview(position, name=name)) for name in ("A", "B"))
    services.decide(interview=first, person=me, outcome="next_step", reason="Good answers given")
    assert next_in_list(access.interviews(me), me, first, state="ready", sort="oldest") == second


def test_next_keeps_to_the_search_and_the_position(me, position):
    here = [hand_in(factories.make_interview(position, name=name)) for name in ("Ann One", "Bob", "Ann Two")]
    hand_in(factories.make_interview(factories.make_position(me), name="Ann Elsewhere"))
    assert _walk(me, here[0], sort="oldest", search="ann", position=position.pk) == ["Ann Two"]


def test_an_interview_is_reviewed_once_every_answer_was_watched(me, position):
    position_of_two = factories.make_position(me, questions=("One?", "Two?"))
    interview = hand_in(factories.make_interview(position_of_two, name="Two answers"))
    one, two = (
        factories.make_ready_recording(interview, question=question) for question in position_of_two.questions.all()
    )
    services.note_watched(recording=one, reviewer=me)
    assert "Two answers" not in _names(me, state="mine")
    services.note_watched(recording=two, reviewer=factories.make_user())
    assert "Two answers" not in _names(me, state="mine")
    services.note_watched(recording=two, reviewer=me)
    services.note_watched(recording=two, reviewer=me)
    assert "Two answers" in _names(me, state="mine")
    assert next(row for row in _box(me).rows if row.interview == interview).is_watched
    waiting = hand_in(factories.make_interview(position, name="Waiting"))
    assert next_to_review(access.interviews(me), me, waiting) is None
