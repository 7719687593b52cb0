"""Markdown tables of the model card. A missing figure raises KeyError rather than leaving a hole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analysis.training.robustness import CONDITIONS
from analysis.types import EXPRESSIONS

NOT_MEASURED = "not measured"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table with one line for each row, under `head`; a bar inside a cell stays a bar."""
    first, *others = ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in (head, *rows)]
    return "\n".join([first, "|---" * len(head) + "|", *others])


def share(value: float | None) -> str:
    """0.6595 -> 66.0%. Raises ValueError for anything that is not a fraction, such as a percentage."""
    if value is None:
        return NOT_MEASURED
    if not 0 <= value <= 1:
        raise ValueError(f"{value} is not a part of one")
    return f"{value:.1%}"


def share_between(value: float | None, ends: Sequence[float | None] | None) -> str:
    """66.0% (64.4 to 67.5), or without the interval if there is none."""
    if value is None or ends is None or ends[0] is None or ends[1] is None:
        return share(value)
    return f"{share(value)} ({ends[0] * 100:.1f} to {ends[1] * 100:.1f})"


def plain_between(value: float, ends: Sequence[float] | None) -> str:
    """0.638 (0.614 to 0.660)."""
    return f"{value:.3f}" if ends is None else f"{value:.3f} ({ends[0]:.3f} to {ends[1]:.3f})"


def _number(value: float | None, places: int) -> str:
    return NOT_MEASURED if value is None else f"{value:,.{places}f}"


def recall_table(measured: Mapping[str, Any]) -> str:
    """What share of each expression's images was found."""
    ends = measured["intervals"]["per_class_recall"]
    images = dict(zip(measured["confusion"]["labels"], map(sum, measured["confusion"]["counts"]), strict=True))
    return table(
        ["expression", "images", "recall"],
        [
            [name, f"{images[name]:,}", NOT_MEASURED if recall is None else plain_between(recall, ends[name])]
            for name, recall in ((name, measured["per_class_recall"][name]) for name in EXPRESSIONS)
        ],
    )


def confusion_table(confusion: Mapping[str, Any]) -> str:
    """Rows: labels. Columns: answers."""
    names = confusion["labels"]
    rows = zip(names, confusion["counts"], strict=True)
    return table(["label, answered as", *names], [[name, *(f"{n:,}" for n in counts)] for name, counts in rows])


def coverage_table(curve: Iterable[Mapping[str, Any]]) -> str:
    """What share each bound on the winner's probability answers, and how often the answer is right."""
    return table(
        ["answered", "not sure below", "right among the answered"],
        [
            [share(at["coverage"]), f"{at['threshold']:.3f}", share_between(at["accuracy"], (at["low"], at["high"]))]
            for at in curve
        ],
    )


def robustness_table(conditions: Mapping[str, Mapping[str, Any]]) -> str:
    """One row for each way of degrading the crops."""
    return table(
        ["crops", "accuracy", "calibration error", "answered", "right among the answered"],
        [
            [
                name,
                share_between(at["accuracy"], (at["low"], at["high"])),
                f"{at['ece']:.3f}",
                share(at["coverage"]),
                share(at["accuracy_of_answers"]),
            ]
            for name, at in ((name, conditions[name]) for name in CONDITIONS)
        ],
    )


def ablation_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """What each part of the recipe is worth."""
    return table(
        ["training", "what differs", "accuracy", "mean recall", "log loss", "FER+ accuracy", "minutes"],
        [
            [
                str(row["name"]),
                _with_note(str(row["what"]), row),
                share(row["accuracy"]),
                _number(row["macro_recall"], 3),
                _number(row["nll"], 3),
                share(row["ferplus_accuracy"]),
                _number(row["minutes"], 0),
            ]
            for row in rows
        ],
    )


def sizes_table(rows: Iterable[Mapping[str, Any]]) -> str:
    """Models of several sizes: accuracy against time."""
    return table(
        ["network", "parameters", "million multiplications", "accuracy", "mean recall", "ms a face", "minutes"],
        [
            [
                _with_note(str(row["name"]), row),
                _number(row["params"], 0),
                _number(row["mmacs"], 0),
                share(row["accuracy"]),
                _number(row["macro_recall"], 3),
                _number(row["ms_per_face"], 2),
                _number(row["minutes"], 0),
            ]
            for row in rows
        ],
    )


def _with_note(text: str, row: Mapping[str, Any]) -> str:
    return f"{text}: {row['note']}" if row.get("note") else text


def settings_table(settings: Mapping[str, Any]) -> str:
    """All names and values of a mapping, with the path to each: `augment.flip`, 0.5."""
    return table(["setting", "value"], [[f"`{path}`", _setting(value)] for path, value in _leaves(settings)])


def _leaves(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _setting(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    return "none" if value is None or value == "" else str(value)
