"""Wherever results stand, it is said plainly that their network was switched off, then or since."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from hiring.actions import switch_model
from hiring.policy.rules import Purpose
from hiring.retention import export
from tests import factories
from tests.recruiter.conftest import handed_in_recording, signed_in

pytestmark = pytest.mark.django_db
SHA = "a" * 64
SINCE = "computed by a model that has since been switched off"
WAS_OFF = "Expression analysis was switched off for everyone when this answer was analyzed."


@pytest.fixture
def reviewer():
    return factories.make_user()


@pytest.fixture
def network():
    return factories.make_network(SHA)


def _off(network) -> None:
    switch_model.switch_off(network=network, person=factories.make_user("administrator"), reason="It is wrong.")


def _review(reviewer, recording) -> str:
    page = signed_in(reviewer).get(reverse("recruiter:interview", args=[recording.interview_id]))
    return page.content.decode()


def _candidate(interview) -> Client:
    client = Client()
    factories.sign_in_candidate(client, interview)
    return client


def test_the_review_page_and_the_why_card_say_it_of_results_that_are_here(reviewer, network):
    run = factories.make_complete_run(handed_in_recording(reviewer), weights=SHA)
    assert SINCE not in _review(reviewer, run.recording)
    _off(network)
    html = _review(reviewer, run.recording)
    assert SINCE in html and WAS_OFF not in html
    for kind, said in (("expression_shift", True), ("nobody_visible", False)):
        moment = run.moments.get(kind=kind)
        card = signed_in(reviewer).get(reverse("recruiter:moment", args=[moment.pk])).content.decode()
        assert ("This model has since been switched off." in card) == said


def test_results_of_another_network_are_not_marked(reviewer, network):
    run = factories.make_complete_run(handed_in_recording(reviewer), weights="b" * 64)
    factories.make_network("b" * 64)
    _off(network)
    assert SINCE not in _review(reviewer, run.recording)


def test_switching_on_again_takes_the_mark_away(reviewer, network):
    run = factories.make_complete_run(handed_in_recording(reviewer), weights=SHA)
    _off(network)
    switch_model.switch_on(network=network, person=factories.make_user("administrator"), reason="")
    assert SINCE not in _review(reviewer, run.recording)


@pytest.mark.parametrize("granted", [(Purpose.RECORDING,), (Purpose.RECORDING, Purpose.EXPRESSION)])
def test_a_reviewer_is_told_that_it_was_off_whatever_the_candidate_agreed_to(reviewer, network, granted):
    """Or the sentence would tell who had agreed."""
    _off(network)
    run = factories.make_complete_run(handed_in_recording(reviewer, granted=granted))
    assert WAS_OFF in _review(reviewer, run.recording)


def test_without_expression_and_with_the_network_off_choice_and_law_still_look_the_same(reviewer, network):
    _off(network)
    recordings = [handed_in_recording(reviewer, granted=[Purpose.RECORDING], place=place) for place in ("us", "eu")]
    for recording in recordings:
        factories.make_complete_run(recording)
    own = r"[0-9a-f-]{36}|[A-Z]-\d{4}-\d{4}|engineer \d+|(value|csrf)=\"\w{64}\""
    pages = [re.sub(own, "", _review(reviewer, recording)) for recording in recordings]
    assert pages[0] == pages[1] and WAS_OFF in pages[0]


@pytest.mark.parametrize(
    ("language", "since", "was_off", "off_now"),
    [
        ("en", "switched off. Reviewers see this note too.", "so none was computed", "switched off for everyone"),
        ("de", "inzwischen ausgeschaltet", "daher wurden keine berechnet", "derzeit für alle ausgeschaltet"),
        ("es", "que después se desactivó", "así que no se calculó ninguna", "desactivado para todos en este momento"),
        ("fr", "par un modèle désactivé depuis", "aucune n’a donc été calculée", "n’est calculée tant"),
    ],
)
def test_a_candidate_is_told_in_their_language(network, language, since, was_off, off_now):
    before = factories.make_complete_run(weights=SHA)
    _off(network)
    after = factories.make_complete_run()
    with translation.override(language):
        for run, sentence in ((before, since), (after, was_off)):
            client = _candidate(run.recording.interview)
            client.cookies["django_language"] = language
            pages = [reverse("candidate:status"), reverse("candidate:result", args=[run.recording_id])]
            assert [sentence in client.get(page).content.decode() for page in pages] == [True, True]
            assert off_now in client.get(reverse("candidate:choices")).content.decode()


def test_a_candidate_who_did_not_agree_to_expression_is_told_nothing_of_it(network):
    _off(network)
    interview = factories.make_interview(granted=(Purpose.RECORDING, Purpose.EYES_HEAD))
    run = factories.make_complete_run(factories.make_ready_recording(interview))
    assert run.expression_was_off
    html = _candidate(interview).get(reverse("candidate:result", args=[run.recording_id])).content.decode()
    assert "so none was computed" not in html


def test_the_api_names_the_network_of_a_run_and_says_when_it_is_off(reviewer, network):
    run = factories.make_complete_run(handed_in_recording(reviewer), weights=SHA)
    address = reverse("api:run", args=[run.pk])
    known = {"name": "test-expression", "weights_sha256": SHA}
    assert signed_in(reviewer).get(address).json()["network"] == {**known, "is_on": True, "note": ""}
    _off(network)
    body = signed_in(reviewer).get(address).json()
    note = "Computed by a model that has since been switched off."
    assert body["network"] == {**known, "is_on": False, "note": note} and body["expression_was_off"] is False
    later = factories.make_complete_run(handed_in_recording(reviewer))
    body = signed_in(reviewer).get(reverse("api:run", args=[later.pk])).json()
    assert body["network"] is None and body["expression_was_off"] is True


def test_the_candidates_copy_says_it_too(network):
    run = factories.make_complete_run(weights=SHA)
    _off(network)
    archive = b"".join(export.zip_pieces(run.recording.interview))
    assert b'"network_switched_off_since": true' in archive and b'"expression_was_off": false' in archive


def test_who_chooses_places_is_told_that_expression_is_not_computed_now(reviewer, network):
    sentence = "an administrator has switched the model off"
    address = reverse("recruiter:rule")
    us, eu = ({"employer_place": place, "job_place": place} for place in ("us", "eu"))
    assert sentence not in signed_in(reviewer).get(address, us).content.decode()
    _off(network)
    assert sentence in signed_in(reviewer).get(address, us).content.decode()
    assert sentence not in signed_in(reviewer).get(address, eu).content.decode(), "there the law leaves it out anyway"
