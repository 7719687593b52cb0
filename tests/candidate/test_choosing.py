"""Consent purpose by purpose: everything off, only what is allowed, a receipt for each answer."""

import pytest

from hiring.audit.models import Event
from hiring.consent import selectors as consent
from hiring.consent.models import ConsentReceipt
from hiring.consent.notice import notice
from hiring.policy.rules import Purpose
from tests import factories

pytestmark = pytest.mark.django_db
CHOICES = "/interview/choices/"


@pytest.fixture
def fresh(client):
    """A browser that has just read the notice and chosen nothing."""

    def open_in(place: str = "us"):
        interview = factories.make_interview(factories.make_position(place=place), granted=None, place=place)
        factories.sign_in_candidate(client, interview)
        client.get("/interview/notice/")
        return interview

    return open_in


def test_the_notice_comes_before_the_choices(client):
    interview = factories.make_interview(granted=None)
    factories.sign_in_candidate(client, interview)
    assert client.get(CHOICES)["Location"] == "/interview/notice/"
    assert client.get("/interview/answers/")["Location"] == "/interview/notice/"


def test_every_switch_is_off_at_first(client, fresh):
    fresh()
    page = client.get(CHOICES).content.decode()
    assert page.count('role="switch"') == 5
    assert " checked" not in page


def test_what_is_chosen_is_granted_and_the_rest_is_refused_on_one_receipt(client, fresh):
    interview = fresh()
    answer = client.post(CHOICES, {"purpose": ["recording", "transcript"], "my_choices": "1"})
    assert answer["Location"] == "/interview/answers/"
    assert consent.granted(interview) == {Purpose.RECORDING, Purpose.TRANSCRIPT}
    rows = ConsentReceipt.objects.all()
    assert {row.purpose: row.granted for row in rows} == {
        "recording": True,
        "transcript": True,
        "expression": False,
        "eyes_head": False,
        "voice": False,
    }
    assert len({row.receipt for row in rows}) == 1
    assert {row.notice_sha256 for row in rows} == {notice("en").sha256}


def test_the_receipt_page_shows_text_version_hash_and_time(client, fresh):
    fresh()
    client.post(CHOICES, {"purpose": ["recording"], "my_choices": "1"})
    page = client.get("/interview/choices/receipts/").content.decode()
    row = ConsentReceipt.objects.first()
    for fact in (row.notice_version, row.notice_sha256, str(row.receipt), row.at.isoformat()[:19]):
        assert fact in page


def test_the_receipt_names_the_language_that_was_read(client, fresh):
    interview = fresh()
    client.post("/interview/language/", {"language": "fr", "next": CHOICES})
    client.post(CHOICES, {"purpose": ["recording"]})
    assert ConsentReceipt.objects.filter(interview=interview).first().notice_language == "fr"


def test_without_any_analysis_grants_the_recording_alone_whatever_the_switches_say(client, fresh):
    interview = fresh()
    client.post(CHOICES, {"purpose": ["expression", "transcript"], "without_analysis": "1"})
    assert consent.granted(interview) == {Purpose.RECORDING}


def test_both_buttons_are_equally_prominent(client, fresh):
    fresh()
    page = client.get(CHOICES).content.decode()
    assert page.count('<button class="primary block"') == 2


@pytest.mark.parametrize("place", ["eu", "uk", "us-md", "us-nyc", "us-ma", "unknown"])
def test_what_the_law_forbids_is_not_offered(client, fresh, place):
    fresh(place)
    page = client.get(CHOICES).content.decode()
    assert 'value="expression"' not in page
    assert "does not allow it" in page


@pytest.mark.parametrize("forced", ["expression", "voice", "browser", "made-up"])
def test_what_is_not_offered_is_refused_when_forced(client, fresh, forced):
    interview = fresh("eu")
    answer = client.post(CHOICES, {"purpose": ["recording", forced]})
    assert answer.status_code == 400 and "not offered" in answer.content.decode()
    assert not consent.receipts(interview).exists()


def test_what_this_version_does_not_use_is_not_spoken_of(client, fresh):
    fresh()
    for address in (CHOICES, "/interview/notice/"):
        assert "rowser activity" not in client.get(address).content.decode()


@pytest.mark.parametrize(("place", "said"), [("eu", False), ("us", True)])
def test_the_notice_speaks_of_what_is_offered_here_alone(client, fresh, place, said):
    fresh(place)
    page = client.get("/interview/notice/").content.decode()
    assert "<summary>Eyes and head</summary>" in page
    for heading in ("Facial expressions", "Voice", "Transcript together with facial expressions"):
        assert (f"<summary>{heading}</summary>" in page) == said
    for word in ("expression", "voiceprint", "dictionary"):
        assert (word in page) == said


def test_choosing_nothing_leads_to_another_way_to_answer(client, fresh):
    fresh()
    page = client.post(CHOICES, {"my_choices": "1"}, follow=True).content.decode()
    assert "Ask for another way to answer" in page
    assert "data-drop" not in page


def test_the_audit_record_does_not_say_what_was_chosen(client, fresh):
    fresh()
    client.post(CHOICES, {"without_analysis": "1"})
    assert Event.objects.get(action="consent.given").details == {}


def test_an_adjustment_is_asked_for_without_a_reason_and_can_be_changed(client, fresh):
    interview = fresh()
    page = "/interview/adjustment/"
    client.post(page, {"usual": ["Answering in writing"], "other": "Large print, please"})
    interview.refresh_from_db()
    assert interview.accommodation == "Answering in writing\nLarge print, please"
    shown = client.get(page).content.decode()
    assert shown.count(" checked") == 1 and "Large print, please" in shown
    client.post(page, {})
    interview.refresh_from_db()
    assert interview.accommodation == ""


def test_after_saving_the_choices_there_is_a_way_on(client, fresh):
    interview = fresh()
    client.post(CHOICES, {"without_analysis": "1"})
    saved = client.post(CHOICES, {"without_analysis": "1"}, follow=True).content.decode()
    assert "Your choices have been saved" in saved and 'href="/interview/answers/">Continue to my answers' in saved
    type(interview).objects.update(state="submitted")
    assert 'href="/interview/status/">Continue to the status' in client.get(CHOICES).content.decode()
