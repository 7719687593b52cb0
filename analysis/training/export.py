"""From a checkpoint to the weights that the product ships."""

from __future__ import annotations

import hashlib
from pathlib import Path

from analysis.expression import weights_file
from analysis.expression.network import ExpressionNet
from analysis.expression.weights_file import WeightsInfo
from analysis.training.checkpoints import Checkpoint
from analysis.training.config import training_sha256


def export(checkpoint: Checkpoint, path: Path, name: str) -> str:
    """Writes the averaged network to `path` and returns the file's SHA-256."""
    network = ExpressionNet(checkpoint.config.network)
    network.load_state_dict(checkpoint.averaged)
    info = WeightsInfo(
        name=name,
        architecture=checkpoint.config.network,
        temperature=checkpoint.temperature,
        training={
            "config": checkpoint.config.as_mapping(),
            "dataset_sha256": checkpoint.dataset_sha256,
            "epochs_done": checkpoint.epochs_done,
            "seconds": round(checkpoint.seconds),
            "machine": checkpoint.machine,
        },
        training_sha256=training_sha256(checkpoint.config, checkpoint.dataset_sha256),
    )
    weights_file.write(path, network, info)
    return hashlib.sha256(path.read_bytes()).hexdigest()
