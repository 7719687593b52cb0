"""An audit's result formatted for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from analysis.fairness.tally import ANSWERS

_WIDTH = 110


def as_table(result: Mapping[str, Any]) -> str:
    """Single groups as rows of percentages, then the clear differences, then the notes."""
    return "\n".join([*_head(result), *_groups(result), "", *_clear(result), "", *_notes(result)])


def _head(result: Mapping[str, Any]) -> Iterator[str]:
    dataset = result["dataset"]
    yield f"{dataset['name']}: {dataset['images']:,} images, {dataset['unreadable']:,} unreadable"
    yield f"weights {result['weights_name']} {result['weights_sha256'][:12]}"
    yield ""


def _groups(result: Mapping[str, Any]) -> Iterator[str]:
    measured = ("accuracy",) if result["labelled"] else ()
    columns = ("n", "face", "read", *(name.replace("_", " ") for name in ANSWERS), *measured)
    yield f"{'per cent':<18}" + "".join(f"{name:>9}" for name in columns)
    for group in result["groups"]:
        if len(group["of"]) > 1:
            continue
        predicted = group["predicted"] or dict.fromkeys(ANSWERS)
        shares = [group["detection_rate"], group["readable_rate"], *(predicted[name] for name in ANSWERS)]
        shares += [group[name] for name in measured]
        cells = "".join(f"{_per_cent(share):>9}" for share in shares)
        yield f"{_name(group['of']):<18.17}{group['n']:>9,}{cells}"
    more = sum(len(group["of"]) > 1 for group in result["groups"])
    if more:
        yield f"and {more} intersections of two, in the JSON"


def _per_cent(share: Mapping[str, float] | None) -> str:
    return "-" if share is None else f"{share['value']:.1%}".removesuffix("%")


def _clear(result: Mapping[str, Any]) -> Iterator[str]:
    found = [
        (comparison, group)
        for comparison in result["comparisons"]
        for group in comparison["groups"]
        if group["clear"]
    ]
    # Intersections repeat what their single dimensions say: in a terminal those are enough.
    single = [(comparison, group) for comparison, group in found if len(comparison["by"]) == 1]
    yield f"Clear differences: {len(single)} between single groups, {len(found) - len(single)} between intersections"
    for comparison, group in single:
        span = f"{group['difference']:+.1%} ({group['low']:+.1%} to {group['high']:+.1%})"
        ratio = "" if group["ratio"] is None else f", ratio {group['ratio']:.2f}"
        measure = comparison["measure"].removeprefix("predicted:").replace("_", " ")
        yield f"  {measure:<15}{_name(group['of'])} against {_name(comparison['best'])}: {span}{ratio}"


def _notes(result: Mapping[str, Any]) -> Iterator[str]:
    for note in result["notes"]:
        yield from textwrap.wrap(note, _WIDTH, initial_indent="- ", subsequent_indent="  ")


def _name(of: Mapping[str, str]) -> str:
    return ", ".join(of.values())
