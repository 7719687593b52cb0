"""How long a position's interviews are kept."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.audit.models import Event
from tests import factories
from tests.administration.conftest import text_of


def test_the_number_that_applies_is_shown_where_the_law_allows_fewer(admin):
    position = factories.make_position(place="eu")
    url = reverse("administration:days", args=[position.pk])
    response = admin.post(url, {"after_decision": 400, "without_decision": 60}, follow=True)
    text = text_of(response)
    assert "90 days" in text and "400 were chosen; European Union and EEA allows no more." in text
    position.refresh_from_db()
    assert (position.days_after_decision, position.days_without_decision) == (400, 60)
    assert Event.objects.filter(action="retention.changed", object_id=str(position.pk)).exists()


@pytest.mark.parametrize("days", ["0", "-5", "3651", "soon", "", "1.5"])
def test_days_outside_the_range_are_refused_and_change_nothing(admin, days):
    position = factories.make_position()
    url = reverse("administration:days", args=[position.pk])
    text = text_of(admin.post(url, {"after_decision": days, "without_decision": 60}))
    assert "Please choose between 1 and 3650 days." in text
    position.refresh_from_db()
    assert (position.days_after_decision, position.days_without_decision) == (90, 180)


def test_positions_show_no_interview_content(admin):
    interview = factories.make_interview(name="Ada Secretname")
    text = text_of(admin.get(reverse("administration:retention")))
    assert interview.position.title in text and "Secretname" not in text


def test_without_positions_the_page_says_so(admin):
    assert "There are no positions yet." in text_of(admin.get(reverse("administration:retention")))
