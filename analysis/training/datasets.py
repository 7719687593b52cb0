"""Labelled face crops from one NPZ file, checked where they are read."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.expression.preprocessing import CROP_PX
from analysis.types import EXPRESSIONS

#: FER+ columns (Barsoum et al. 2016): neutral, happiness, surprise, sadness, anger, disgust, fear, contempt,
#: unknown, not-a-face. The first seven, as indices into EXPRESSIONS.
EXPRESSION_OF_VOTE = np.array([6, 3, 5, 4, 0, 1, 2])
VOTE_COLUMNS = 10

TRAINING, PUBLIC_TEST = 0, 1


class BadDataset(Exception):
    """The dataset cannot be used; `str(error)` is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """images: (N, 48, 48) grey uint8. labels: (N,) 0..6 in the order of EXPRESSIONS.

    split: (N,) 0 = Training, 1 = PublicTest, or None. votes: (N, 10) FER+ votes, all zero where FER+ has
    none, or None. source, sha256: the file that it was read from.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    split: NDArray[np.int64] | None = None
    votes: NDArray[np.uint8] | None = None
    source: str = "(from memory)"
    sha256: str = ""

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

    def rows(self, chosen: NDArray[np.bool_]) -> Dataset:
        """Only the rows where the (N,) mask is true."""
        return Dataset(
            images=self.images[chosen],
            labels=self.labels[chosen],
            split=None if self.split is None else self.split[chosen],
            votes=None if self.votes is None else self.votes[chosen],
            source=self.source,
            sha256=self.sha256,
        )


def read_dataset(path: Path) -> Dataset:
    """The whole file, in memory. Raises BadDataset."""
    try:
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        with np.load(path, allow_pickle=False) as arrays:
            _require(("images", "labels"), arrays, path)
            return Dataset(
                images=arrays["images"],
                labels=_whole_numbers(arrays["labels"]),
                split=_whole_numbers(arrays["split"]) if "split" in arrays else None,
                votes=arrays.get("ferplus_votes"),
                source=str(path),
                sha256=digest,
            )
    except FileNotFoundError as error:
        raise BadDataset(f"There is no dataset at {path}.") from error
    except (OSError, EOFError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise BadDataset(f"The dataset {path} is damaged or not an NPZ of ours: {error}.") from error


def _require(names: tuple[str, ...], arrays: Container[str], path: Path) -> None:
    for name in names:
        if name not in arrays:
            raise BadDataset(f"The dataset {path} has no array {name!r}.")


def _whole_numbers(values: NDArray[np.integer]) -> NDArray[np.int64]:
    if not np.issubdtype(values.dtype, np.integer):
        raise ValueError(f"labels and split must be whole numbers, not {values.dtype}")
    return values.astype(np.int64)


def part(dataset: Dataset, split: int) -> Dataset:
    """The rows of one split: TRAINING or PUBLIC_TEST. Raises BadDataset when there are none."""
    if dataset.split is None or not (dataset.split == split).any():
        raise BadDataset(f"The dataset {dataset.source} has no rows with split {split}.")
    return dataset.rows(dataset.split == split)


def held_out_mask(images: NDArray[np.uint8], share: float, seed: int) -> NDArray[np.bool_]:
    """(N, 48, 48) -> (N,): true for about `share` of the images, chosen by a hash of seed and pixels.

    By pixels, because FER-2013 repeats images: copies must not be on both sides.
    """
    prefix = seed.to_bytes(8, "big", signed=True)
    bound = int(share * 2**32)
    heads = (hashlib.sha256(prefix + image.tobytes()).digest()[:4] for image in images)
    return np.fromiter((int.from_bytes(head) < bound for head in heads), dtype=np.bool_, count=len(images))


def soft_targets(dataset: Dataset, votes_share: float) -> NDArray[np.float32]:
    """(N, 7) targets: the dataset's label, mixed with the distribution of FER+ votes over our seven.

    An image without a vote for any of the seven keeps its label alone.
    """
    targets: NDArray[np.float32] = np.eye(len(EXPRESSIONS), dtype=np.float32)[dataset.labels]  # (N, 7)
    if dataset.votes is None:
        return targets
    ours = np.zeros_like(targets)
    ours[:, EXPRESSION_OF_VOTE] = dataset.votes[:, : len(EXPRESSION_OF_VOTE)]
    total = ours.sum(axis=1, keepdims=True)  # (N, 1)
    mixed = (1 - votes_share) * targets + votes_share * ours / np.maximum(total, 1)
    targets[total[:, 0] > 0] = mixed[total[:, 0] > 0]
    return targets


def class_weights(labels: NDArray[np.int64], power: float) -> NDArray[np.float32]:
    """(7,) weights with mean 1 over the images: rare classes count more, by `power`. Absent classes get 0."""
    counts = np.bincount(labels, minlength=len(EXPRESSIONS)).astype(np.float64)
    weights = np.where(counts > 0, (counts.sum() / np.maximum(counts, 1)) ** power, 0.0)
    of_mean_one: NDArray[np.float64] = weights * counts.sum() / (weights * counts).sum()
    return of_mean_one.astype(np.float32)
