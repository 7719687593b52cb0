from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.expression.network import NetworkConfig
from analysis.training.config import AugmentConfig, OptimisationConfig, TrainConfig
from analysis.training.datasets import Dataset


@pytest.fixture
def tiny_config() -> TrainConfig:
    """A recipe of seconds: float32, no augmentation, so that it is the same on every machine."""
    still = AugmentConfig(**dict.fromkeys(AugmentConfig.__dataclass_fields__, 0.0))
    return TrainConfig(
        seed=7,
        epochs=3,
        batch=16,
        precision="float32",
        held_out=0.15,
        network=NetworkConfig(widths=(8, 16), blocks=(1, 1), squeeze=2, dropout=0.1),
        optimisation=OptimisationConfig(learning_rate=1e-2, warm_up_epochs=0.5, average_decay=0.9),
        augment=still,
    )


@pytest.fixture
def tiny_dataset() -> Dataset:
    """64 Training and 14 PublicTest pictures, each brightest in the band that its label says.

    Every one has patches of its own, or they would count as copies of each other.
    """
    random = np.random.default_rng(2)
    labels = np.arange(78) % 7
    images = np.kron(random.integers(20, 150, (78, 12, 12)), np.ones((4, 4), np.int64))
    for image, label in zip(images, labels, strict=True):
        image[label * 6 : label * 6 + 8] += 90
    return Dataset(
        images=images.astype(np.uint8),
        labels=labels,
        split=(np.arange(78) >= 64).astype(np.int64),
        sha256="tiny",
    )


@pytest.fixture
def tiny_npz(tiny_dataset: Dataset, tmp_path: Path) -> Path:
    assert tiny_dataset.split is not None
    path = tmp_path / "tiny.npz"
    votes = np.zeros((len(tiny_dataset), 10), dtype=np.uint8)
    votes[:, 1] = 10  # everybody says happiness
    np.savez(
        path,
        images=tiny_dataset.images,
        labels=tiny_dataset.labels.astype(np.uint8),
        split=tiny_dataset.split.astype(np.uint8),
        ferplus_votes=votes,
    )
    return path
