"""A link made after the first was used lets somebody answer, but not act or look in the candidate's name."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from hiring.consent import selectors as consent
from hiring.consent import services as consent_services
from hiring.policy.rules import Purpose
from hiring.positions import services as positions
from hiring.positions.models import Interview, Invitation
from hiring.recordings.models import Recording
from tests import factories

pytestmark = pytest.mark.django_db
START = "/interview/start/"
CHOICES = reverse_lazy("candidate:choices")


@pytest.fixture
def recruiter():
    return factories.make_user(name="Rita Recruiter")


@pytest.fixture
def interview(recruiter):
    """Invited by the recruiter; the link is not opened yet."""
    position = factories.make_position(recruiter, questions=("One?", "Two?"))
    interview, interview_token = positions.invite(
        position=position, name="Ada", email="ada@example.org", place="us", language="en", actor=recruiter.as_actor()
    )
    interview.token = interview_token
    return interview


def _open(client: Client, token: str) -> Client:
    client.get(reverse("candidate:link", args=[token]))
    assert client.post(START).status_code == 302
    return client


@pytest.fixture
def candidate(client, interview):
    """The candidate's own browser, in which they chose to be reviewed without analysis."""
    _open(client, interview.token)
    client.get(reverse("candidate:notice"))
    client.post(CHOICES, {"without_analysis": "1"})
    assert consent.granted(interview) == {Purpose.RECORDING}
    return client


@pytest.fixture
def stranger(candidate, interview, recruiter):
    """Another browser with a newer link: the recruiter's, for all that anybody knows."""
    return _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))


def test_nobody_consents_in_the_candidates_name(stranger, interview):
    receipts = consent.receipts(interview).count()
    answer = stranger.post(CHOICES, {"purpose": ["recording", "expression"], "my_choices": "1"})
    assert answer.status_code == 404 and "you started in" in answer.content.decode()
    assert consent.granted(interview) == {Purpose.RECORDING}
    assert consent.receipts(interview).count() == receipts


def test_not_even_the_first_choice_is_made_through_a_newer_link(client, interview, recruiter):
    _open(client, interview.token)
    stranger = _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))
    stranger.get(reverse("candidate:notice"))
    assert stranger.post(CHOICES, {"purpose": ["recording"], "my_choices": "1"}).status_code == 404
    assert not consent.receipts(interview).exists()


def test_the_service_refuses_more_consent_too_and_takes_less(stranger, interview):
    link = factories.link_of(interview)
    with pytest.raises(consent_services.NotProven):
        consent_services.choose(
            interview=interview, granted=[Purpose.RECORDING, Purpose.EXPRESSION], language="en", link=link
        )
    assert consent.granted(interview) == {Purpose.RECORDING}
    consent_services.choose(interview=interview, granted=[], language="en", link=link)
    assert consent.granted(interview) == frozenset()


def test_a_link_of_another_interview_gives_no_consent(interview, candidate):
    other = factories.make_interview()
    with pytest.raises(consent_services.NotProven):
        consent_services.choose(
            interview=interview, granted=[Purpose.RECORDING], language="en", link=factories.link_of(other)
        )


@pytest.mark.parametrize(
    ("method", "name"),
    [("get", "choices"), ("get", "receipts"), ("post", "download"), ("get", "delete"), ("post", "delete")],
)
def test_choices_receipts_download_and_deletion_stay_closed(stranger, interview, method, name):
    answer = getattr(stranger, method)(reverse(f"candidate:{name}"), {"sure": "on"})
    assert answer.status_code == 404 and "you started in" in answer.content.decode()
    interview.refresh_from_db()
    assert interview.state == Interview.State.OPENED


def test_what_was_recorded_before_is_not_seen_handed_in_or_deleted(candidate, interview, recruiter):
    recording = factories.make_ready_recording(interview)
    factories.make_ready_recording(interview, question=interview.position.questions.last())
    stranger = _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))
    for name in ("video", "poster", "captions", "result"):
        assert stranger.get(reverse(f"candidate:{name}", args=[recording.pk])).status_code == 404, name
    assert stranger.post(reverse("candidate:delete_answer", args=[recording.pk])).status_code == 404
    assert stranger.post(reverse("candidate:hand_in")).status_code == 404
    interview.refresh_from_db()
    assert interview.state == Interview.State.OPENED and Recording.objects.count() == 2
    for page in ("answers", "status", "results"):
        assert str(recording.pk) not in stranger.get(reverse(f"candidate:{page}")).content.decode(), page


def test_what_was_asked_for_in_the_first_browser_is_not_replaced(candidate, interview, recruiter):
    candidate.post(reverse("candidate:adjustment"), {"other": "More time"})
    stranger = _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))
    assert stranger.post(reverse("candidate:adjustment"), {"other": "Nothing"}).status_code == 404
    interview.refresh_from_db()
    assert interview.accommodation == "More time"


def test_a_candidate_with_a_new_telephone_answers_and_hands_in(stranger, interview):
    for question in interview.position.questions.all():
        created = stranger.post(
            reverse("candidate:uploads", args=[question.pk]),
            headers={"Tus-Resumable": "1.0.0", "Upload-Length": "100"},
        )
        assert created.status_code == 201
    Recording.objects.update(state="ready", received_bytes=100, sha256="0" * 64, original_file="x", playable_file="x")
    own = Recording.objects.first()
    assert stranger.get(reverse("candidate:result", args=[own.pk])).status_code == 200
    assert stranger.post(reverse("candidate:hand_in")).status_code == 302
    interview.refresh_from_db()
    assert interview.state == Interview.State.SUBMITTED


