"""The figure that the page fetches: valid, small on the wire, and not sent twice."""

from __future__ import annotations

import gzip
import json

import plotly.graph_objects as go
import pytest
from django.urls import reverse

from tests.recruiter.conftest import handed_in_recording

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(run) -> str:
    return reverse("recruiter:timeline", args=[run.recording_id])


def test_the_figure_is_one_that_plotly_takes(desk, address):
    go.Figure(desk.get(address, {"theme": "dark"}).json())


def test_a_window_holds_only_its_own_time(desk, address):
    figure = desk.get(address, {"start_ms": 4000, "end_ms": 5000, "points": 50}).json()
    line = next(t for t in figure["data"] if t["meta"].get("series") == "happy" and not t["meta"]["band"])
    assert all(4000 <= t <= 5000 for t in line["x"])
    assert len(line["x"]) <= 50


@pytest.mark.parametrize(
    "query", [{"points": "x"}, {"start_ms": -5, "end_ms": 10**30}, {"theme": "pink"}, {"hide": "z"}]
)
def test_what_makes_no_sense_shows_the_whole_timeline(desk, address, query):
    assert desk.get(address, query).status_code == 200


def test_it_is_compressed(desk, address):
    answer = desk.get(address, headers={"accept-encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(answer.content))["data"]


def test_an_unchanged_figure_is_not_sent_twice_and_another_window_is_another_figure(desk, address):
    etag = desk.get(address)["ETag"]
    assert desk.get(address, headers={"if-none-match": etag}).status_code == 304
    assert desk.get(address, {"start_ms": 500}, headers={"if-none-match": etag}).status_code == 200


def test_no_copy_is_left_in_a_browser(desk, address):
    assert "no-store" in desk.get(address)["Cache-Control"]


def test_without_a_finished_analysis_there_is_none(desk, reviewer):
    assert desk.get(reverse("recruiter:timeline", args=[handed_in_recording(reviewer).pk])).status_code == 404
