"""What the law allows where, to read."""

from __future__ import annotations

from django.urls import reverse

from hiring.policy.rules import places
from tests.administration.conftest import text_of


def test_every_place_shows_its_rule_its_source_and_when_it_was_read(admin):
    text = text_of(admin.get(reverse("administration:places")))
    for place in places().values():
        assert place.name in text
    assert "Art. 5(1)(f)" in text and ">Oct 1, 2026</time>" in text


def test_a_duty_that_this_version_cannot_fulfil_closes_the_purpose_visibly(admin):
    text = text_of(admin.get(reverse("administration:places")))
    maryland = text.split("Maryland, USA")[1].split("</tr>")[0]
    assert "Signed waiver" in maryland and "not available: requires a feature this version lacks" in maryland
    assert 'class="tag good"' not in maryland