def test_in_the_first_browser_a_newer_link_opens_everything(candidate, interview, recruiter):
    _open(candidate, positions.new_link(interview=interview, actor=recruiter.as_actor()))
    candidate.post(CHOICES, {"purpose": ["recording", "transcript"], "my_choices": "1"})
    assert consent.granted(interview) == {Purpose.RECORDING, Purpose.TRANSCRIPT}


def test_a_forged_or_foreign_proof_proves_nothing(candidate, interview, recruiter):
    token = positions.new_link(interview=interview, actor=recruiter.as_actor())
    other = factories.make_interview(opened=False, granted=None)
    own = _open(Client(), other.token)
    name = next(name for name in own.cookies if name.startswith("sightline_first_"))
    forger = Client()
    forger.cookies[f"sightline_first_{interview.pk.hex}"] = own.cookies[name].value
    _open(forger, token)
    assert forger.get(CHOICES).status_code == 404


def test_a_link_that_replaced_an_unused_one_is_the_first(client, interview, recruiter):
    _open(client, positions.new_link(interview=interview, actor=recruiter.as_actor()))
    client.get(reverse("candidate:notice"))
    assert client.get(CHOICES).status_code == 200


def test_the_candidate_sees_who_made_links_and_which_was_opened_elsewhere(stranger, candidate, interview, recruiter):
    _open(candidate, positions.new_link(interview=interview, actor=recruiter.as_actor()))
    page = candidate.get(reverse("candidate:results")).content.decode()
    assert page.count("made a personal link to your interview") == 3
    assert "Rita Recruiter" in page
    assert page.count("A newer link was opened in another browser") == 1


def test_the_receipt_names_the_link_that_it_was_given_through(candidate, interview):
    row = consent.receipts(interview).first()
    assert row.link == factories.link_of(interview)
    page = candidate.get(reverse("candidate:receipts")).content.decode()
    assert "made by Rita Recruiter" in page


def test_every_page_says_what_stays_closed(stranger, candidate):
    for page in ("answers", "status"):
        html = stranger.get(reverse(f"candidate:{page}")).content.decode()
        assert "no one else can act in your name" in html, page


def test_an_interview_has_one_link_at_a_time_whoever_makes_them_at_once(interview):
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            interview=interview, token_digest="d" * 64, expires_at=timezone.now() + timedelta(days=1)
        )


def test_a_link_of_which_nobody_knows_who_made_it_proves_nothing(candidate, interview, recruiter):
    token = positions.new_link(interview=interview, actor=recruiter.as_actor())
    Invitation.objects.filter(redeemed_at=None).update(made_by=None)
    assert _open(Client(), token).get(CHOICES).status_code == 404


def test_a_follow_up_question_is_not_shown_where_the_answer_behind_it_is_closed(candidate, interview, recruiter):
    recording = factories.make_ready_recording(interview)
    question = interview.position.questions.create(order=9, text="What did you tell customers?")
    point = recording.question.points.create(order=0, text="Customers")
    type(question).objects.filter(pk=question.pk).update(follows=point)
    interview.follow_ups.create(question=question, recording=recording)
    assert question.text in candidate.get(reverse("candidate:answers")).content.decode()
    stranger = _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))
    for page in ("answers", "status", "results"):
        assert question.text not in stranger.get(reverse(f"candidate:{page}")).content.decode(), page


def test_names_and_refusals_of_earlier_files_are_not_shown(candidate, interview, recruiter):
    recording = factories.make_ready_recording(interview)
    Recording.objects.filter(pk=recording.pk).update(file_name="at-home.mp4", state="refused", refusal_code="empty")
    stranger = _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))
    for page in ("answers", "status"):
        html = stranger.get(reverse(f"candidate:{page}")).content.decode()
        assert "at-home" not in html and 'class="message error"' not in html and ">Cannot be used" not in html, page


def test_a_file_that_was_refused_in_the_first_browser_keeps_nobody_from_handing_in(candidate, interview, recruiter):
    refused = factories.make_ready_recording(interview)
    Recording.objects.filter(pk=refused.pk).update(state="refused", refusal_code="empty")
    stranger = _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))
    for question in interview.position.questions.all():
        factories.make_ready_recording(interview, question=question)
    assert stranger.post(reverse("candidate:hand_in")).status_code == 302
    interview.refresh_from_db()
    assert interview.state == Interview.State.SUBMITTED


def test_where_answers_are_closed_the_page_says_where_to_hand_in(candidate, interview, recruiter):
    for question in interview.position.questions.all():
        factories.make_ready_recording(interview, question=question)
    stranger = _open(Client(), positions.new_link(interview=interview, actor=recruiter.as_actor()))
    html = stranger.get(reverse("candidate:answers")).content.decode()
    assert "Please submit there." in html and reverse("candidate:hand_in") not in html


def test_a_link_from_the_server_opens_everything_and_ends_what_others_proved(candidate, interview, recruiter):
    out = io.StringIO()
    call_command("personal_link", interview.reference.lower(), stdout=out)
    rightful = _open(Client(), re.search(r"/i/([\w-]+)/", out.getvalue())[1])
    assert rightful.get(CHOICES).status_code == 200
    _open(candidate, positions.new_link(interview=interview, actor=recruiter.as_actor()))
    assert candidate.get(CHOICES).status_code == 404, "the browser that began is proven no more"
    _open(rightful, positions.new_link(interview=interview, actor=recruiter.as_actor()))
    assert rightful.get(CHOICES).status_code == 200


def test_a_reference_that_nobody_has_is_said(db):
    with pytest.raises(CommandError, match="no interview with this reference"):
        call_command("personal_link", "K-00000")


def test_erasing_takes_the_proof_out_of_the_browser(candidate, interview):
    name = f"sightline_first_{interview.pk.hex}"
    assert candidate.cookies[name].value
    candidate.post(reverse("candidate:delete"), {"sure": "on"})
    assert candidate.cookies[name].value == ""
