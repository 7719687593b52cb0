"""The record shows every change to it."""

from datetime import timedelta

import pytest
from django.db.models import F

from hiring.audit import checks
from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.audit.models import ChainCheck, ChainHead, Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten_events():
    return [audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED, number=i) for i in range(10)]


def fault(*, whole: bool = True) -> tuple[str, int | None]:
    """What a check finds: the fault, and at which event or instead of how many."""
    checks.start(actor=audit.SYSTEM, whole=whole)
    assert not checks.go_on(for_s=60)
    found = checks.latest()
    return found.fault, found.fault_event or found.expected_events


WHOLE = ("", None)


def test_an_untouched_record_is_whole(ten_events):
    assert fault() == WHOLE and checks.latest().events == 10


def test_a_changed_event_is_named(ten_events):
    Event.objects.filter(pk=ten_events[4].pk).update(action="note.deleted")
    assert fault() == ("broken", ten_events[4].pk)


def test_a_removed_event_is_noticed_at_the_next(ten_events):
    Event.objects.filter(pk=ten_events[4].pk)._raw_delete("default")
    assert fault() == ("broken", ten_events[5].pk)


def test_a_cut_off_end_is_noticed(ten_events):
    Event.objects.filter(pk__gte=ten_events[7].pk)._raw_delete("default")
    assert fault() == ("shorter_than_written", 10)


def test_a_removed_head_and_end_are_noticed_by_the_count(ten_events):
    Event.objects.filter(pk=ten_events[9].pk)._raw_delete("default")
    ChainHead.objects.update(last_hash=ten_events[8].hash)
    assert fault() == ("shorter_than_written", 10)


def test_an_action_that_is_not_listed_is_refused_and_the_chain_stays_as_it_was(ten_events):
    with pytest.raises(ValueError, match=r"note\.eaten"):
        audit.record(actor=audit.SYSTEM, action="note.eaten")
    assert fault() == WHOLE and checks.latest().events == 10


def test_events_are_neither_saved_again_nor_deleted(ten_events):
    with pytest.raises(TypeError):
        ten_events[0].save()
    with pytest.raises(TypeError):
        ten_events[0].delete()


def test_a_chain_that_was_cut_off_with_its_head_is_noticed_outside_the_database(ten_events):
    audit.anchor()
    Event.objects.filter(pk=ten_events[9].pk)._raw_delete("default")
    ChainHead.objects.update(last_hash=ten_events[8].hash, events=9)
    assert fault() == ("shorter_than_noted", 10)


def test_a_chain_that_was_replaced_as_a_whole_is_noticed(ten_events, settings):
    audit.anchor()
    Event.objects.all()._raw_delete("default")
    ChainHead.objects.all().delete()
    for number in range(10):
        audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED, number=number)
    assert fault()[0] == "replaced"


def test_without_the_key_no_fitting_event_can_be_made(ten_events, settings):
    settings.MASTER_KEY = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="
    assert fault() == ("broken", ten_events[0].pk)


def test_the_next_check_begins_where_the_last_one_ended(ten_events):
    assert fault() == WHOLE
    Event.objects.filter(pk=ten_events[2].pk).update(action="note.deleted")
    new = audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED)
    assert fault(whole=False) == WHOLE and checks.latest().events == 11
    Event.objects.filter(pk=new.pk).update(action="note.deleted")
    assert fault(whole=False) == WHOLE  # it has been seen; the whole check of each week finds both
    assert fault() == ("broken", ten_events[2].pk)


def test_a_new_event_that_does_not_follow_is_found_by_the_short_check(ten_events):
    assert fault() == WHOLE
    new = audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED)
    Event.objects.filter(pk=new.pk).update(previous_hash="f" * 64)
    assert fault(whole=False) == ("broken", new.pk)


