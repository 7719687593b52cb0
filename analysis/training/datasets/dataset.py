"""The single in-memory form of labeled face crops, whatever layout they were read from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from analysis.expression.preprocessing import CROP_PX
from analysis.types import EXPRESSIONS

VOTE_COLUMNS = 10

#: What a row is for. PRIVATE_TEST is read so that it can be counted; it is never trained on, and measured
#: only if that split is requested by name.
TRAINING, PUBLIC_TEST, PRIVATE_TEST = 0, 1, 2
SPLIT_NAMES = {TRAINING: "Training", PUBLIC_TEST: "PublicTest", PRIVATE_TEST: "PrivateTest"}


class BadDataset(Exception):
    """The dataset cannot be used; `str(error)` is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """images: (N, 48, 48) gray uint8. labels: (N,) 0..6 in the order of EXPRESSIONS.

    split: (N,) 0 = Training, 1 = PublicTest (or what a set publishes to be measured on), 2 = PrivateTest, or None.
    votes: (N, 10) FER+ votes, all zero where FER+ has none, or None. source, sha256: the file that it was read from;
    for a folder, the hash covers the labels and pixels as read. layout: the published layout that was recognized.
    dropped: how many pictures of the source are not among the rows, by reason.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    split: NDArray[np.int64] | None = None
    votes: NDArray[np.uint8] | None = None
    source: str = "(from memory)"
    sha256: str = ""
    layout: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.labels)
        if self.images.shape != (n, CROP_PX, CROP_PX) or self.images.dtype != np.uint8:
            raise ValueError(f"images must be uint8 of ({n}, {CROP_PX}, {CROP_PX}), not {self.images.shape}")
        if n == 0:
            raise ValueError("it has no images")
        if self.labels.min() < 0 or self.labels.max() >= len(EXPRESSIONS):
            raise ValueError(f"labels must be in 0..{len(EXPRESSIONS) - 1}")
        if self.split is not None and self.split.shape != (n,):
            raise ValueError(f"split must have {n} values, not {self.split.shape}")
        if self.votes is not None and self.votes.shape != (n, VOTE_COLUMNS):
            raise ValueError(f"ferplus_votes must be ({n}, {VOTE_COLUMNS}), not {self.votes.shape}")

    def __len__(self) -> int:
        return len(self.labels)

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> Dataset:
        """Only the chosen rows: by a mask (N,), or by their indices."""
        return replace(
            self,
            images=self.images[chosen],
            labels=self.labels[chosen],
            split=None if self.split is None else self.split[chosen],
            votes=None if self.votes is None else self.votes[chosen],
        )


def part(dataset: Dataset, split: int) -> Dataset:
    """The rows of one split, such as TRAINING or PUBLIC_TEST. Raises BadDataset when there are none."""
    if dataset.split is None or not (dataset.split == split).any():
        raise BadDataset(f"The dataset {dataset.source} has no rows with split {split}.")
    return dataset.rows(dataset.split == split)
