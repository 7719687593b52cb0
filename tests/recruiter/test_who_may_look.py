"""What a recruiter may open: their teams' interviews, once the answers are handed in."""

from __future__ import annotations

import pytest
from django.urls import reverse

from hiring.positions import services as positions
from hiring.positions.models import Interview
from hiring.review import services as review
from tests import factories

pytestmark = pytest.mark.django_db

OF_RECORDING = ["timeline", "video", "poster", "captions", "progress"]


def _addresses(run) -> list[str]:
    recording = run.recording
    return [
        reverse("recruiter:position", args=[recording.interview.position_id]),
        reverse("recruiter:edit_position", args=[recording.interview.position_id]),
        reverse("recruiter:interview", args=[recording.interview_id]),
        reverse("recruiter:decision", args=[recording.interview_id]),
        reverse("recruiter:moment", args=[run.moments.first().pk]),
        *(reverse(f"recruiter:{name}", args=[recording.pk]) for name in OF_RECORDING),
    ]


def _writes(run) -> list[str]:
    moment, recording = run.moments.first(), run.recording
    note = review.add_note(
        recording=recording, author=recording.interview.position.team.first(), at_ms=0, text="A note"
    )
    return [
        reverse("recruiter:verdict", args=[moment.pk]),
        reverse("recruiter:undo_verdict", args=[moment.pk]),
        reverse("recruiter:add_note", args=[recording.pk]),
        reverse("recruiter:delete_note", args=[note.pk]),
        reverse("recruiter:retry", args=[recording.pk]),
        reverse("recruiter:decision", args=[recording.interview_id]),
        reverse("recruiter:link", args=[recording.interview_id]),
        reverse("recruiter:revoke_link", args=[recording.interview_id]),
        reverse("recruiter:invite", args=[recording.interview.position_id]),
        reverse("recruiter:set_open", args=[recording.interview.position_id]),
        reverse("recruiter:add_to_team", args=[recording.interview.position_id]),
    ]


def test_a_member_of_the_team_may_read_all_of_it(desk, run):
    assert {address: desk.get(address).status_code for address in _addresses(run)} == dict.fromkeys(
        _addresses(run), 200
    )


def test_somebody_who_is_not_on_the_team_finds_nothing(outsider, run):
    assert {outsider.get(address).status_code for address in _addresses(run)} == {404}
    assert {outsider.post(address).status_code for address in _writes(run)} == {404}


def test_an_administrator_who_is_not_on_the_team_finds_nothing(client, run):
    client.force_login(factories.make_user("administrator"), backend="django.contrib.auth.backends.ModelBackend")
    assert {client.get(address).status_code for address in _addresses(run)} == {404}


def test_whoever_left_the_team_finds_nothing_from_the_next_request_on(desk, reviewer, run):
    position = run.recording.interview.position
    positions.add_to_team(position=position, user=factories.make_user(), actor=reviewer.as_actor())
    positions.remove_from_team(position=position, user=reviewer, actor=reviewer.as_actor())
    assert {desk.get(address).status_code for address in _addresses(run)} == {404}


def test_answers_that_were_not_handed_in_are_not_shown(desk, run):
    Interview.objects.update(state=Interview.State.OPENED)
    assert {desk.get(reverse(f"recruiter:{n}", args=[run.recording_id])).status_code for n in OF_RECORDING} == {404}
    assert desk.get(reverse("recruiter:moment", args=[run.moments.first().pk])).status_code == 404
    page = desk.get(reverse("recruiter:interview", args=[run.recording.interview_id]))
    assert b"still answering" in page.content
    assert b"<video" not in page.content


def test_another_interviews_recording_cannot_be_opened_through_this_one(desk, reviewer, run):
    from tests.recruiter.conftest import handed_in_recording

    other = handed_in_recording(reviewer)
    address = reverse("recruiter:interview", args=[run.recording.interview_id])
    assert desk.get(address, {"recording": other.pk}).status_code == 404
    assert desk.get(address, {"recording": "nonsense"}).status_code == 404


def test_whoever_is_not_signed_in_is_asked_to(client, run):
    for address in _addresses(run):
        assert client.get(address).status_code == 302