def test_a_cut_off_end_is_found_by_the_short_check(ten_events):
    assert fault() == WHOLE
    Event.objects.filter(pk__gte=ten_events[7].pk)._raw_delete("default")
    ChainHead.objects.update(last_hash=ten_events[6].hash, events=7)
    audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED)
    assert fault(whole=False)[0] == "broken"


@pytest.mark.parametrize("changed", [{"seal": "0" * 64}, {"events": 3}, {"last_id": 3}, {"last_hash": "a" * 64}])
def test_whoever_can_only_write_rows_makes_no_check_begin_later(ten_events, changed):
    assert fault() == WHOLE
    Event.objects.filter(pk=ten_events[2].pk).update(action="note.deleted")
    ChainCheck.objects.update(**changed)
    assert fault(whole=False) == ("broken", ten_events[2].pk)


def test_after_a_fault_the_next_check_begins_before_it(ten_events):
    assert fault() == WHOLE
    new = audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED)
    Event.objects.filter(pk=new.pk).update(action="note.deleted")
    assert fault(whole=False) == fault(whole=False) == ("broken", new.pk)


def test_a_fault_is_shown_until_a_check_of_everything_finds_none(ten_events):
    """A check of the new events alone would say that all is well, a day later."""
    assert fault() == WHOLE
    Event.objects.filter(pk=ten_events[2].pk).update(action="note.deleted")
    assert fault() == ("broken", ten_events[2].pk)
    audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED)
    assert fault(whole=False) == ("broken", ten_events[2].pk) and checks.latest().is_whole
    Event.objects.filter(pk=ten_events[2].pk).update(action="note.added")
    assert fault(whole=False) == WHOLE and checks.latest().is_whole
    assert fault(whole=False) == WHOLE and not checks.latest().is_whole


def test_a_long_check_goes_on_in_slices_while_events_are_added(ten_events, monkeypatch):
    monkeypatch.setattr(checks, "_SOME", 3)
    clock = iter(range(1000))
    monkeypatch.setattr(checks.time, "monotonic", lambda: next(clock))
    row = checks.start(actor=audit.SYSTEM, whole=True)
    slices = 1
    while checks.go_on(for_s=2):
        audit.record(actor=audit.SYSTEM, action=Action.NOTE_ADDED)
        slices += 1
        assert checks.start(actor=audit.SYSTEM, whole=True) == row
    done = checks.latest()
    assert slices > 3 and not done.fault and done.events == Event.objects.count()


def test_of_two_workers_at_once_one_writes_it_down(ten_events, monkeypatch):
    """The other read the row before, and walks the same events again."""
    checks.start(actor=audit.SYSTEM, whole=True)
    real = checks._walk

    def overtaken(row, noted):
        monkeypatch.setattr(checks, "_walk", real)
        assert not checks.go_on(for_s=60)
        return real(row, noted)

    monkeypatch.setattr(checks, "_walk", overtaken)
    checks.go_on(for_s=60)
    assert (checks.latest().events, checks.latest().fault) == (10, "") and ChainCheck.objects.count() == 1


def test_unasked_all_is_checked_once_a_week_and_what_is_new_once_a_day(ten_events):
    def begun(days: float = 0) -> list[bool]:
        ChainCheck.objects.update(begun_at=F("begun_at") - timedelta(days=days))
        checks.start_if_due(actor=audit.SYSTEM)
        checks.go_on(for_s=60)
        return list(ChainCheck.objects.order_by("id").values_list("is_whole", flat=True))

    assert begun() == begun(days=0.9) == [True]
    assert begun(days=0.2) == [True, False]
    assert begun(days=5) == [True, False, False]
    assert begun(days=2) == [True, False, False, True]


def test_a_look_is_noted_once_an_hour_for_each_person():
    recording = factories.make_ready_recording()
    for person in (factories.make_user(), factories.make_user()):
        for _ in range(3):
            audit.record_look(actor=person.as_actor(), obj=recording, interview=recording.interview_id)
    assert Event.objects.filter(action="viewed.recording").count() == 2
