"""Collects rows one by one into a Dataset, and counts what is left out."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.training.datasets.dataset import VOTE_COLUMNS, BadDataset, Dataset
from analysis.types import EXPRESSIONS

#: Names that the published sets use for our seven, in lower case.
LABEL_OF_NAME = {
    **{name: label for label, name in enumerate(EXPRESSIONS)},
    **{"anger": 0, "disgusted": 1, "fearful": 2, "happiness": 3, "sadness": 4, "surprised": 5},
}
CONTEMPT = "contempt, which is not one of the seven"


class Gathering:
    """add() or drop() each picture of the source once, then dataset()."""

    def __init__(self) -> None:
        self._images: list[NDArray[np.uint8]] = []
        self._labels: list[int] = []
        self._split: list[int] = []
        self._votes: list[list[int]] = []
        self._dropped: Counter[str] = Counter()

    def add(
        self, image: NDArray[np.uint8], label: int, split: int | None = None, votes: list[int] | None = None
    ) -> None:
        self._images.append(image)
        self._labels.append(label)
        if split is not None:
            self._split.append(split)
        if votes is not None:
            self._votes.append(votes)

    def drop(self, reason: str) -> None:
        self._dropped[reason] += 1

    def dataset(self, source: Path, layout: str) -> Dataset:
        """Raises BadDataset if nothing was added. The hash is over pixels, labels, split and votes."""
        if not self._labels:
            left_out = "; ".join(f"{count} left out: {reason}" for reason, count in self._dropped.items())
            raise BadDataset(f"The dataset {source} has no pictures to use{f' ({left_out})' if left_out else ''}.")
        images, labels = np.stack(self._images), np.array(self._labels, dtype=np.int64)
        split = np.array(self._split, dtype=np.int64) if self._split else None
        votes = np.array(self._votes, dtype=np.uint8).reshape(-1, VOTE_COLUMNS) if self._votes else None
        return Dataset(
            images,
            labels,
            split,
            votes,
            source=str(source),
            sha256=_sha256(images, labels, split, votes),
            layout=layout,
            dropped=dict(self._dropped),
        )


def _sha256(*arrays: NDArray[Any] | None) -> str:
    digest = hashlib.sha256()
    for values in arrays:
        digest.update(b"absent" if values is None else values.tobytes())
    return digest.hexdigest()
