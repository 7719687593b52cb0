"""What a training leaves after every epoch, so that it can continue where it stopped."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from analysis.training.config import TrainConfig

#: What reading a damaged or unrelated file can raise.
_DAMAGE = (OSError, EOFError, RuntimeError, KeyError, TypeError, ValueError, pickle.UnpicklingError)

#: The newest checkpoint in a training's folder.
NEWEST = "newest.pt"


class BadCheckpoint(Exception):
    """The checkpoint cannot be used; `str(error)` is one sentence that names the file."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """State after `epochs_done` epochs.

    trained: state dict of the network that learns, with its auxiliary head; averaged and averaged_auxiliary: of the
    moving average, separately, because only the first is exported. temperature: fitted on the held-out images with
    the averaged network. learned, held_out: (N,), (M,) rows of the dataset. dropped_duplicates: Training images left
    out as copies of measured ones. seconds: wall time of all epochs so far. machine: threads, torch's version,
    device.
    """

    config: TrainConfig
    dataset_sha256: str
    auxiliary_sha256: str
    learned: Tensor
    held_out: Tensor
    dropped_duplicates: int
    epochs_done: int
    trained: dict[str, Tensor]
    averaged: dict[str, Tensor]
    averaged_auxiliary: dict[str, Tensor]
    optimiser: dict[str, Any]
    temperature: float
    seconds: float
    machine: dict[str, str | int] = field(default_factory=dict)


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Atomic: a training that is killed while it saves keeps the previous checkpoint."""
    values = {name: getattr(checkpoint, name) for name in Checkpoint.__dataclass_fields__}
    values["config"] = checkpoint.config.as_mapping()
    partial = path.with_name(path.name + ".partial")
    torch.save(values, partial)
    partial.replace(path)


def load(path: Path) -> Checkpoint:
    """Raises BadCheckpoint. Only tensors and plain values are read, never code."""
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        values["config"] = TrainConfig.from_mapping(values["config"])
        return Checkpoint(**values)
    except FileNotFoundError as error:
        raise BadCheckpoint(f"There is no checkpoint at {path}.") from error
    except _DAMAGE as error:
        raise BadCheckpoint(f"The checkpoint {path} is damaged or not ours.") from error
