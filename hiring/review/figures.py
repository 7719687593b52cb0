"""Plotly figures of the timeline, as plain JSON: the web process needs no plotting library.

One axis of time in milliseconds, shown as a date axis so that Plotly writes 03:07; one lane below the other. The axis
starts at BASE_MS, and layout.meta.base_ms says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from hiring.lib.media_time import clock_tenths
from hiring.review.wording import expression_label, gap_label

#: The colours of static/css/base.css, which a figure cannot read: a test keeps the two equal.
COLOURS: dict[str, dict[str, str]] = {
    "light": {
        "ink": "#1b2530", "ink-2": "#4a5866", "ink-3": "#647282", "edge": "#d5dbe2", "surface": "#ffffff",
        "accent": "#1d4ed8", "warn": "#8a4b08",
        "angry": "#b3261e", "disgust": "#5d7a1f", "fear": "#8a3fa0", "happy": "#b97a00", "sad": "#1f6fb5",
        "surprise": "#6c48d0", "neutral": "#6b7785",
    },
    "dark": {
        "ink": "#e7ecf1", "ink-2": "#b3bfca", "ink-3": "#93a1af", "edge": "#2e3843", "surface": "#181f27",
        "accent": "#8fb1ff", "warn": "#f2b96b",
        "angry": "#ff8a80", "disgust": "#b6d36b", "fear": "#d99be8", "happy": "#f0b94a", "sad": "#7fb8ee",
        "surprise": "#b9a2ff", "neutral": "#9fabb8",
    },
}  # fmt: skip
#: Lines are told apart by their dash as well as by their colour.
DASHES = {
    "angry": "dash", "disgust": "dot", "fear": "dashdot", "happy": "solid", "sad": "6px,2px", "surprise": "longdash",
    "neutral": "solid",
}  # fmt: skip
#: Lanes from top to bottom: name, share of the height, plotly's axis number. Axis 1 spans them all, for the gaps.
LANES = (("expression", 10.0, 2), ("shown_most", 0.8, 3), ("voice", 2.6, 4), ("speech", 0.9, 5), ("moments", 1.2, 6))
_SPACE = 0.5
#: Plotly reads small numbers on a date axis as years (1000 to 9999, and 0 to 99): so time starts at the second day.
BASE_MS = 86_400_000
#: A mark narrower than this share of the window is widened so that it can be seen and hit.
_NARROWEST = 1 / 160
_WAVES = 600

Trace = dict[str, Any]


def lane_label(lane: str) -> str:
    """Return what stands beside a lane."""
    labels = {
        "expression": _("Expression"),
        "shown_most": _("Shown most"),
        "voice": _("Sound"),
        "speech": _("Speech"),
        "moments": _("Moments"),
    }
    return labels[lane]


def _rgba(colour: str, alpha: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def _on_axis(times_ms: Iterable[int]) -> list[int]:
    return [BASE_MS + t_ms for t_ms in times_ms]


def _stretches(line: Mapping[str, Sequence[Any]]) -> Iterable[slice]:
    """Slices of a line between its gaps."""
    first = 0
    for place, value in enumerate([*line["value"], None]):
        if value is None:
            if place > first:
                yield slice(first, place)
            first = place + 1


def _band(line: Mapping[str, Any], colour: str) -> Trace:
    """The uncertainty around a line: one closed shape for each unbroken stretch."""
    x: list[Any] = []
    y: list[Any] = []
    for part in _stretches(line):
        t_ms = _on_axis(line["t_ms"][part])
        x += [*t_ms, *reversed(t_ms), None]
        y += [*line["high"][part], *reversed(line["low"][part]), None]
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "yaxis": "y2", "fill": "toself",
        "fillcolor": _rgba(colour, 0.16), "line": {"width": 0}, "hoverinfo": "skip",
        "name": line["name"], "meta": {"lane": "expression", "series": line["name"], "band": True},
    }  # fmt: skip


def _spread(line: Mapping[str, Any]) -> list[str]:
    return [
        "" if low is None else f"{100 * low:.0f}–{100 * high:.0f} %"
        for low, high in zip(line["low"], line["high"], strict=True)
    ]


def _line(line: Mapping[str, Any], colour: str) -> Trace:
    name = line["name"]
    return {
        "type": "scatter", "mode": "lines", "x": _on_axis(line["t_ms"]), "y": line["value"], "yaxis": "y2",
        "connectgaps": False, "customdata": _spread(line), "name": expression_label(name),
        "line": {"color": colour, "width": 1.6, "dash": DASHES[name], "simplify": True},
        "hovertemplate": "%{y:.0%} (%{customdata})",
        "meta": {"lane": "expression", "series": name, "band": False},
    }  # fmt: skip


def _hatching(gaps: Sequence[Mapping[str, Any]], colours: Mapping[str, str]) -> Trace:
    x: list[Any] = []
    y: list[Any] = []
    for gap in gaps:
        start, end = _on_axis((gap["start_ms"], gap["end_ms"]))
        x += [start, start, end, end, start, None]
        y += [0, 1, 1, 0, 0, None]
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "yaxis": "y", "fill": "toself", "line": {"width": 0},
        "fillcolor": _rgba(colours["ink-3"], 0.12), "hoverinfo": "skip", "name": _("not visible"),
        "fillpattern": {"shape": "/", "size": 7, "solidity": 0.18, "fgcolor": colours["ink-3"],
                        "bgcolor": _rgba(colours["ink-3"], 0.10)},
        "meta": {"lane": "gaps"},
    }  # fmt: skip


def _bars(lane: str, number: int, spans: Sequence[tuple[int, int]], colour: str, **more: Any) -> Trace:
    """Spans of time as bars in one lane."""
    return {
        "type": "bar", "orientation": "h", "base": _on_axis([start for start, _end in spans]),
        "x": [max(1, end - start) for start, end in spans], "y": [0.5] * len(spans), "width": 0.8,
        "yaxis": f"y{number}", "marker": {"color": colour, "line": {"width": 0}}, "name": lane_label(lane),
        "hoverinfo": "skip", "meta": {"lane": lane}, **more,
    }  # fmt: skip


def _shown_most(timeline: Mapping[str, Any], number: int, colours: Mapping[str, str]) -> list[Trace]:
    """The expression shown most, as bars; what is too short for this window is left out until one zooms in."""
    shortest_ms = (timeline["end_ms"] - timeline["start_ms"]) / 500
    spans: dict[str, list[tuple[int, int]]] = {}
    for segment in timeline["segments"]:
        long_enough = segment["end_ms"] - segment["start_ms"] >= shortest_ms
        if segment["lane"] == "expression" and segment["value"] in colours and long_enough:
            spans.setdefault(segment["value"], []).append((segment["start_ms"], segment["end_ms"]))
    return [
        _bars("shown_most", number, found, colours[name], name=expression_label(name),
              hoverinfo="name", meta={"lane": "shown_most", "series": name})
        for name, found in spans.items()
    ]  # fmt: skip


def _voice(timeline: Mapping[str, Any], number: int, waveform: Sequence[int], colours: Mapping[str, str]) -> Trace:
    """The loudness of the sound, mirrored, at the width of a screen."""
    bucket_ms = timeline["duration_ms"] / max(1, len(waveform))
    first = int(timeline["start_ms"] / bucket_ms)
    shown = list(waveform[first : int(timeline["end_ms"] / bucket_ms) + 1])
    step = max(1, len(shown) // _WAVES)
    loud = [max(shown[i : i + step]) / 100 for i in range(0, len(shown), step)]
    return {
        "type": "bar", "x": _on_axis([round((first + (i + 0.5) * step) * bucket_ms) for i in range(len(loud))]),
        "y": [round(2 * value, 3) for value in loud], "base": [round(-value, 3) for value in loud],
        "width": max(1, round(step * bucket_ms * 0.7)), "yaxis": f"y{number}", "hoverinfo": "skip",
        "marker": {"color": _rgba(colours["ink-3"], 0.75), "line": {"width": 0}}, "name": lane_label("voice"),
        "meta": {"lane": "voice"},
    }  # fmt: skip


def _moments(timeline: Mapping[str, Any], number: int, colours: Mapping[str, str]) -> Trace:
    narrowest_ms = (timeline["end_ms"] - timeline["start_ms"]) * _NARROWEST
    spans = []
    for moment in timeline["moments"]:
        widen = max(0.0, narrowest_ms - (moment["end_ms"] - moment["start_ms"])) / 2
        spans.append((round(moment["start_ms"] - widen), round(moment["end_ms"] + widen)))
    texts = [
        f"{clock_tenths(moment['start_ms'])} {moment['label']}<br>{_wrapped(moment['sentence'])}"
        for moment in timeline["moments"]
    ]
    return _bars(
        "moments", number, spans, colours["warn"], width=1, customdata=[m["id"] for m in timeline["moments"]],
        marker={"color": colours["warn"], "line": {"width": 1, "color": colours["surface"]}},
        text=texts, textposition="none", hoverinfo="text", hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _wrapped(text: str, width: int = 60) -> str:
    lines, line = [], ""
    for word in text.replace("<", "‹").split():
        if line and len(line) + len(word) >= width:
            lines, line = [*lines, line], word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join([*lines, line])


def _axis(lane: str, number: int, domain: tuple[float, float], colours: Mapping[str, str]) -> dict[str, Any]:
    """One lane's vertical axis: fixed, without a grid; its name stands where the tick's number would be."""
    font = {"color": colours["ink-2"], "size": 11}
    axis = {
        "domain": domain, "range": [0, 1], "fixedrange": True, "showgrid": False, "zeroline": False,
        "tickvals": [0.5], "ticktext": [lane_label(lane)], "tickfont": font, "anchor": "x",
        "ticks": "outside", "ticklen": 5, "tickcolor": "rgba(0,0,0,0)",
    }  # fmt: skip
    if lane == "expression":
        return axis | {
            "range": [-0.02, 1.02], "tickvals": [0, 0.5, 1], "ticktext": ["0 %", lane_label(lane), "100 %"],
            "showgrid": True, "gridcolor": colours["edge"],
        }  # fmt: skip
    if lane == "voice":
        return axis | {"range": [-1, 1], "tickvals": [0]}
    return axis


def _domains(lanes: Sequence[tuple[str, float, int]]) -> dict[str, tuple[float, float]]:
    """Heights from 0 (bottom) to 1 for the lanes that are there."""
    whole = sum(height for _lane, height, _number in lanes) + _SPACE * max(0, len(lanes) - 1)
    found, top = {}, 1.0
    for lane, height, _number in lanes:
        bottom = max(0.0, top - height / whole)
        found[lane] = (round(bottom, 4), round(top, 4))
        top = bottom - _SPACE / whole
    return found


def _layout(timeline: Mapping[str, Any], lanes: Sequence[tuple[str, float, int]], theme: str) -> dict[str, Any]:
    colours, domains = COLOURS[theme], _domains(lanes)
    layout: dict[str, Any] = {
        "margin": {"l": 76, "r": 10, "t": 6, "b": 24},
        "paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)", "showlegend": False, "barmode": "overlay",
        "bargap": 0, "font": {"color": colours["ink-2"], "size": 11}, "hovermode": "x unified", "hoverdistance": 12,
        "dragmode": "zoom", "selectdirection": "h", "uirevision": "timeline", "meta": {"base_ms": BASE_MS},
        "hoverlabel": {"bgcolor": colours["surface"], "bordercolor": colours["edge"],
                       "font": {"color": colours["ink"], "size": 12}},
        "xaxis": {
            "type": "date", "range": _on_axis((timeline["start_ms"], timeline["end_ms"])), "anchor": "free", "position": 0,
            "showgrid": False, "zeroline": False, "ticks": "", "nticks": 8, "hoverformat": "%M:%S.%1f",
            "minallowed": BASE_MS, "maxallowed": BASE_MS + timeline["duration_ms"], "tickfont": {"color": colours["ink-3"]},
            "tickformatstops": [
                {"dtickrange": [None, 999], "value": "%M:%S.%1f"},
                {"dtickrange": [1000, None],
                 "value": "%H:%M:%S" if timeline["duration_ms"] >= 3_600_000 else "%M:%S"},
            ],
        },
        "yaxis": {"domain": [0, 1], "range": [0, 1], "fixedrange": True, "visible": False},
        "annotations": _gap_names(timeline, colours),
    }  # fmt: skip
    for lane, _height, number in lanes:
        layout[f"yaxis{number}"] = _axis(lane, number, domains[lane], colours)
    return layout


def _gap_names(timeline: Mapping[str, Any], colours: Mapping[str, str]) -> list[dict[str, Any]]:
    window_ms = timeline["end_ms"] - timeline["start_ms"]
    wide = [gap for gap in timeline["gaps"] if gap["end_ms"] - gap["start_ms"] > window_ms / 12]
    return [
        {
            "x": BASE_MS + (max(gap["start_ms"], timeline["start_ms"]) + min(gap["end_ms"], timeline["end_ms"])) // 2,
            "y": 1, "yref": "paper", "yanchor": "top", "showarrow": False, "text": gap_label(gap["reason"]),
            "font": {"size": 10, "color": colours["ink-2"]}, "bgcolor": colours["surface"],
        }
        for gap in wide
    ]  # fmt: skip


def figure(
    timeline: Mapping[str, Any],
    *,
    waveform: Sequence[int] = (),
    speech: Sequence[tuple[int, int]] = (),
    theme: str = "light",
    hidden: Iterable[str] = (),
) -> dict[str, Any]:
    """The timeline as {"data": …, "layout": …}. Lanes without content, and `hidden` ones, take no room."""
    colours = COLOURS[theme]
    there = {
        "expression": bool(timeline["series"]),
        "shown_most": bool(timeline["series"]),
        "voice": bool(waveform),
        "speech": bool(speech),
        "moments": bool(timeline["moments"]) or bool(timeline["series"]),
    }
    lanes = [lane for lane in LANES if there[lane[0]] and lane[0] not in set(hidden)]
    numbers = {lane: number for lane, _height, number in lanes}
    data: list[Trace] = [_hatching(timeline["gaps"], colours)]
    if "expression" in numbers:
        data += [_band(line, colours[line["name"]]) for line in timeline["series"]]
        # Neutral is mostly on top: drawn first, it covers nobody.
        behind = sorted(timeline["series"], key=lambda line: line["name"] != "neutral")
        data += [_line(line, colours[line["name"]]) for line in behind]
    if "shown_most" in numbers:
        data += _shown_most(timeline, numbers["shown_most"], colours)
    if "voice" in numbers:
        data.append(_voice(timeline, numbers["voice"], waveform, colours))
    if "speech" in numbers:
        data.append(_bars("speech", numbers["speech"], speech, _rgba(colours["ink-3"], 0.6)))
    if "moments" in numbers:
        data.append(_moments(timeline, numbers["moments"], colours))
    return {"data": data, "layout": _layout(timeline, lanes, theme)}
