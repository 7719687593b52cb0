"""The preview of what is due, and erasing it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.administration.views import erasure
from hiring.audit.models import Event
from hiring.positions.models import Interview
from hiring.retention.models import ErasureCertificate
from tests import factories
from tests.administration.conftest import text_of


def _interview(age_days: int, name: str = "Ada Secretname") -> Interview:
    interview = factories.make_interview(name=name)
    Interview.objects.filter(pk=interview.pk).update(created_at=factories.long_ago(age_days))
    return interview


def test_the_preview_shows_references_dates_and_reasons_but_no_names(admin):
    late, soon, far = _interview(200), _interview(160), _interview(1)
    text = text_of(admin.get(reverse("administration:due"), {"days": 30}))
    assert late.reference in text and soon.reference in text and far.reference not in text
    assert "180 days without a decision" in text and "due now" in text
    assert "Secretname" not in text
    now = text_of(admin.get(reverse("administration:due"), {"days": 0}))
    assert late.reference in now and soon.reference not in now


def test_a_time_that_is_none_is_refused_with_a_sentence(admin):
    _interview(200)
    assert "errorlist" in text_of(admin.get(reverse("administration:due"), {"days": "soon"}))


def test_asking_first_erases_nothing(admin):
    interview = _interview(200)
    assert "Erase 1 interview for good?" in text_of(admin.get(reverse("administration:erase_due")))
    interview.refresh_from_db()
    assert interview.state != "erased"


def test_erasing_takes_what_is_due_and_nothing_else(admin, administrator):
    late, soon = _interview(200), _interview(160)
    response = admin.post(reverse("administration:erase_due"), follow=True)
    assert "1 interview was erased." in text_of(response)
    late.refresh_from_db()
    soon.refresh_from_db()
    assert (late.state, soon.state) == ("erased", "opened")
    certificate = ErasureCertificate.objects.get()
    assert certificate.reason == "retention" and certificate.due_at is not None
    assert Event.objects.get(action="interview.erased").actor_id == str(administrator.pk)


def test_one_answer_erases_so_many_and_says_how_many_are_left(admin, monkeypatch):
    monkeypatch.setattr(erasure, "AT_ONCE", 2)
    for _ in range(3):
        _interview(200)
    text = text_of(admin.post(reverse("administration:erase_due"), follow=True))
    assert "2 interviews were erased." in text and "1 is still due" in text
    assert ErasureCertificate.objects.count() == 2


@pytest.mark.parametrize("name", ["due", "erase_due"])
def test_with_nothing_due_the_page_says_so(admin, name):
    _interview(1)
    assert "Nothing is due" in text_of(admin.get(reverse(f"administration:{name}")))
