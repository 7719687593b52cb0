"""What the model learns to predict: labels mixed with votes, class weights, and which images are held out."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from analysis.training.datasets.dataset import Dataset
from analysis.types import EXPRESSIONS

#: FER+ columns (Barsoum et al. 2016): neutral, happiness, surprise, sadness, anger, disgust, fear, contempt,
#: unknown, not-a-face. The first seven, as indices into EXPRESSIONS.
EXPRESSION_OF_VOTE = np.array([6, 3, 5, 4, 0, 1, 2])


def held_out_mask(
    images: NDArray[np.uint8], share: float, seed: int, groups: NDArray[np.int64] | None = None
) -> NDArray[np.bool_]:
    """(N, 48, 48) -> (N,): true for about `share` of the images, chosen by a hash of seed and pixels.

    By pixels, because FER-2013 repeats images: copies must not end up on both sides. groups: (N,) from `groups_of`;
    with them near-copies stay together too, on the side of the first image of their group.
    """
    prefix = seed.to_bytes(8, "big", signed=True)
    bound = int(share * 2**32)
    heads = (hashlib.sha256(prefix + image.tobytes()).digest()[:4] for image in images)
    chosen = np.fromiter((int.from_bytes(head) < bound for head in heads), dtype=np.bool_, count=len(images))
    if groups is None:
        return chosen
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    return chosen[first][group]


def soft_targets(dataset: Dataset, votes_share: float) -> NDArray[np.float32]:
    """(N, 7) targets: the dataset's label, mixed with the distribution of FER+ votes over our seven.

    An image without a vote for any of the seven keeps only its label.
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
