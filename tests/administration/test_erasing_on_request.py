"""Erasing one interview because somebody asked, and the certificate that stays."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.actions.erase import erase
from hiring.positions.models import Interview
from hiring.retention.models import ErasureCertificate
from tests import factories
from tests.administration.conftest import text_of


@pytest.fixture
def interview(db) -> Interview:
    interview = factories.make_interview(name="Ada Secretname")
    factories.make_complete_run(factories.make_ready_recording(interview))
    return interview


def _url(interview: Interview) -> str:
    return reverse("administration:erase", args=[interview.pk])


def test_an_interview_is_found_by_a_part_of_its_reference(admin, interview):
    url = reverse("administration:find_interview")
    text = text_of(admin.get(url, {"q": interview.reference[2:].lower()}))
    assert _url(interview) in text and "Secretname" not in text
    assert "No interview has a reference like" in text_of(admin.get(url, {"q": "nothing"}))
    assert "errorlist" in text_of(admin.get(url, {"q": "x" * 300}))


@pytest.mark.parametrize("typed", ["ADA@example.org", " ada  secretname ", "Ada Secretname"])
def test_an_interview_is_found_by_exactly_its_address_or_name_and_shows_neither(admin, interview, typed):
    text = text_of(admin.get(reverse("administration:find_interview"), {"q": typed}))
    assert _url(interview) in text and interview.reference in text
    assert text.count("ecretname") == typed.lower().count("secretname")  # what was typed, nothing else


@pytest.mark.parametrize("typed", ["Ada", "secretname", "ada@example", "%", "_"])
def test_a_part_of_an_address_or_name_finds_nobody(admin, interview, typed):
    assert _url(interview) not in text_of(admin.get(reverse("administration:find_interview"), {"q": typed}))


def test_the_page_says_what_will_go_without_a_name(admin, interview):
    text = text_of(admin.get(_url(interview)))
    assert "Videos: 1" in text and "Words of transcripts: 7" in text
    assert "Secretname" not in text and "ada@example.org" not in text
    interview.refresh_from_db()
    assert interview.state == "opened"


@pytest.mark.parametrize("typed", ["", "K-0000-0000", "yes"])
def test_a_reference_that_is_not_typed_right_erases_nothing(admin, interview, typed):
    assert "errorlist" in text_of(admin.post(_url(interview), {"confirm": typed}))
    interview.refresh_from_db()
    assert interview.state == "opened" and not ErasureCertificate.objects.exists()


def test_typing_the_reference_erases_and_leads_to_the_certificate(admin, interview):
    response = admin.post(_url(interview), {"confirm": f" {interview.reference.lower()} "}, follow=True)
    certificate = ErasureCertificate.objects.get()
    text = text_of(response)
    assert f"Certificate of erasure: {interview.reference}" in text and str(certificate.pk) in text
    assert "An administrator erased it on request" in text and "destroyed" in text
    interview.refresh_from_db()
    assert interview.state == "erased" and interview.candidate_name == ""


def test_erasing_twice_leaves_one_certificate(admin, administrator, interview):
    first = erase(interview=interview, actor=administrator.as_actor(), reason="administrator")
    stale = Interview.objects.get(pk=interview.pk)
    again = erase(interview=stale, actor=administrator.as_actor(), reason="retention")
    assert again == first and ErasureCertificate.objects.count() == 1
    assert admin.post(_url(interview), {"confirm": interview.reference}).status_code == 404


def test_an_erased_interview_is_found_as_its_certificate(admin, administrator, interview):
    certificate = erase(interview=interview, actor=administrator.as_actor(), reason="candidate")
    for name, parameter in (("find_interview", "q"), ("certificates", "q")):
        text = text_of(admin.get(reverse(f"administration:{name}"), {parameter: interview.reference}))
        assert reverse("administration:certificate", args=[certificate.pk]) in text


def test_without_certificates_the_page_says_so(admin):
    assert "Nothing was erased yet." in text_of(admin.get(reverse("administration:certificates")))
