"""The figure is one that Plotly takes, in the colors of the page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import plotly.graph_objects as go
import pytest

from analysis.types import EXPRESSIONS
from hiring.recruiter.timeline.figure import figure
from hiring.recruiter.timeline.theme import COLORS, DASHES, LANES

CSS = Path(__file__).resolve().parents[2] / "static" / "css" / "base.css"


def _timeline(**changed):
    line = {"t_ms": [0, 500, 750, 1000, 1500], "value": [0.1, 0.2, None, 0.3, 0.4]}
    line |= {"low": [0.0, 0.1, None, 0.2, 0.3], "high": [0.2, 0.3, None, 0.4, 0.5]}
    moment = {"id": "m1", "kind": "expression_shift", "label": "Changed", "sentence": "A <b> sentence " * 9}
    return {
        "duration_ms": 60_000,
        "start_ms": 0,
        "end_ms": 60_000,
        "series": [{"name": name, **line} for name in EXPRESSIONS],
        "signals": [
            {"name": name, "unit": "deg", "t_ms": [0, 500, 750], "value": [0.1, None, 70.0]}
            for name in ("head_yaw_deg", "head_pitch_deg", "gaze_yaw_deg", "gaze_pitch_deg", "eyes_closed")
        ],
        "sound": [
            {"name": "loudness", "unit": "LUFS", "t_ms": [0, 32, 64], "value": [-70.0, -20.1, -19.8]},
            {"name": "pitch_hz", "unit": "Hz", "t_ms": [32], "value": [512.0], "usual": [110.0, 120.0, 999.0]},
        ],
        "speech": [(0, 400)],
        "gaps": [{"start_ms": 500, "end_ms": 9000, "reason": "nobody"}],
        "segments": [{"lane": "expression", "value": "happy", "start_ms": 0, "end_ms": 500, "mean_prob": 0.5}],
        "moments": [moment | {"start_ms": 1000, "end_ms": 1300, "peak_ms": 1100}],
        **changed,
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("hidden", [(), ("voice", "speech"), [lane for lane, _height, _number in LANES]])
def test_plotly_accepts_every_part_of_the_figure(theme, hidden):
    drawn = figure(_timeline(), waveform=[3, 50, 100] * 200, theme=theme, hidden=hidden)
    go.Figure(json.loads(json.dumps(drawn)))


def test_plotly_accepts_the_figure_of_a_recording_without_expression():
    drawn = figure(_timeline(series=[], signals=[], sound=[], gaps=[], segments=[], moments=[]))
    go.Figure(drawn)
    assert {trace["meta"]["lane"] for trace in drawn["data"]} == {"gaps", "speech"}


def test_time_is_plain_milliseconds_so_that_no_time_zone_can_move_it():
    drawn = figure(_timeline(), waveform=[3, 50, 100] * 200)
    axis = drawn["layout"]["xaxis"]
    assert (axis["type"], axis["range"], axis["maxallowed"]) == ("linear", [0, 60_000], 60_000)
    for trace in drawn["data"]:
        starts = trace["base"] if trace.get("orientation") == "h" else trace["x"]
        assert all(0 <= t <= 60_000 for t in starts if t is not None)


def test_a_gap_is_drawn_as_a_gap_in_line_and_band():
    drawn = figure(_timeline())
    lines = [t for t in drawn["data"] if t["meta"].get("series") == "happy" and t["meta"].get("band") is False]
    band = next(t for t in drawn["data"] if t["meta"].get("series") == "happy" and t["meta"].get("band"))
    assert None in lines[0]["y"]
    assert lines[0]["connectgaps"] is False
    assert band["x"].count(None) == 2


def test_a_head_turned_beyond_the_lane_is_drawn_at_its_edge_and_read_off_as_it_was():
    (line,) = (t for t in figure(_timeline())["data"] if t["meta"].get("series") == "head_yaw_deg")
    assert line["y"] == [0.1, None, 60]
    assert line["customdata"] == [0, None, 70]


def test_a_short_moment_is_wide_enough_to_be_hit():
    marks = next(t for t in figure(_timeline())["data"] if t["meta"]["lane"] == "moments")
    assert marks["x"][0] >= 60_000 / 160
    assert marks["base"][0] <= 1000
    assert "<b>" not in marks["text"][0]


def test_a_hidden_lane_gives_its_room_to_the_others():
    whole, less = figure(_timeline()), figure(_timeline(), hidden=["shown_most"])
    assert less["layout"]["yaxis2"]["domain"][0] < whole["layout"]["yaxis2"]["domain"][0]


def test_lines_are_told_apart_without_color_too():
    assert set(DASHES) == set(EXPRESSIONS)
    assert len(set(DASHES.values()) - {"solid"}) == 5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colors_are_those_of_the_page(theme):
    text = CSS.read_text()
    light, dark = text.split("@media (prefers-color-scheme: dark)", 1)
    rules = light if theme == "light" else dark.split("\n}", 1)[0]
    for name, color in COLORS[theme].items():
        found = re.search(rf"--{name}: (#[0-9a-f]+)", rules).group(1)
        assert color in (found, "#" + "".join(2 * letter for letter in found[1:])), name


def test_loudness_is_a_line_and_pitch_are_points_read_off_as_they_were_beyond_the_lane_too():
    traces = {t["meta"].get("series"): t for t in figure(_timeline())["data"]}
    loudness, pitch = traces["loudness"], traces["pitch_hz"]
    assert (loudness["mode"], loudness["y"], loudness["customdata"]) == (
        "lines",
        [-60, -20.1, -19.8],
        [-70, -20, -20],
    )
    assert (pitch["mode"], pitch["y"], pitch["customdata"]) == ("markers", [400], [512])
    assert loudness["yaxis"] != pitch["yaxis"]


def test_the_own_usual_lies_behind_a_line_within_its_lane():
    traces = {t["meta"].get("series"): t for t in figure(_timeline())["data"]}
    band = traces["pitch_hz_usual"]
    assert (min(band["y"]), max(band["y"]), band["yaxis"]) == (110.0, 400, traces["pitch_hz"]["yaxis"])
    assert "loudness_usual" not in traces


def test_without_voice_there_is_no_lane_for_it():
    drawn = figure(_timeline(sound=[]))
    assert not {"loudness", "pitch_hz"} & {t["meta"]["lane"] for t in drawn["data"]}
