from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from analysis.training import auxiliary
from analysis.training.auxiliary import BLENDSHAPES, MIRRORED, AuxiliaryTargets, auxiliary_loss
from analysis.training.datasets import PUBLIC_TEST, BadDataset, Dataset, part, read_dataset


def test_mirroring_swaps_left_and_right_and_twice_is_nothing() -> None:
    assert len(BLENDSHAPES) == 52
    assert BLENDSHAPES[MIRRORED[BLENDSHAPES.index("mouthSmileLeft")]] == "mouthSmileRight"
    assert BLENDSHAPES[MIRRORED[BLENDSHAPES.index("jawOpen")]] == "jawOpen"
    assert [MIRRORED[index] for index in MIRRORED] == list(range(52))


def test_targets_survive_a_journey_through_a_file(tiny_dataset: Dataset, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    targets = AuxiliaryTargets(random.random((78, 52), np.float32), random.random(78, np.float32), "tiny")
    auxiliary.save(tmp_path / "targets.npz", targets)
    again = auxiliary.read(tmp_path / "targets.npz", tiny_dataset)
    assert np.allclose(again.blendshapes, targets.blendshapes, atol=1e-3)
    assert np.allclose(again.trust, targets.trust, atol=1e-3)
    assert len(again.sha256) == 64


def test_targets_of_another_dataset_are_refused_by_name(tiny_dataset: Dataset, tmp_path: Path) -> None:
    targets = AuxiliaryTargets(np.zeros((78, 52), np.float32), np.ones(78, np.float32), "another")
    auxiliary.save(tmp_path / "targets.npz", targets)
    with pytest.raises(BadDataset, match=r"targets\.npz belong to another dataset"):
        auxiliary.read(tmp_path / "targets.npz", tiny_dataset)


def test_a_damaged_file_is_named(tiny_dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "cut.npz").write_bytes(b"PK cut")
    with pytest.raises(BadDataset, match=r"cut\.npz cannot be read"):
        auxiliary.read(tmp_path / "cut.npz", tiny_dataset)
    with pytest.raises(BadDataset, match=r"cut\.npz is not a Face Landmarker task"):
        auxiliary.read_faces(tiny_dataset, tmp_path / "cut.npz")


def test_a_face_that_was_not_surely_seen_counts_less() -> None:
    logits, targets = torch.zeros(2, 52), torch.ones(2, 52)
    surely = auxiliary_loss(logits, targets, torch.tensor([1.0, 1.0]))
    assert surely == pytest.approx(np.log(2), abs=1e-6)
    assert auxiliary_loss(logits, targets, torch.tensor([1.0, 0.0])) == pytest.approx(np.log(2) / 2, abs=1e-6)


def test_smiles_are_read_off_happy_faces_and_open_jaws_off_surprised_ones(shared: Callable[[str], Path]) -> None:
    dataset = part(read_dataset(shared("data/fer2013_train_valid.npz")), PUBLIC_TEST)
    rows = np.concatenate([np.flatnonzero(dataset.labels == label)[:20] for label in (3, 5, 6)])
    some = replace(dataset.rows(rows), sha256="some")
    targets = auxiliary.read_faces(some, shared("models/face_landmarker.task"), threads=1)
    happy, surprised, calm = targets.blendshapes.reshape(3, 20, 52)
    smile, jaw = BLENDSHAPES.index("mouthSmileLeft"), BLENDSHAPES.index("jawOpen")
    assert np.median(happy[:, smile]) > 0.3 > np.median(calm[:, smile])
    assert np.median(surprised[:, jaw]) > 2 * np.median(calm[:, jaw])
    assert np.median(targets.trust) > 0.9
