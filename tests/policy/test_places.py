"""The strictest rule of the places involved applies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiring.policy.rules import NOT_IN_THIS_VERSION, Purpose, places, rule_for

codes = st.sampled_from(sorted(places()))


@pytest.mark.parametrize("place", ["eu", "us-ma", "unknown", "uk", "us-md", "us-nyc", "no-such-place"])
def test_expression_is_closed(place):
    assert Purpose.EXPRESSION not in rule_for([place]).allowed


@pytest.mark.parametrize("place", ["us", "us-il", "us-tx", "us-wa", "us-ca", "us-co"])
def test_expression_can_be_asked_for(place):
    assert Purpose.EXPRESSION in rule_for([place]).allowed


def test_one_strict_place_is_enough():
    assert Purpose.EXPRESSION not in rule_for(["us", "us", "eu"]).allowed


def test_no_place_at_all_counts_as_unknown():
    assert rule_for([]) == rule_for(["unknown"])


@given(st.lists(codes, min_size=1, max_size=4), codes)
def test_a_further_place_never_allows_more(chosen, further):
    before, after = rule_for(chosen), rule_for([*chosen, further])
    assert after.allowed <= before.allowed
    assert after.media_days_after_decision <= before.media_days_after_decision


@given(st.lists(codes, max_size=4))
def test_what_this_version_does_not_compute_is_never_asked_for(chosen):
    assert not rule_for(chosen).allowed & NOT_IN_THIS_VERSION


def test_every_place_names_its_source_and_the_day_it_was_read():
    for place in places().values():
        assert place.citation and place.checked.year >= 2026
        assert place.expression in ("prohibited", "off", "consent")
