"""What a moment is based on, ready for its "why" card: facts in words and one tiny plot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from analysis.catalogue import CATALOGUE
from analysis.types import EXPRESSIONS, FACE_SIGNALS, MomentKind, Stage
from hiring.lib.media_time import clock, clock_tenths
from hiring.review import observations
from hiring.review.wording import (
    amount,
    region_label,
    region_percents,
    regions_in_words,
    regions_tell,
    signal_label,
    word_text,
)
from hiring.runs.models import AnalysisRun, Moment

#: The plot shows this much before and after the moment, on a canvas of these units.
CONTEXT_MS = 4000
WIDTH, HEIGHT = 400, 96
#: Angles are drawn from minus this to this.
_FARTHEST_DEG = 60


def stages_of(moment: Moment) -> frozenset[Stage]:
    """The stages that the moment's kind is based on; empty if this version does not know the kind."""
    return CATALOGUE[MomentKind(moment.kind)].stages if moment.kind in set(MomentKind) else frozenset()


def facts(piece: Mapping[str, Any]) -> dict[str, str]:
    """One piece of evidence as a reader sees it: value, baseline and threshold, each with its unit."""
    unit = piece["unit"]
    return {
        "signal": signal_label(piece["signal"]),
        "value": amount(piece["value"], unit),
        "baseline": amount(piece["baseline"], unit),
        "threshold": amount(piece["threshold"], unit),
        "time": f"{clock_tenths(piece['span']['start_ms'])}–{clock_tenths(piece['span']['end_ms'])}",
    }


def _share(name: str, value: float) -> float:
    """Where a value lies between the lower and the upper end of the plot, 0..1."""
    if name.endswith("_deg"):
        return min(max(0.5 + value / (2 * _FARTHEST_DEG), 0.0), 1.0)
    return min(max(value, 0.0), 1.0)


def _y(name: str, value: float) -> float:
    return round(HEIGHT - 4 - _share(name, value) * (HEIGHT - 8), 1)


def _points(line: Mapping[str, Any], start_ms: int, end_ms: int) -> list[str]:
    """One list of coordinates for each unbroken stretch of the line."""
    stretches: list[list[str]] = [[]]
    for t_ms, value in zip(line["t_ms"], line["value"], strict=True):
        if value is None:
            stretches.append([])
        else:
            stretches[-1].append(f"{WIDTH * (t_ms - start_ms) / (end_ms - start_ms):.1f},{_y(line['name'], value)}")
    return [" ".join(stretch) for stretch in stretches if len(stretch) > 1]


def plot(moment: Moment) -> dict[str, Any] | None:
    """Coordinates of the signal around a moment, with threshold and baseline; None if there is no line to draw."""
    piece = next((item for item in moment.evidence if item["signal"] in (*EXPRESSIONS, *FACE_SIGNALS)), None)
    if piece is None:
        return None
    run: AnalysisRun = moment.run
    start_ms = max(0, moment.start_ms - CONTEXT_MS)
    end_ms = max(start_ms + 1, min(moment.end_ms + CONTEXT_MS, run.recording.duration_ms or run.total_ms))
    name, of_face = piece["signal"], piece["signal"] in FACE_SIGNALS
    signals = (name,) if of_face else ()
    found = observations.frames(run.recording.interview_id, run.observations_file, start_ms, end_ms, signals)
    if found is None or name not in {**found.value, **found.signals}:
        return None
    line = observations.signal(found, name, 240) if of_face else observations.series(found, name, 240)
    usual, spread = piece["baseline"], run.baseline.get(f"{name}_spread", 0.0)
    low_y, high_y = _y(name, usual - spread), _y(name, usual + spread)
    scale = WIDTH / (end_ms - start_ms)
    return {
        "name": name,
        "label": signal_label(name),
        "lines": _points(line, start_ms, end_ms),
        "threshold_y": _y(name, piece["threshold"]),
        "baseline": {"y": high_y, "height": max(2.0, round(low_y - high_y, 1))},
        "span": {
            "x": round((moment.start_ms - start_ms) * scale, 1),
            "width": max(2.0, round((moment.end_ms - moment.start_ms) * scale, 1)),
        },
        "from": clock(start_ms),
        "to": clock(end_ms),
    }


def explanation(moment: Moment) -> dict[str, Any] | None:
    """Which parts of the face the model looked at, for a screen; None if the moment is not based on an expression.

    `regions` is empty if there is no explanation, and `picture` is false if only its figures are stored.
    """
    if Stage.EXPRESSION not in stages_of(moment):
        return None
    found = getattr(moment, "explanation", None)
    if found is None:
        return {"regions": [], "picture": False}
    return {
        "regions": [
            {"name": region_label(name), "percent": percent} for name, percent in region_percents(found.regions)
        ],
        "picture": bool(found.picture_file),
        "at_ms": found.at_ms,
        "in_words": regions_in_words(found.regions),
        "tells": regions_tell(found.expression),
    }


#: How far before and after a moment words are quoted, and how many of them.
_AROUND_MS = 2000
_MOST_WORDS = 60


def words_of(moment: Moment) -> str:
    """What was said during a moment and within two seconds of it; nothing if the plan has no transcript."""
    near = {"start_ms__lt": moment.end_ms + _AROUND_MS, "end_ms__gt": moment.start_ms - _AROUND_MS}
    rows = moment.run.words.filter(**near).values("text", "mark")[: _MOST_WORDS + 1]
    said = [word_text(row) for row in rows]
    return " ".join(said[:_MOST_WORDS]) + (" …" if len(said) > _MOST_WORDS else "")


def how_sure(moment: Moment) -> str:
    """What the moment's confidence refers to; nothing if it has none."""
    if moment.confidence is None:
        return ""
    value = f"{moment.confidence:.2f}"
    if Stage.TRANSCRIPT in stages_of(moment):
        return _("{value}: average confidence of the speech recognizer in these words").format(value=value)
    return _("{value} at the peak (lower end of its 80% band)").format(value=value)


def model_of(run: AnalysisRun) -> str:
    """Name the weights and the configuration that found a moment, short enough to compare by eye."""
    weights = run.manifest.get("weights", {})
    parts = [f"{name} {str(digest)[:10]}" for name, digest in sorted(weights.items())]
    return " · ".join([*parts, _("configuration {fingerprint}").format(fingerprint=run.fingerprint[:10])])
