"""Positions and interviews over the API."""

from __future__ import annotations

import uuid

from hiring.actions.erase import erase
from hiring.positions.models import Interview
from tests import factories


def test_a_position_comes_with_its_questions(api, team):
    body = api.get(f"/api/v1/positions/{team.position.pk}/").json()
    assert [question["text"] for question in body["questions"]] == ["Tell us about an incident."]
    assert api.get("/api/v1/positions/").json()["count"] == 1


def test_the_list_holds_interviews_of_the_persons_positions_only(api, team):
    factories.make_interview()
    body = api.get("/api/v1/interviews/").json()
    assert [row["id"] for row in body["results"]] == [str(team.interview.pk)]
    assert "candidate_email" not in body["results"][0]


def test_interviews_are_filtered_by_position_state_and_reference(api, team):
    other = factories.make_interview(factories.make_position(team.recruiter), opened=False)

    def found(query: str) -> list[str]:
        return [row["reference"] for row in api.get(f"/api/v1/interviews/?{query}").json()["results"]]

    assert found(f"position={other.position_id}") == [other.reference]
    assert found("state=invited") == [other.reference]
    assert found(f"search={team.interview.reference[2:].lower()}") == [team.interview.reference]
    assert found(f"position={uuid.uuid4()}") == []


def test_interviews_are_put_in_order_of_time_and_of_nothing_else(api, team):
    newer = factories.make_interview(team.position)
    first = api.get("/api/v1/interviews/?ordering=created_at").json()["results"][0]["id"]
    assert first == str(team.interview.pk)
    assert api.get("/api/v1/interviews/").json()["results"][0]["id"] == str(newer.pk)
    assert api.get("/api/v1/interviews/?ordering=candidate_name").status_code == 400


def test_pages_have_a_size_and_an_end(api, team):
    factories.make_interview(team.position)
    body = api.get("/api/v1/interviews/?page_size=1&page=2").json()
    assert body["count"] == 2 and len(body["results"]) == 1 and body["next"] is None
    assert api.get("/api/v1/interviews/?page=3&page_size=1").status_code == 404
    for bad in ("page=0", "page=abc", "page_size=0", "page_size=100000", "page=", "state=erased", "position=7"):
        assert api.get(f"/api/v1/interviews/?{bad}").status_code == 400, bad


def test_an_interview_lists_its_recordings_with_their_addresses(api, team):
    body = api.get(f"/api/v1/interviews/{team.interview.pk}/").json()
    assert [row["id"] for row in body["recordings"]] == [str(team.recording.pk)]
    assert api.get(body["recordings"][0]["url"]).status_code == 200


def test_an_erased_interview_is_not_there(api, team):

    erase(interview=team.interview, actor=team.recruiter.as_actor(), reason="candidate")
    assert api.get(f"/api/v1/interviews/{team.interview.pk}/").status_code == 404
    assert api.get("/api/v1/interviews/").json()["count"] == 0
    assert Interview.objects.filter(pk=team.interview.pk, state="erased").exists()
