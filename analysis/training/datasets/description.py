"""What is in a dataset as it was read: counts, what was left out, copies; and the card of the set it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from analysis.training.datasets.dataset import PUBLIC_TEST, SPLIT_NAMES, TRAINING, BadDataset, Dataset, part
from analysis.training.datasets.duplicates import Copies, copies_between, groups_of
from analysis.training.datasets.layouts import BY_NAME
from analysis.types import EXPRESSIONS

_CARDS = Path(__file__).parent / "cards"
_WHOLE = "all"


@dataclass(frozen=True, slots=True)
class Repeats:
    """pictures: how many are in a group of copies or near-copies. groups: of two or more. largest: pictures in the
    biggest group. conflicts: groups whose pictures carry different labels."""

    pictures: int
    groups: int
    largest: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Description:
    """counts: {split: {expression: pictures}}. without_votes: rows that FER+ has no votes for, or None without FER+.

    repeats: by split. leaks: Training pictures that are also in PublicTest; None if either is missing. Both are empty
    if copies were not searched for.
    """

    source: str
    layout: str
    sha256: str
    counts: Mapping[str, Mapping[str, int]]
    dropped: Mapping[str, int]
    without_votes: int | None
    repeats: Mapping[str, Repeats] = field(default_factory=dict)
    leaks: Copies | None = None


def card(layout: str) -> str:
    """The dataset card, in Markdown, of the set that is read in this layout, such as "raf-db"."""
    if layout not in BY_NAME:
        raise BadDataset(f"There is no layout {layout!r}: it is one of {', '.join(BY_NAME)}.")
    return (_CARDS / f"{BY_NAME[layout].card}.md").read_text(encoding="utf-8")


def describe(dataset: Dataset, look_for_copies: bool = True) -> Description:
    """Counts are immediate; copies take a minute and a half on one core for FER-2013."""
    parts = _parts(dataset)
    return Description(
        source=dataset.source,
        layout=dataset.layout,
        sha256=dataset.sha256,
        counts={name: _counts(rows) for name, rows in parts.items()},
        dropped=dataset.dropped,
        without_votes=None if dataset.votes is None else int((dataset.votes.sum(axis=1) == 0).sum()),
        repeats={name: repeats_in(rows) for name, rows in parts.items()} if look_for_copies else {},
        leaks=_leaks(dataset) if look_for_copies else None,
    )


def _parts(dataset: Dataset) -> dict[str, Dataset]:
    if dataset.split is None:
        return {_WHOLE: dataset}
    return {SPLIT_NAMES.get(split, str(split)): part(dataset, split) for split in np.unique(dataset.split).tolist()}


def _counts(rows: Dataset) -> dict[str, int]:
    counted = np.bincount(rows.labels, minlength=len(EXPRESSIONS)).tolist()
    return dict(zip(EXPRESSIONS, counted, strict=True))


def repeats_in(dataset: Dataset) -> Repeats:
    """Groups of copies and near-copies among the pictures of one dataset."""
    groups = groups_of(dataset.images)
    sizes = np.bincount(groups)
    labels = np.zeros((len(sizes), len(EXPRESSIONS)), dtype=np.bool_)
    labels[groups, dataset.labels] = True
    return Repeats(
        pictures=int(sizes[sizes > 1].sum()),
        groups=int((sizes > 1).sum()),
        largest=int(sizes.max()),
        conflicts=int((labels.sum(axis=1) > 1).sum()),
    )


def _leaks(dataset: Dataset) -> Copies | None:
    splits = set() if dataset.split is None else set(dataset.split.tolist())
    if not {TRAINING, PUBLIC_TEST} <= splits:
        return None
    return copies_between(part(dataset, TRAINING), part(dataset, PUBLIC_TEST))


def as_text(described: Description) -> str:
    """Lines for a terminal."""
    lines = [f"{described.source} ({described.layout or 'unknown layout'}, SHA-256 {described.sha256 or 'unknown'})"]
    lines.append("".join(f"{heading:>12}" for heading in ("", *EXPRESSIONS, "together")))
    for split, counts in described.counts.items():
        numbers = [*counts.values(), sum(counts.values())]
        lines.append(f"{split:>12}" + "".join(f"{number:>12,}" for number in numbers))
    lines += [f"left out: {count:,}, {reason}" for reason, count in described.dropped.items()]
    if described.without_votes is not None:
        lines.append(f"without FER+ votes: {described.without_votes:,}")
    lines += [_repeats_text(split, repeats) for split, repeats in described.repeats.items()]
    if described.leaks is not None:
        lines.append(_leaks_text(described.leaks))
    return "\n".join(lines)


def _repeats_text(split: str, repeats: Repeats) -> str:
    return (
        f"{split}: {repeats.pictures:,} pictures are in {repeats.groups:,} groups of copies (the largest has "
        f"{repeats.largest:,}), of which {repeats.conflicts:,} have more than one label"
    )


def _leaks_text(leaks: Copies) -> str:
    return (
        f"Training in PublicTest: {leaks.exact.sum():,} exact copies and {leaks.near.sum():,} near-copies of "
        f"{leaks.measured.sum():,} PublicTest pictures, {leaks.conflicts:,} of them with a label of their own"
    )
