"""What the card says about differences between groups of people: the audit's figures, good or bad."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.training.tables import NOT_MEASURED, share_between, table
from analysis.types import EXPRESSIONS, NOT_SURE

_ANSWERS = (*EXPRESSIONS, NOT_SURE)
_WIDTH = 118


def fairness_section(audit: Mapping[str, Any] | None, weights_sha256: str) -> str:
    """Markdown under the heading: tables of the audit of these exact weights, or a statement that there is none."""
    if audit is None:
        return "**Not audited yet.** Assume that age, sex and skin color matter."
    if audit["weights_sha256"] != weights_sha256:
        return "**Not audited yet**: the last audit was of other weights. Assume that age, sex and skin color matter."
    tables = [_groups(audit, dimension) for dimension in audit["dimensions"]]
    notes = "\n".join(textwrap.fill(f"- {note}", _WIDTH, subsequent_indent="  ") for note in audit["notes"])
    return "\n\n".join([_introduction(audit), *tables, _differences(audit), notes])


def _introduction(audit: Mapping[str, Any]) -> str:
    dataset = audit["dataset"]
    labels = (
        "" if audit["labelled"] else " It has no labels: this shows what the model says, not whether it is right."
    )
    return textwrap.fill(
        f"Audited on {audit['made_at'][:10]} with {dataset['name']}: {dataset['images']:,} images, and "
        f"{dataset['unreadable']:,} more that could not be read (SHA-256 `{dataset['sha256']}`).{labels} Shares of "
        "an answer are of the faces that were clear enough to be read. In brackets: "
        f"{audit['confidence']:.0%} intervals.",
        _WIDTH,
    )


def _groups(audit: Mapping[str, Any], dimension: str) -> str:
    """One row for each group of one dimension: found, readable, and the share of each answer."""
    head = [dimension, "images", "face found", "face readable", *(name.replace("_", " ") for name in _ANSWERS)]
    if audit["labelled"]:
        head.append("accuracy")
    found = {group["of"][dimension]: group for group in audit["groups"] if list(group["of"]) == [dimension]}
    return table(head, [_group_row(name, found[name], audit["labelled"]) for name in audit["dimensions"][dimension]])


def _group_row(name: str, group: Mapping[str, Any], labelled: bool) -> list[str]:
    predicted = group["predicted"] or dict.fromkeys(_ANSWERS)  # None if not a single face could be read
    cells = [name, f"{group['n']:,}", _between(group["detection_rate"]), _between(group["readable_rate"])]
    cells += [_between(predicted[answer]) for answer in _ANSWERS]
    return [*cells, _between(group["accuracy"])] if labelled else cells


def _between(figure: Mapping[str, Any] | None) -> str:
    return NOT_MEASURED if figure is None else share_between(figure["value"], (figure["low"], figure["high"]))


def _differences(audit: Mapping[str, Any]) -> str:
    """Single dimensions' differences that stay clear of zero after correction for how many were compared."""
    rows = [row for comparison in audit["comparisons"] for row in _clear_differences(comparison)]
    if not rows:
        return "No group of one dimension differs clearly from the group with the highest value."
    head = ["measure", "by", "highest", "group", "difference in points", "ratio"]
    introduction = (
        "Clear differences from the group with the highest value, corrected for the number of pairs compared; those "
        "between\nintersections of two dimensions are in `fairness.json`:"
    )
    return f"{introduction}\n\n{table(head, rows)}"


def _clear_differences(comparison: Mapping[str, Any]) -> Iterator[list[str]]:
    if len(comparison["by"]) != 1:
        return
    (dimension,) = comparison["by"]
    measure = comparison["measure"].replace("predicted:", "share of ").replace("_", " ")
    for group in comparison["groups"]:
        if not group["clear"]:
            continue
        points = f"{group['difference'] * 100:+.1f} ({group['low'] * 100:+.1f} to {group['high'] * 100:+.1f})"
        ratio = NOT_MEASURED if group["ratio"] is None else f"{group['ratio']:.2f}"
        yield [measure, dimension, comparison["best"][dimension], group["of"][dimension], points, ratio]
