"""The record shows every change to it."""

import pytest

from hiring.audit import services as audit
from hiring.audit.models import ChainHead, Event
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def ten_events():
    return [audit.record(actor=audit.SYSTEM, action=f"test.{i}", number=i) for i in range(10)]


def test_an_untouched_record_is_whole(ten_events):
    assert audit.first_broken() == ""


def test_a_changed_event_is_named(ten_events):
    Event.objects.filter(pk=ten_events[4].pk).update(action="test.nothing")
    assert f"Event {ten_events[4].pk} " in audit.first_broken()


def test_a_removed_event_is_noticed_at_the_next(ten_events):
    Event.objects.filter(pk=ten_events[4].pk)._raw_delete("default")
    assert f"Event {ten_events[5].pk} " in audit.first_broken()


def test_a_cut_off_end_is_noticed(ten_events):
    Event.objects.filter(pk__gte=ten_events[7].pk)._raw_delete("default")
    assert "10 were written" in audit.first_broken()


def test_a_removed_head_and_end_are_noticed_by_the_count(ten_events):
    Event.objects.filter(pk=ten_events[9].pk)._raw_delete("default")
    ChainHead.objects.update(last_hash=ten_events[8].hash)
    assert "9 events, but 10" in audit.first_broken()


def test_events_are_neither_saved_again_nor_deleted(ten_events):
    with pytest.raises(TypeError):
        ten_events[0].save()
    with pytest.raises(TypeError):
        ten_events[0].delete()


def test_a_chain_that_was_cut_off_with_its_head_is_noticed_outside_the_database(ten_events):
    audit.anchor()
    Event.objects.filter(pk=ten_events[9].pk)._raw_delete("default")
    ChainHead.objects.update(last_hash=ten_events[8].hash, events=9)
    assert "10 were noted outside the database" in audit.first_broken()


def test_a_chain_that_was_replaced_as_a_whole_is_noticed(ten_events, settings):
    audit.anchor()
    Event.objects.all()._raw_delete("default")
    ChainHead.objects.all().delete()
    for number in range(10):
        audit.record(actor=audit.SYSTEM, action="test.other", number=number)
    assert "noted outside the database" in audit.first_broken()


def test_without_the_key_no_fitting_event_can_be_made(ten_events, settings):
    settings.MASTER_KEY = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="
    assert f"Event {ten_events[0].pk} " in audit.first_broken()


def test_a_look_is_noted_once_an_hour_for_each_person():
    recording = factories.make_ready_recording()
    for person in (factories.make_user(), factories.make_user()):
        for _ in range(3):
            audit.record_look(actor=person.as_actor(), obj=recording, interview=recording.interview_id)
    assert Event.objects.filter(action="viewed.recording").count() == 2
