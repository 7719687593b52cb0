from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from analysis.training import checkpoints
from analysis.training.checkpoints import BadCheckpoint
from analysis.training.config import TrainConfig
from analysis.training.datasets import BadDataset, Dataset
from analysis.training.train import LOG, LOG_COLUMNS, Training, rate_at, train, weighted_loss


def weights_of(path: Path) -> list[torch.Tensor]:
    return list(checkpoints.load(path).averaged.values())


def log_of(folder: Path) -> list[dict[str, str]]:
    with (folder / LOG).open(encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def test_the_same_seed_trains_the_same_network(
    tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path
) -> None:
    one, two, other = (
        weights_of(train(replace(tiny_config, seed=seed), tiny_dataset, tmp_path / name, threads=1))
        for seed, name in [(7, "one"), (7, "two"), (8, "other")]
    )
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def test_the_loss_goes_down_on_64_images(tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path) -> None:
    train(replace(tiny_config, epochs=40), tiny_dataset, tmp_path, threads=1)
    losses = [float(line["loss"]) for line in log_of(tmp_path)]
    assert losses[-1] < 0.5 * losses[0]


def test_a_resumed_training_ends_where_an_unbroken_one_does(
    tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path
) -> None:
    unbroken = train(tiny_config, tiny_dataset, tmp_path / "unbroken", threads=1)
    broken = Training(tiny_config, tiny_dataset)
    broken.epoch()
    (tmp_path / "broken").mkdir()
    checkpoints.save(tmp_path / "broken" / checkpoints.NEWEST, broken.checkpoint())
    resumed = train(tiny_config, tiny_dataset, tmp_path / "broken", threads=1, resume=True)
    assert checkpoints.load(resumed).epochs_done == tiny_config.epochs
    for a, b in zip(weights_of(unbroken), weights_of(resumed), strict=True):
        assert torch.equal(a, b)


def test_the_log_has_one_line_an_epoch_also_across_a_resume(
    tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path
) -> None:
    train(tiny_config, tiny_dataset, tmp_path, threads=1)
    train(tiny_config, tiny_dataset, tmp_path, threads=1, resume=True)  # nothing is left to do
    lines = log_of(tmp_path)
    assert [line["epoch"] for line in lines] == ["1", "2", "3"]
    assert tuple(lines[0]) == LOG_COLUMNS


def test_a_checkpoint_of_another_recipe_is_not_resumed(
    tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path
) -> None:
    train(tiny_config, tiny_dataset, tmp_path, threads=1)
    with pytest.raises(BadCheckpoint, match="another recipe"):
        train(replace(tiny_config, seed=8), tiny_dataset, tmp_path, threads=1, resume=True)


def test_a_damaged_checkpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / "cut.pt"
    path.write_bytes(b"PK\x03\x04 cut")
    with pytest.raises(BadCheckpoint, match=r"cut\.pt is damaged"):
        checkpoints.load(path)


def test_public_test_rows_are_never_learned_from(tiny_config: TrainConfig, tiny_dataset: Dataset) -> None:
    training = Training(tiny_config, tiny_dataset)
    assert len(training.images) + len(training.held_out) == 64
    seen = {image.tobytes() for image in training.images.numpy()}
    seen |= {image.tobytes() for image in training.held_out.images}
    assert not seen & {image.tobytes() for image in tiny_dataset.images[64:]}


def test_too_few_images_are_refused_with_the_datasets_name(tiny_config: TrainConfig, tiny_dataset: Dataset) -> None:
    named = replace(tiny_dataset, source="few.npz")
    with pytest.raises(BadDataset, match=r"few\.npz has too few"):
        Training(replace(tiny_config, batch=64), named)


def test_the_learning_rate_warms_up_and_then_follows_half_a_cosine(tiny_config: TrainConfig) -> None:
    config = replace(tiny_config, epochs=11)
    config = replace(config, optimisation=replace(config.optimisation, learning_rate=1, warm_up_epochs=1))
    rates = [rate_at(step, config, steps_an_epoch=10) for step in range(110)]
    assert rates[:10] == pytest.approx([step / 10 for step in range(1, 11)])
    assert rates[60] == pytest.approx(0.5)
    assert rates[-1] < 0.001
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_the_loss_is_the_weighted_cross_entropy_on_paper() -> None:
    logits = torch.zeros(2, 7)  # every class has probability 1/7
    targets = torch.tensor([[1.0, 0, 0, 0, 0, 0, 0], [0.5, 0.5, 0, 0, 0, 0, 0]])
    weights = torch.tensor([2.0, 4.0, 1, 1, 1, 1, 1])
    expected = torch.log(torch.tensor(7.0)) * (2 + 3) / 2
    assert weighted_loss(logits, targets, weights) == pytest.approx(expected.item())
