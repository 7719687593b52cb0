"""Plotly figures of the timeline, as plain JSON: the web process needs no plotting library.

One time axis, in plain milliseconds of the recording; the lanes are stacked below each other. It is not a date axis,
on which Plotly reads numbers in the browser's time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from hiring.lib.media_time import clock_tenths
from hiring.recruiter.timeline.layout import layout
from hiring.recruiter.timeline.theme import (
    COLORS,
    DASHES,
    HEAD_DASHES,
    HEAD_DEG,
    LANES,
    SOUND_ENDS,
    lane_label,
)
from hiring.review.wording import expression_label, signal_label

#: A mark narrower than this share of the window is widened so that it can be seen and clicked.
_NARROWEST = 1 / 160
_WAVES = 600
#: A recording that is quieter than this throughout (of 100) is drawn as quiet.
_QUIET = 10
#: Decimal places; none for the others.
_DIGITS = {"speech_rate": 1, "pitch_movement": 1}

Trace = dict[str, Any]


def _rgba(color: str, alpha: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{alpha})"


def _stretches(line: Mapping[str, Sequence[Any]]) -> Iterable[slice]:
    """Slices of a line between its gaps."""
    first = 0
    for place, value in enumerate([*line["value"], None]):
        if value is None:
            if place > first:
                yield slice(first, place)
            first = place + 1


def _band(line: Mapping[str, Any], color: str) -> Trace:
    """The uncertainty around a line: one closed shape for each unbroken stretch."""
    x: list[Any] = []
    y: list[Any] = []
    for part in _stretches(line):
        t_ms = line["t_ms"][part]
        x += [*t_ms, *reversed(t_ms), None]
        y += [*line["high"][part], *reversed(line["low"][part]), None]
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "yaxis": "y2", "fill": "toself",
        "fillcolor": _rgba(color, 0.16), "line": {"width": 0}, "hoverinfo": "skip",
        "name": line["name"], "meta": {"lane": "expression", "series": line["name"], "band": True},
    }  # fmt: skip


def _spread(line: Mapping[str, Any]) -> list[str]:
    return [
        "" if low is None else f"{100 * low:.0f}–{100 * high:.0f} %"
        for low, high in zip(line["low"], line["high"], strict=True)
    ]


def _line(line: Mapping[str, Any], color: str) -> Trace:
    name = line["name"]
    return {
        "type": "scatter", "mode": "lines", "x": line["t_ms"], "y": line["value"], "yaxis": "y2",
        "connectgaps": False, "customdata": _spread(line), "name": expression_label(name),
        "line": {"color": color, "width": 1.6, "dash": DASHES[name], "simplify": True},
        "hovertemplate": "%{y:.0%} (%{customdata})",
        "meta": {"lane": "expression", "series": name, "band": False},
    }  # fmt: skip


def _head(timeline: Mapping[str, Any], number: int, colors: Mapping[str, str]) -> list[Trace]:
    """Where head and eyes pointed, in degrees."""
    inks = dict(zip(HEAD_DASHES, ("accent", "ink-3", "ink-2"), strict=True))
    return [
        {
            "type": "scatter", "mode": "lines", "x": line["t_ms"], "yaxis": f"y{number}",
            "y": [None if v is None else max(-HEAD_DEG, min(HEAD_DEG, v)) for v in line["value"]],
            "customdata": [None if v is None else round(v) for v in line["value"]], "connectgaps": False,
            "name": signal_label(line["name"]), "hovertemplate": "%{customdata}°",
            "line": {"color": colors[inks[line["name"]]], "width": 1.2, "dash": HEAD_DASHES[line["name"]]},
            "meta": {"lane": "head", "series": line["name"]},
        }
        for line in timeline["signals"] if line["name"] in HEAD_DASHES
    ]  # fmt: skip


def _lids(timeline: Mapping[str, Any], number: int, colors: Mapping[str, str]) -> list[Trace]:
    """How far the eyes were closed: blinks are the narrow peaks."""
    return [
        {
            "type": "scatter", "mode": "lines", "x": line["t_ms"], "y": line["value"], "yaxis": f"y{number}",
            "connectgaps": False, "name": signal_label(line["name"]), "hovertemplate": "%{y:.0%}",
            "line": {"color": colors["ink-2"], "width": 1}, "fill": "tozeroy",
            "fillcolor": _rgba(colors["ink-3"], 0.2), "meta": {"lane": "lids", "series": line["name"]},
        }
        for line in timeline["signals"] if line["name"] == "eyes_closed"
    ]  # fmt: skip


def _hatching(gaps: Sequence[Mapping[str, Any]], colors: Mapping[str, str]) -> Trace:
    x: list[Any] = []
    y: list[Any] = []
    for gap in gaps:
        start, end = gap["start_ms"], gap["end_ms"]
        x += [start, start, end, end, start, None]
        y += [0, 1, 1, 0, 0, None]
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "yaxis": "y", "fill": "toself", "line": {"width": 0},
        "fillcolor": _rgba(colors["ink-3"], 0.12), "hoverinfo": "skip", "name": _("not visible"),
        "fillpattern": {"shape": "/", "size": 7, "solidity": 0.18, "fgcolor": colors["ink-3"],
                        "bgcolor": _rgba(colors["ink-3"], 0.10)},
        "meta": {"lane": "gaps"},
    }  # fmt: skip


def _bars(lane: str, number: int, spans: Sequence[tuple[int, int]], color: str, **more: Any) -> Trace:
    """Time spans as bars in one lane."""
    return {
        "type": "bar", "orientation": "h", "base": [start for start, _end in spans],
        "x": [max(1, end - start) for start, end in spans], "y": [0.5] * len(spans), "width": 0.8,
        "yaxis": f"y{number}", "marker": {"color": color, "line": {"width": 0}}, "name": lane_label(lane),
        "hoverinfo": "skip", "meta": {"lane": lane}, **more,
    }  # fmt: skip


def _shown_most(timeline: Mapping[str, Any], number: int, colors: Mapping[str, str]) -> list[Trace]:
    """The expression shown most, as bars; bars too short for this window are left out until the user zooms in."""
    shortest_ms = (timeline["end_ms"] - timeline["start_ms"]) / 500
    spans: dict[str, list[tuple[int, int]]] = {}
    for segment in timeline["segments"]:
        long_enough = segment["end_ms"] - segment["start_ms"] >= shortest_ms
        if segment["lane"] == "expression" and segment["value"] in colors and long_enough:
            spans.setdefault(segment["value"], []).append((segment["start_ms"], segment["end_ms"]))
    return [
        _bars("shown_most", number, found, colors[name], name=expression_label(name),
              hoverinfo="name", meta={"lane": "shown_most", "series": name})
        for name, found in spans.items()
    ]  # fmt: skip


def _voice(timeline: Mapping[str, Any], number: int, waveform: Sequence[int], colors: Mapping[str, str]) -> Trace:
    """The loudness of the sound relative to the loudest of this recording, mirrored, at the width of a screen."""
    bucket_ms = timeline["duration_ms"] / max(1, len(waveform))
    first = int(timeline["start_ms"] / bucket_ms)
    shown = list(waveform[first : int(timeline["end_ms"] / bucket_ms) + 1])
    step = max(1, len(shown) // _WAVES)
    loudest = max(_QUIET, max(waveform))
    loud = [max(shown[i : i + step]) / loudest for i in range(0, len(shown), step)]
    return {
        "type": "bar", "x": [round((first + (i + 0.5) * step) * bucket_ms) for i in range(len(loud))],
        "y": [round(2 * value, 3) for value in loud], "base": [round(-value, 3) for value in loud],
        "width": max(1, round(step * bucket_ms * 0.7)), "yaxis": f"y{number}", "hoverinfo": "skip",
        "marker": {"color": _rgba(colors["ink-3"], 0.75), "line": {"width": 0}}, "name": lane_label("voice"),
        "meta": {"lane": "voice"},
    }  # fmt: skip


def _sound(timeline: Mapping[str, Any], numbers: Mapping[str, int], colors: Mapping[str, str]) -> list[Trace]:
    """Loudness as a line, the others as points: they have no values where no one speaks; a line would bridge the
    gaps.

    Behind each, the middle half of this recording's values: the range typical for this recording.
    """
    drawn = [line for line in timeline["sound"] if line["name"] in numbers]
    return [_usual(timeline, line, numbers[line["name"]], colors) for line in drawn if line.get("usual")] + [
        {
            "type": "scatter", "mode": "lines" if name == "loudness" else "markers", "x": line["t_ms"],
            "y": [min(max(value, SOUND_ENDS[name][0]), SOUND_ENDS[name][1]) for value in line["value"]],
            "customdata": [round(value, _DIGITS.get(name)) for value in line["value"]],
            "yaxis": f"y{numbers[name]}", "name": lane_label(name),
            "hovertemplate": f"%{{customdata}} {line['unit']}",
            "line": {"color": colors["ink-2"], "width": 1}, "marker": {"color": colors["ink-2"], "size": 2.5},
            "meta": {"lane": name, "series": name},
        }
        for line in drawn for name in (line["name"],)
    ]  # fmt: skip


def _usual(timeline: Mapping[str, Any], line: Mapping[str, Any], number: int, colors: Mapping[str, str]) -> Trace:
    name = line["name"]
    bottom, top = SOUND_ENDS[name]
    low, _middle, high = (min(max(value, bottom), top) for value in line["usual"])
    start, end = timeline["start_ms"], timeline["end_ms"]
    return {
        "type": "scatter", "mode": "lines", "x": [start, end, end, start], "y": [low, low, high, high],
        "yaxis": f"y{number}", "fill": "toself", "fillcolor": _rgba(colors["accent"], 0.14), "line": {"width": 0},
        "hoverinfo": "skip", "name": _("usual"), "meta": {"lane": name, "series": f"{name}_usual"},
    }  # fmt: skip


def _moments(timeline: Mapping[str, Any], number: int, colors: Mapping[str, str]) -> Trace:
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
        "moments", number, spans, colors["warn"], width=1, customdata=[m["id"] for m in timeline["moments"]],
        marker={"color": colors["warn"], "line": {"width": 1, "color": colors["surface"]}},
        text=texts, textposition="none", hoverinfo="text", hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _wrapped(text: str, width: int = 60) -> str:
    lines: list[str] = []
    line = ""
    for word in text.replace("<", "‹").split():
        if line and len(line) + len(word) >= width:
            lines, line = [*lines, line], word
        else:
            line = f"{line} {word}".strip()
    return "<br>".join([*lines, line])


def _lanes(
    timeline: Mapping[str, Any], waveform: Sequence[int], hidden: Iterable[str]
) -> list[tuple[str, float, int]]:
    """The lanes that have something to show and are not hidden."""
    there = {
        "expression": bool(timeline["series"]),
        "shown_most": bool(timeline["series"]),
        "head": any(line["t_ms"] for line in timeline["signals"]),
        "lids": any(line["t_ms"] for line in timeline["signals"]),
        "voice": bool(waveform),
        **{name: any(line["name"] == name for line in timeline["sound"]) for name in SOUND_ENDS},
        "speech": bool(timeline["speech"]),
        "moments": bool(timeline["moments"] or timeline["series"] or timeline["signals"]),
    }
    return [lane for lane in LANES if there[lane[0]] and lane[0] not in set(hidden)]


def figure(
    timeline: Mapping[str, Any],
    *,
    waveform: Sequence[int] = (),
    theme: str = "light",
    hidden: Iterable[str] = (),
) -> dict[str, Any]:
    """The timeline as {"data": …, "layout": …}. Lanes without content, and `hidden` ones, take no room."""
    colors, lanes = COLORS[theme], _lanes(timeline, waveform, hidden)
    numbers = {lane: number for lane, _height, number in lanes}
    data: list[Trace] = [_hatching(timeline["gaps"], colors)]
    if "expression" in numbers:
        data += [_band(line, colors[line["name"]]) for line in timeline["series"]]
        # Neutral is usually the highest line: drawn first, it covers no other.
        behind = sorted(timeline["series"], key=lambda line: line["name"] != "neutral")
        data += [_line(line, colors[line["name"]]) for line in behind]
    if "shown_most" in numbers:
        data += _shown_most(timeline, numbers["shown_most"], colors)
    if "head" in numbers:
        data += _head(timeline, numbers["head"], colors)
    if "lids" in numbers:
        data += _lids(timeline, numbers["lids"], colors)
    if "voice" in numbers:
        data.append(_voice(timeline, numbers["voice"], waveform, colors))
    data += _sound(timeline, numbers, colors)
    if "speech" in numbers:
        data.append(_bars("speech", numbers["speech"], timeline["speech"], _rgba(colors["ink-3"], 0.6)))
    if "moments" in numbers:
        data.append(_moments(timeline, numbers["moments"], colors))
    return {"data": data, "layout": layout(timeline, lanes, theme)}
