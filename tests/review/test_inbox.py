"""Who is waiting, being analysed, ready, reviewed by me, decided."""

from __future__ import annotations

import pytest

from hiring import access
from hiring.positions.models import Interview
from hiring.review import selectors, services
from hiring.review.inbox import next_to_review
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
    return selectors.inbox(access.interviews(me), me, **chosen)


def _names(me, **chosen) -> set[str]:
    return {row.interview.candidate_name for row in _box(me, **chosen).rows}


@pytest.fixture
def everybody(me, position):
    """One interview in each state."""
    factories.make_interview(position, name="Invited", opened=False)
    factories.make_interview(position, name="Opened")
    analysing = hand_in(factories.make_interview(position, name="Analysing"))
    runs.queue(recording=factories.make_ready_recording(analysing))
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
    assert _names(me, state="analysing") == {"Analysing"}
    assert _names(me, state="ready") == {"Ready", "Mine"}
    assert _names(me, state="mine") == {"Mine"}
    assert _names(me, state="decided") == {"Decided"}


def test_the_counts_beside_the_filters_are_what_they_show(me, everybody):
    counts = _box(me).counts
    assert counts.pop("all") == 6
    assert counts == {show: len(_names(me, state=show)) for show in counts}


def test_a_row_says_where_it_stands(me, everybody):
    stages = {row.interview.candidate_name: row.stage for row in _box(me).rows}
    assert stages["Analysing"] == "analysing"
    assert stages["Ready"] == stages["Mine"] == "ready"
    assert stages["Opened"] == "opened"
    mine = next(row for row in _box(me).rows if row.interview.candidate_name == "Mine")
    assert (mine.moments, mine.seen_by_me) == (2, 1)


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


def test_erased_interviews_are_gone(me, position):
    interview = factories.make_interview(position)
    Interview.objects.filter(pk=interview.pk).update(
        state="erased", candidate_name="", candidate_email="", erased_at=factories.long_ago(0)
    )
    assert _box(me).rows == []


def test_order_and_pages_show_every_interview_once(me, position):
    for number in range(60):
        factories.make_interview(position, name=f"Person {number:02}", granted=None, opened=False)
    pages = [[row.interview.candidate_name for row in _box(me, sort="name", page=n).rows] for n in (1, 2)]
    assert pages[0] + pages[1] == [f"Person {number:02}" for number in range(60)]


def test_a_page_costs_the_same_queries_however_many_interviews_there_are(me, position, django_assert_num_queries):
    def look():
        box = _box(me)
        return box.rows, box.counts

    for expected in (1, 6):
        while len(_box(me).rows) < expected:
            interview = hand_in(factories.make_interview(position))
            factories.make_complete_run(factories.make_ready_recording(interview))
        with django_assert_num_queries(10):
            look()


def test_the_next_interview_is_the_one_that_waits_longest_and_was_not_reviewed_by_me(me, everybody):
    ready = Interview.objects.get(candidate_name="Ready")
    decided = Interview.objects.get(candidate_name="Decided")
    assert next_to_review(access.interviews(me), me, decided) == ready
    assert next_to_review(access.interviews(me), me, ready) is None
