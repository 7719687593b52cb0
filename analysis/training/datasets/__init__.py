"""Labeled face crops in one in-memory form, from the layouts in which the known sets are published."""

from __future__ import annotations

from analysis.training.datasets.dataset import (
    PRIVATE_TEST,
    PUBLIC_TEST,
    TRAINING,
    VOTE_COLUMNS,
    BadDataset,
    Dataset,
    part,
)
from analysis.training.datasets.description import as_text, card, describe
from analysis.training.datasets.duplicates import Copies, copies_between, copies_of, groups_of
from analysis.training.datasets.layouts import read_dataset
from analysis.training.datasets.targets import EXPRESSION_OF_VOTE, class_weights, held_out_mask, soft_targets

__all__ = [
    "EXPRESSION_OF_VOTE",
    "PRIVATE_TEST",
    "PUBLIC_TEST",
    "TRAINING",
    "VOTE_COLUMNS",
    "BadDataset",
    "Copies",
    "Dataset",
    "as_text",
    "card",
    "class_weights",
    "copies_between",
    "copies_of",
    "describe",
    "groups_of",
    "held_out_mask",
    "part",
    "read_dataset",
    "soft_targets",
]
