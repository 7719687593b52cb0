"""Never early, at most a day late, and repeatable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hiring.actions import erase
from hiring.actions.erase import erase_due
from hiring.audit.services import SYSTEM
from hiring.policy.rules import places
from hiring.positions.models import Interview, Position
from hiring.retention import services as retention
from hiring.retention.models import ErasureCertificate
from hiring.retention.selectors import due, due_of
from tests import factories

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _interview(**columns) -> Interview:
    interview = factories.make_interview()
    Interview.objects.filter(pk=interview.pk).update(**columns)
    return Interview.objects.select_related("position").get(pk=interview.pk)


def test_without_a_decision_it_is_kept_for_the_days_of_the_position():
    interview = _interview(created_at=NOW - timedelta(days=180))
    assert [item.interview.pk for item in due(NOW)] == [interview.pk]
    assert list(due(NOW - timedelta(seconds=1))) == []


def test_the_days_count_from_handing_in():
    _interview(created_at=NOW - timedelta(days=300), submitted_at=NOW - timedelta(days=179))
    assert list(due(NOW)) == []


def test_after_a_decision_the_shorter_of_position_and_law_applies():
    interview = _interview(decided_at=NOW - timedelta(days=90), state="decided", submitted_at=NOW)
    retention.set_days(position=interview.position, after_decision=3000, without_decision=3000, actor=SYSTEM)
    assert due_of(interview).due_at == NOW


@hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.integers(1, 3650), age_s=st.integers(0, 3650 * 86400))
def test_nothing_is_due_before_its_day(days, age_s):
    interview = Interview(
        created_at=NOW - timedelta(seconds=age_s),
        position=factories.Position(days_without_decision=days, days_after_decision=90),
    )
    assert (due_of(interview).due_at <= NOW) == (age_s >= days * 86400)


STATES = st.sampled_from(["opened", "submitted", "decided", "erased"])
PLACES = st.sampled_from([*places(), "a place that nobody knows"])
AGES = st.lists(st.integers(0, 400 * 86400), min_size=3, max_size=3)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(of=st.lists(st.tuples(STATES, PLACES, PLACES, PLACES, AGES, st.integers(1, 400)), min_size=1, max_size=4))
def test_the_list_says_of_each_interview_what_is_said_of_it_alone(of):
    Interview.objects.all().delete()
    for state, employer, job, own, ages, days in of:
        position = factories.make_position()
        at = [NOW - timedelta(seconds=age) for age in sorted(ages, reverse=True)]
        columns = {"employer_place": employer, "job_place": job, "days_after_decision": days}
        Position.objects.filter(pk=position.pk).update(**columns, days_without_decision=401 - days)
        position.refresh_from_db()
        times = {"created_at": at[0]}
        times |= {"submitted_at": at[1]} if state != "opened" else {}
        times |= {"decided_at": at[2]} if state == "decided" else {}
        times |= {"erased_at": NOW, "candidate_name": ""} if state == "erased" else {}
        Interview.objects.create(position=position, state=state, candidate_place=own, **times)
    kept = Interview.objects.exclude(state="erased").select_related("position")
    alone = {row.pk: due_of(row) for row in kept}
    listed = list(due(NOW + timedelta(days=900)))
    assert {item.interview.pk: (item.due_at, item.because) for item in listed} == {
        pk: (item.due_at, item.because) for pk, item in alone.items()
    }
    assert [item.due_at for item in listed] == sorted(item.due_at for item in listed)
    assert {item.interview.pk for item in due(NOW)} == {pk for pk, item in alone.items() if item.due_at <= NOW}


def test_what_is_due_is_erased_and_the_rest_is_not(monkeypatch):
    old = _interview(created_at=NOW - timedelta(days=181))
    young = _interview(created_at=NOW - timedelta(days=10))
    assert erase_due(NOW) == 1
    assert erase_due(NOW) == 0
    assert Interview.objects.get(pk=old.pk).state == "erased"
    assert Interview.objects.get(pk=young.pk).state == "opened"
    certificate = ErasureCertificate.objects.get()
    assert certificate.reason == "retention" and certificate.due_at == NOW - timedelta(days=1)


def test_one_erasure_that_fails_does_not_stop_the_others(monkeypatch):
    first = _interview(created_at=NOW - timedelta(days=400))
    second = _interview(created_at=NOW - timedelta(days=300))
    real = erase.keys.destroy

    def broken(pk):
        if pk == first.pk:
            raise OSError("the key store is away")
        return real(pk)

    monkeypatch.setattr(erase.keys, "destroy", broken)
    assert erase_due(NOW) == 1
    assert Interview.objects.get(pk=first.pk).state == "opened"
    assert Interview.objects.get(pk=second.pk).state == "erased"


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_days_outside_the_range_are_refused_and_change_nothing(days):
    position = factories.make_position()
    with pytest.raises(retention.DaysRefused):
        retention.set_days(position=position, after_decision=days, without_decision=10, actor=SYSTEM)
    position.refresh_from_db()
    assert position.days_after_decision == 90
