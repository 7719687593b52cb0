"""A fairness audit's result as tables for a screen. The numbers are the audit's own: nothing is calculated here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from analysis.types import EXPRESSIONS, NOT_SURE
from hiring.administration.figures import percent
from hiring.review.wording import expression_label

SCHEMA = 1
ANSWERS = (*EXPRESSIONS, NOT_SURE)


@dataclass(frozen=True)
class Share:
    """A share with its interval, and the name of its column for a narrow screen."""

    column: str
    value: str
    span: str


@dataclass(frozen=True)
class Group:
    name: str
    images: int
    shares: list[Share]


@dataclass(frozen=True)
class Difference:
    """One group compared with the best of its kind.

    reading: "clear", "apart" (the interval excludes zero, which some do by chance among so many) or "none".
    """

    measure: str
    group: str
    best: str
    difference: str
    span: str
    ratio: str
    reading: str


@dataclass(frozen=True)
class Section:
    """Everything about the groups of one dimension, or of the intersections of two."""

    title: str
    is_intersection: bool
    columns: list[str]
    groups: list[Group]
    differences: list[Difference]

    @property
    def clear(self) -> list[Difference]:
        return [row for row in self.differences if row.reading == "clear"]

    @property
    def apart(self) -> list[Difference]:
        return [row for row in self.differences if row.reading == "apart"]


def shown(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the templates show of a result; None if there is none, or if its format is unknown here."""
    if result.get("schema") != SCHEMA:
        return None
    sections = [_section(result, by) for by in _kinds(result)]
    return {
        "dataset": result["dataset"],
        "labelled": result["labelled"],
        "made_at": parse_datetime(result["made_at"]),
        "weights": result["weights_sha256"][:10],
        "confidence": f"{100 * result['confidence']:.0f}",
        "sections": [section for section in sections if section.groups],
        "clear": sum(len(section.clear) for section in sections),
        "compared": sum(len(section.differences) for section in sections),
        "notes": result["notes"],
    }


def _kinds(result: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Dimensions in display order, then the intersections in the order of the result."""
    single = [(name,) for name in result["dimensions"]]
    found = dict.fromkeys(tuple(group["of"]) for group in result["groups"])
    return [*single, *(by for by in found if len(by) > 1)]


def _section(result: Mapping[str, Any], by: tuple[str, ...]) -> Section:
    labelled = result["labelled"]
    groups = [_group(group, labelled=labelled) for group in result["groups"] if tuple(group["of"]) == by]
    return Section(
        title=" × ".join(name.replace("_", " ") for name in by).capitalize(),
        is_intersection=len(by) > 1,
        columns=[share.column for share in groups[0].shares] if groups else [],
        groups=groups,
        differences=[row for comparison in result["comparisons"] if tuple(comparison["by"]) == by
                     for row in _differences(comparison)],
    )  # fmt: skip


def group_name(of: Mapping[str, str]) -> str:
    return ", ".join(of.values())


def measure_name(measure: str) -> str:
    """A measure in words; a new one is shown as it is written."""
    names = {
        "detection_rate": _("Face found"),
        "readable_rate": _("Face could be read"),
        "accuracy": _("Accuracy"),
    }
    if measure.startswith("predicted:"):
        answer = measure.removeprefix("predicted:")
        return _("Not sure") if answer == NOT_SURE else expression_label(answer).capitalize()
    return names.get(measure, measure.replace("_", " "))


def _group(group: Mapping[str, Any], *, labelled: bool) -> Group:
    predicted = group.get("predicted") or {}
    rates = ("detection_rate", "readable_rate", *(["accuracy"] if labelled else []))
    measures = [
        *((name, group.get(name)) for name in rates),
        *((f"predicted:{answer}", predicted.get(answer)) for answer in ANSWERS),
    ]
    return Group(group_name(group["of"]), group["n"], [_share(name, share) for name, share in measures])


def _share(measure: str, share: Mapping[str, float] | None) -> Share:
    if share is None:
        return Share(measure_name(measure), "–", "")
    span = f"{100 * share['low']:.1f}–{100 * share['high']:.1f}"
    return Share(measure_name(measure), percent(share["value"]), span)


def _differences(comparison: Mapping[str, Any]) -> Iterator[Difference]:
    for group in comparison["groups"]:
        ratio = group.get("ratio")
        yield Difference(
            measure=measure_name(comparison["measure"]),
            group=group_name(group["of"]),
            best=group_name(comparison["best"]),
            difference=_("{points} points").format(points=_points(group["difference"])),
            span=_("{low} to {high}").format(low=_points(group["low"]), high=_points(group["high"])),
            ratio="–" if ratio is None else f"{ratio:.2f}",
            reading=_reading(group),
        )


def _points(difference: float) -> str:
    """A difference of shares in percentage points; one so small that it would look like zero gets more digits."""
    points = 100 * difference
    digits = 1 if abs(points) >= 0.05 or points == 0 else 3
    return f"{points:+.{digits}f}".replace("-", "−")


def _reading(group: Mapping[str, Any]) -> str:
    if group.get("clear"):
        return "clear"
    return "apart" if group["low"] > 0 or group["high"] < 0 else "none"
