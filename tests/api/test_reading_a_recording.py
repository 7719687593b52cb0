"""A recording, its timeline, transcript and moments over the API; and that the candidate can see who looked."""

from __future__ import annotations

import pytest

from hiring.audit.models import Event
from hiring.audit.services import SYSTEM
from hiring.positions import services as positions
from hiring.positions.services import Point
from hiring.worker.points import look_again
from tests import factories
from tests.api.conftest import handed_in


def _views() -> int:
    return Event.objects.filter(action="viewed.recording").count()


def test_a_recording_leads_to_everything_about_it(api, team):
    body = api.get(f"/api/v1/recordings/{team.recording.pk}/").json()
    assert body["state"] == "ready" and body["duration_ms"] == 12_000
    assert body["run"]["id"] == str(team.run.pk) and body["run"]["state"] == "complete"
    for address in [*body["links"].values(), body["run"]["url"]]:
        assert api.get(address).status_code == 200, address


def test_no_file_name_leaves_the_vault(api, team):
    text = api.get(f"/api/v1/recordings/{team.recording.pk}/").content.decode()
    assert team.recording.original_file not in text and "answer.mp4" not in text


def test_the_timeline_answers_for_the_window_that_was_asked_for(api, team):
    body = api.get(f"/api/v1/recordings/{team.recording.pk}/timeline/?start_ms=2000&end_ms=9000&points=50").json()
    assert (body["start_ms"], body["end_ms"], body["duration_ms"]) == (2000, 9000, 12_000)
    happy = next(line for line in body["series"] if line["name"] == "happy")
    assert 10 < len(happy["t_ms"]) <= 60
    assert None in happy["value"], "the second without a face is a gap, not a line"
    assert body["gaps"]


def test_without_parameters_the_timeline_is_the_whole_recording(api, team):
    body = api.get(f"/api/v1/recordings/{team.recording.pk}/timeline/").json()
    assert (body["start_ms"], body["end_ms"], body["points"]) == (0, 12_000, 2000)


@pytest.mark.parametrize(
    "query",
    [
        "start_ms=-1",
        "start_ms=5000&end_ms=5000",
        "start_ms=5000&end_ms=4000",
        "end_ms=0",
        "start_ms=12000",
        "points=9",
        "points=5001",
        "points=many",
        "start_ms=",
        "start_ms=1e3",
        "end_ms=99999999999999999999",
    ],
)
def test_a_window_that_makes_no_sense_is_refused(api, team, query):
    response = api.get(f"/api/v1/recordings/{team.recording.pk}/timeline/?{query}")
    assert response.status_code == 400
    assert response.json()["errors"]
    assert _views() == 0


def test_before_the_analysis_is_finished_the_timeline_says_so(api, team):
    recording = factories.make_ready_recording(handed_in(factories.make_interview(team.position)))
    response = api.get(f"/api/v1/recordings/{recording.pk}/timeline/")
    assert response.status_code == 404
    assert "no finished analysis" in response.json()["detail"]
    assert api.get(f"/api/v1/recordings/{recording.pk}/transcript/").json()["words"] == []
    assert api.get(f"/api/v1/recordings/{recording.pk}/moments/").json()["count"] == 0


def test_the_transcript_holds_each_word_with_its_time(api, team):
    words = api.get(f"/api/v1/recordings/{team.recording.pk}/transcript/").json()["words"]
    assert [word["text"] for word in words[:3]] == ["so", "we", "rolled"]
    assert all(word["end_ms"] >= word["start_ms"] for word in words)


def test_moments_come_in_pages_in_order_of_time(api, team):
    body = api.get(f"/api/v1/recordings/{team.recording.pk}/moments/?page_size=1").json()
    assert body["count"] == 2 and len(body["results"]) == 1
    moment = body["results"][0]
    assert moment["rule"] and moment["evidence"] and moment["verdicts"] == [] and moment["own"] is None
    assert moment["recording"] == str(team.recording.pk)
    assert api.get(f"/api/v1/moments/{moment['id']}/").json() == moment


def test_the_transcript_comes_with_the_passages_of_each_point_and_with_topics(api, team):
    question = team.recording.question
    wanted = [Point("rolling back"), Point("costs")]
    positions.set_rubric(position=question.position, points={question.pk: wanted}, follow_ups=False, actor=SYSTEM)
    address = f"/api/v1/recordings/{team.recording.pk}/transcript/"
    assert [point["quotes"] for point in api.get(address).json()["points"]] == [None, None]
    look_again()
    found, left_out = api.get(address).json()["points"]
    assert found["quotes"][0]["method"] == "words" and left_out == {"text": "costs", "quotes": []}
    assert api.get(address).json()["topics"] == []


@pytest.mark.parametrize("part", ["timeline", "transcript", "moments"])
def test_looking_is_written_down_once_a_request(api, team, part):
    assert api.get(f"/api/v1/recordings/{team.recording.pk}/{part}/").status_code == 200
    event = Event.objects.get(action="viewed.recording")
    assert event.actor_id == str(team.recruiter.pk)
    assert event.interview_id == str(team.interview.pk) and event.object_id == str(team.recording.pk)


def test_before_the_answers_are_handed_in_nothing_recorded_is_open(api, team):
    moment = team.run.moments.first()
    type(team.interview).objects.filter(pk=team.interview.pk).update(state="opened", submitted_at=None)
    for address in (f"recordings/{team.recording.pk}/", f"runs/{team.run.pk}/", f"moments/{moment.pk}/"):
        assert api.get(f"/api/v1/{address}").status_code == 404, address
    for part in ("timeline", "transcript", "moments", "notes"):
        assert api.get(f"/api/v1/recordings/{team.recording.pk}/{part}/").status_code == 404, part
    assert api.get(f"/api/v1/interviews/{team.interview.pk}/").json()["recordings"] == []


def test_reading_the_file_facts_alone_is_no_look_at_the_recording(api, team):
    api.get(f"/api/v1/recordings/{team.recording.pk}/")
    assert _views() == 0


def test_a_moment_says_which_parts_of_the_face_carried_its_expression(api, team):
    rows = api.get(f"/api/v1/recordings/{team.recording.pk}/moments/").json()["results"]
    regions = {row["kind"]: row["regions"] for row in rows}
    assert regions["nobody_visible"] is None
    assert (regions["expression_shift"]["at_ms"], regions["expression_shift"]["expression"]) == (4800, "happy")
    shares = regions["expression_shift"]["shares"]
    assert set(shares) == {"brows", "eyes", "nose", "cheeks", "mouth", "elsewhere"}
    assert sum(shares.values()) == pytest.approx(1)
