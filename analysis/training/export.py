"""From a checkpoint to the weights that the product ships."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import torch

from analysis.expression import weights_file
from analysis.expression.calibration import fit_temperature, probabilities, threshold_for_coverage
from analysis.expression.network import ExpressionNet
from analysis.expression.weights_file import WeightsInfo
from analysis.training import checkpoints
from analysis.training.checkpoints import BadCheckpoint, Checkpoint
from analysis.training.config import training_sha256
from analysis.training.datasets import Dataset, class_weights, copies_of
from analysis.training.train import logits_of

#: Of the images held out of training, the share that gets an answer; the others are "not sure".
COVERAGE = 0.9


def _never_seen(dataset: Dataset, checkpoint: Checkpoint) -> Dataset:
    """The held-out images without those whose copies were learned: these would be answered too confidently."""
    held_out = dataset.rows(checkpoint.held_out.numpy())
    copies = copies_of(held_out, dataset.rows(checkpoint.learned.numpy()))
    return held_out if copies.all() else held_out.rows(~copies)


def _before(checkpoint: Checkpoint) -> dict[str, object]:
    """What the training continued from, if that is a checkpoint that still exists."""
    path = Path(checkpoint.config.transfer.weights)
    if path.suffix != ".pt" or not path.is_file():
        return {}
    first = checkpoints.load(path)
    about = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "config": first.config.as_mapping()}
    return {"first_stage": {**about, "epochs_done": first.epochs_done, "seconds": round(first.seconds)}}


def export(checkpoint: Checkpoint, dataset: Dataset, path: Path, name: str, rare: float = 0.0) -> str:
    """Writes the averaged model to `path`, calibrated on held-out images, and returns the file's SHA-256.

    rare: how much of the class frequencies, 0..1, is taken off the logits, through the last layer's bias: more of the
    rare expressions are found, and more of the others are labeled as them. Logit adjustment: Menon et al. 2021,
    "Long-tail learning via logit adjustment".
    Raises BadCheckpoint if `dataset` is not the one trained on.
    """
    if dataset.sha256 != checkpoint.dataset_sha256:
        raise BadCheckpoint(f"The checkpoint was not trained on {dataset.source}, so nothing of it was held out.")
    network = ExpressionNet(checkpoint.config.network).eval()
    network.load_state_dict(checkpoint.averaged)
    held_out = _never_seen(dataset, checkpoint)
    learned = dataset.labels[checkpoint.learned.numpy()]
    with torch.no_grad():
        offsets = torch.from_numpy(np.log(class_weights(learned, rare)))
        network.head[-1].bias += offsets - offsets.mean()  # type: ignore[operator]
    logits = logits_of(network, held_out.images)
    temperature = fit_temperature(logits, held_out.labels)
    info = WeightsInfo(
        name=name,
        architecture=checkpoint.config.network,
        temperature=temperature,
        abstain_below=threshold_for_coverage(probabilities(logits, temperature), COVERAGE),
        training={
            "config": checkpoint.config.as_mapping(),
            "dataset_sha256": checkpoint.dataset_sha256,
            "auxiliary_sha256": checkpoint.auxiliary_sha256,
            "dropped_duplicates": checkpoint.dropped_duplicates,
            "held_out": len(held_out),
            "rare": rare,
            "coverage": COVERAGE,
            "epochs_done": checkpoint.epochs_done,
            "seconds": round(checkpoint.seconds),
            "machine": checkpoint.machine,
            **_before(checkpoint),
        },
        training_sha256=training_sha256(checkpoint.config, checkpoint.dataset_sha256),
    )
    weights_file.write(path, network, info)
    return hashlib.sha256(path.read_bytes()).hexdigest()
