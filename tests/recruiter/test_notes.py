"""Notes at a time of the recording."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.review import services
from hiring.review.models import Note
from tests import factories

pytestmark = pytest.mark.django_db


def _write(desk, run, **data):
    return desk.post(reverse("recruiter:add_note", args=[run.recording_id]), data)


def test_a_note_is_kept_at_its_time_and_shown(desk, run, reviewer):
    html = _write(desk, run, at_ms=4200, text="Ask about <this>").content.decode()
    assert Note.objects.get().at_ms == 4200
    assert "00:04" in html
    assert "Ask about &lt;this&gt;" in html


@pytest.mark.parametrize("data", [{"at_ms": 1, "text": " "}, {"at_ms": 10**9, "text": "late"}, {"text": "no time"}])
def test_a_note_without_text_or_outside_the_recording_is_refused_and_what_was_typed_stays(desk, run, data):
    answer = _write(desk, run, **data)
    assert answer.status_code == 422
    assert data["text"].strip() in answer.content.decode()
    assert not Note.objects.exists()


def test_only_its_author_deletes_a_note(desk, run, reviewer):
    own = services.add_note(recording=run.recording, author=reviewer, at_ms=0, text="Mine")
    other = services.add_note(recording=run.recording, author=factories.make_user(), at_ms=0, text="Theirs")
    for note in (own, other):
        desk.post(reverse("recruiter:delete_note", args=[note.pk]))
    assert list(Note.objects.all()) == [other]


def test_deleting_a_note_keeps_what_is_being_typed(desk, run, reviewer):
    note = services.add_note(recording=run.recording, author=reviewer, at_ms=0, text="Mine")
    html = desk.post(reverse("recruiter:delete_note", args=[note.pk]), {"text": "Half a <thought>"}).content.decode()
    assert "Half a &lt;thought&gt;</textarea>" in html and not Note.objects.exists()
