"""Every purpose is off until the candidate says yes, and the receipt holds the words that were read."""

import pytest
from django.utils import translation

from hiring.candidate.wording import PURPOSE_TITLES
from hiring.consent import selectors, services
from hiring.consent.models import ConsentReceipt
from hiring.consent.notice import LANGUAGES, notice
from hiring.policy.rules import NOT_IN_THIS_VERSION, Purpose
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def interview():
    return factories.make_interview(granted=None)


def test_nothing_is_granted_before_anything_was_asked(interview):
    assert selectors.granted(interview) == frozenset()


def test_a_receipt_holds_every_offered_purpose_with_the_notice_that_was_read(interview):
    receipt = factories.choose(interview, [Purpose.RECORDING], language="de")
    rows = ConsentReceipt.objects.filter(receipt=receipt)
    assert {row.purpose: row.granted for row in rows} == {
        "recording": True,
        "transcript": False,
        "expression": False,
        "eyes_head": False,
        "voice": False,
    }
    assert {(row.notice_language, row.notice_sha256) for row in rows} == {("de", notice("de").sha256)}


def test_a_purpose_that_the_law_forbids_is_refused_and_nothing_is_written():
    interview = factories.make_interview(factories.make_position(place="eu"), granted=None, place="eu")
    with pytest.raises(services.NotOffered):
        factories.choose(interview, [Purpose.RECORDING, Purpose.EXPRESSION])
    assert not ConsentReceipt.objects.exists()


def test_the_newest_answer_is_in_force_and_the_older_stays(interview):
    factories.choose(interview, [Purpose.RECORDING, Purpose.EXPRESSION])
    factories.choose(interview, [Purpose.RECORDING])
    assert selectors.granted(interview) == {Purpose.RECORDING}
    assert ConsentReceipt.objects.filter(purpose="expression").count() == 2


def test_a_receipt_is_never_changed(interview):
    factories.choose(interview, [])
    with pytest.raises(TypeError):
        ConsentReceipt.objects.first().save()


def test_the_notice_has_the_same_sections_in_every_language():
    shapes = {
        tuple(
            (len(part.points), tuple((section.purposes, len(section.paragraphs)) for section in part.sections))
            for part in notice(language).parts
        )
        for language in LANGUAGES
    }
    assert len(shapes) == 1
    assert len({notice(language).sha256 for language in LANGUAGES}) == 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_screen_of_the_notice_is_short(language):
    first = notice(language).parts[0]
    assert first.points and not first.sections
    assert len(" ".join((first.heading, *first.points)).split()) <= 150


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_purpose_that_can_be_offered_has_a_section_under_the_name_of_its_switch(language):
    sections = {section.purposes: section.heading for part in notice(language).parts for section in part.sections}
    with translation.override(language):
        for purpose in frozenset(Purpose) - NOT_IN_THIS_VERSION:
            assert sections[frozenset({purpose})] == str(PURPOSE_TITLES[purpose])
