"""What was measured for a model, as rows for a screen: each figure with its interval and what it was measured on.

The file is written by the people who trained the model; what it does not contain is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from analysis.types import EXPRESSIONS
from hiring.review.wording import expression_label


@dataclass(frozen=True)
class Figure:
    """One line: what, how much, and its 95 % interval ("" if no one calculated that)."""

    name: str
    value: str
    span: str = ""


#: Between a number and its unit: keeps them on one line.
_NO_BREAK = "\N{NO-BREAK SPACE}"


def percent(share: float) -> str:
    return f"{100 * share:.1f}{_NO_BREAK}%"


def percent_span(low: float, high: float) -> str:
    return _("{low} to {high}").format(low=f"{100 * low:.1f}", high=percent(high))


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _ends(value: Any) -> tuple[float, float] | None:
    if isinstance(value, (list, tuple)) and len(value) == 2:
        low, high = _number(value[0]), _number(value[1])
        return (low, high) if low is not None and high is not None else None
    return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _share(name: str, value: Any, interval: Any) -> Iterator[Figure]:
    number, ends = _number(value), _ends(interval)
    if number is not None:
        yield Figure(name, percent(number), percent_span(*ends) if ends else "")


def _plain(name: str, value: Any, interval: Any = None) -> Iterator[Figure]:
    number, ends = _number(value), _ends(interval)
    if number is not None:
        span = _("{low} to {high}").format(low=f"{ends[0]:.3f}", high=f"{ends[1]:.3f}") if ends else ""
        yield Figure(name, f"{number:.3f}", span)


def headline(measured: Mapping[str, Any]) -> list[Figure]:
    """The two figures shown in the list of models."""
    found = _mapping(measured.get("measured"))
    intervals = _mapping(found.get("intervals"))
    return [
        *_share(_("Accuracy"), found.get("accuracy"), intervals.get("accuracy")),
        *_plain(_("Calibration error"), found.get("ece"), intervals.get("ece")),
    ]


def all_of(measured: Mapping[str, Any]) -> list[Figure]:
    """Every figure that these screens have a name for."""
    found = _mapping(measured.get("measured"))
    intervals = _mapping(found.get("intervals"))
    sure = _mapping(found.get("abstention"))
    recalls, of_recalls = _mapping(found.get("per_class_recall")), _mapping(intervals.get("per_class_recall"))
    faces = _number(found.get("ms_per_face"))
    images = _number(found.get("n"))
    return [
        *([Figure(_("Images measured on"), f"{int(images):,}")] if images is not None else []),
        *_share(_("Accuracy"), found.get("accuracy"), intervals.get("accuracy")),
        *_share(_("Mean recall (7 classes)"), found.get("macro_recall"), intervals.get("macro_recall")),
        *_plain(_("Expected calibration error"), found.get("ece"), intervals.get("ece")),
        *_share(_("Coverage"), sure.get("coverage"), None),
        *_share(_("Accuracy when it answers"), sure.get("accuracy"), [sure.get("low"), sure.get("high")]),
        *_share(
            _("Accuracy where taggers agreed (FER+)"),
            found.get("ferplus_accuracy"),
            intervals.get("ferplus_accuracy"),
        ),
        *(
            figure
            for name in EXPRESSIONS
            for figure in _share(
                _("Recall: {expression}").format(expression=expression_label(name)),
                recalls.get(name),
                of_recalls.get(name),
            )
        ),
        *([Figure(_("Time of a face on one core"), f"{faces:.2f}{_NO_BREAK}ms")] if faces is not None else []),
    ]


@dataclass(frozen=True)
class Condition:
    """The effect of a change to the picture: on the accuracy, and on how many pictures still get an answer."""

    name: str
    accuracy: str
    span: str
    answered: str
    right_of_answered: str


def robustness(measured: Mapping[str, Any]) -> list[Condition]:
    """Accuracy under each change to the picture, in the order of the file."""
    rows = _mapping(measured.get("robustness")).items()
    return [_condition(str(name), row) for name, row in rows if _number(_mapping(row).get("accuracy")) is not None]


def _condition(name: str, row: Mapping[str, Any]) -> Condition:
    ends = _ends([row.get("low"), row.get("high")])
    return Condition(
        name=name,
        accuracy=percent(row["accuracy"]),
        span=percent_span(*ends) if ends else "",
        answered=_percent_or_dash(row.get("coverage")),
        right_of_answered=_percent_or_dash(row.get("accuracy_of_answers")),
    )


def _percent_or_dash(value: Any) -> str:
    number = _number(value)
    return "–" if number is None else percent(number)
