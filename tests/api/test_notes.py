"""Notes over the API."""

from __future__ import annotations

import pytest

from hiring.review.models import Note


@pytest.fixture
def url(team) -> str:
    return f"/api/v1/recordings/{team.recording.pk}/notes/"


def test_a_note_is_kept_at_its_time(api, team, url):
    response = api.post(url, {"at_ms": 4200, "text": "Ask about the rollback."}, format="json")
    assert response.status_code == 201
    assert response.json()["author"] == team.recruiter.name
    assert [row["at_ms"] for row in api.get(url).json()["results"]] == [4200]


@pytest.mark.parametrize(
    "body",
    [
        {"at_ms": 4200, "text": ""},
        {"at_ms": 4200, "text": "   "},
        {"at_ms": -1, "text": "before"},
        {"at_ms": 12_001, "text": "after the end"},
        {"at_ms": 10**30, "text": "long after the end"},
        {"at_ms": 4200, "text": "x" * 2001},
        {"at_ms": 4200, "text": "null \u0000 inside"},
        {"text": "no time"},
    ],
)
def test_a_note_that_is_none_is_refused_and_not_kept(api, url, body):
    assert api.post(url, body, format="json").status_code == 400
    assert not Note.objects.exists()
