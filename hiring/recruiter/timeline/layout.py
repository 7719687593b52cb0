"""The frame of a figure: one time axis, one vertical axis for each lane, names next to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hiring.recruiter.timeline.theme import COLORS, HEAD_DEG, SOUND_ENDS, lane_label
from hiring.review.wording import gap_label

_SPACE = 0.5


def _axis(lane: str, number: int, domain: tuple[float, float], colors: Mapping[str, str]) -> dict[str, Any]:
    """The vertical axis of one lane: fixed, without a grid; its name takes the place of the tick's number."""
    font = {"color": colors["ink-2"], "size": 11}
    axis = {
        "domain": domain, "range": [0, 1], "fixedrange": True, "showgrid": False, "zeroline": False,
        "tickvals": [0.5], "ticktext": [lane_label(lane)], "tickfont": font, "anchor": "x",
        "ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)",
    }  # fmt: skip
    if lane == "expression":
        # Below 0 % there is room for its number above the name of the next lane.
        return axis | {
            "range": [-0.06, 1.02], "tickvals": [0, 0.5, 1], "ticktext": ["0 %", lane_label(lane), "100 %"],
            "showgrid": True, "gridcolor": colors["edge"],
        }  # fmt: skip
    if lane == "head":
        return axis | {"range": [-1.1 * HEAD_DEG, 1.1 * HEAD_DEG], "tickvals": [0]}
    if lane in SOUND_ENDS:
        low, high = SOUND_ENDS[lane]
        return axis | {"range": [low, high], "tickvals": [(low + high) / 2]}
    if lane == "voice":
        return axis | {"range": [-1, 1], "tickvals": [0]}
    return axis


def _domains(lanes: Sequence[tuple[str, float, int]]) -> dict[str, tuple[float, float]]:
    """Heights from 0 (bottom) to 1 for the lanes that are present."""
    whole = sum(height for _lane, height, _number in lanes) + _SPACE * max(0, len(lanes) - 1)
    found, top = {}, 1.0
    for lane, height, _number in lanes:
        bottom = max(0.0, top - height / whole)
        found[lane] = (round(bottom, 4), round(top, 4))
        top = bottom - _SPACE / whole
    return found


def _time_axis(timeline: Mapping[str, Any], colors: Mapping[str, str]) -> dict[str, Any]:
    """The time axis, in milliseconds. Its ticks depend on the plot's width and on zooming: ticks.js sets them."""
    return {
        "type": "linear",
        "range": [timeline["start_ms"], timeline["end_ms"]],
        "minallowed": 0,
        "maxallowed": timeline["duration_ms"],
        "anchor": "free",
        "position": 0,
        "showgrid": False,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": colors["ink-3"]},
    }


def layout(timeline: Mapping[str, Any], lanes: Sequence[tuple[str, float, int]], theme: str) -> dict[str, Any]:
    colors, domains = COLORS[theme], _domains(lanes)
    frame: dict[str, Any] = {
        "margin": {"l": 76, "r": 10, "t": 6, "b": 24},
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "showlegend": False, "barmode": "overlay",
        "bargap": 0, "font": {"color": colors["ink-2"], "size": 11}, "hovermode": "x unified", "hoverdistance": 12,
        "dragmode": "zoom", "selectdirection": "h", "uirevision": "timeline",
        "hoverlabel": {"bgcolor": colors["surface"], "bordercolor": colors["edge"],
                       "font": {"color": colors["ink"], "size": 12}},
        "xaxis": _time_axis(timeline, colors),
        "yaxis": {"domain": [0, 1], "range": [0, 1], "fixedrange": True, "visible": False},
        "annotations": _gap_names(timeline, colors),
    }  # fmt: skip
    for lane, _height, number in lanes:
        frame[f"yaxis{number}"] = _axis(lane, number, domains[lane], colors)
    return frame


def _gap_names(timeline: Mapping[str, Any], colors: Mapping[str, str]) -> list[dict[str, Any]]:
    window_ms = timeline["end_ms"] - timeline["start_ms"]
    wide = [gap for gap in timeline["gaps"] if gap["end_ms"] - gap["start_ms"] > window_ms / 12]
    return [
        {
            "x": (max(gap["start_ms"], timeline["start_ms"]) + min(gap["end_ms"], timeline["end_ms"])) // 2,
            "y": 1, "yref": "paper", "yanchor": "top", "showarrow": False, "text": gap_label(gap["reason"]),
            "font": {"size": 10, "color": colors["ink-2"]}, "bgcolor": colors["surface"],
        }
        for gap in wide
    ]  # fmt: skip
