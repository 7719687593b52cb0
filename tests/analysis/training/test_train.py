from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from analysis.expression.preprocessing import normalise
from analysis.training import checkpoints
from analysis.training.auxiliary import BLENDSHAPES, AuxiliaryTargets
from analysis.training.checkpoints import BadCheckpoint
from analysis.training.config import AuxiliaryConfig, BadRecipe, SizeConfig, TrainConfig, TransferConfig
from analysis.training.datasets import BadDataset, Dataset
from analysis.training.train import LOG, LOG_COLUMNS, Training, rate_at, soft_cross_entropy, train


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


def test_the_loss_is_the_cross_entropy_on_paper() -> None:
    logits = torch.zeros(2, 7)  # every class has probability 1/7
    targets = torch.tensor([[2.0, 0, 0, 0, 0, 0, 0], [1.0, 2.0, 0, 0, 0, 0, 0]])
    expected = torch.log(torch.tensor(7.0)) * (2 + 3) / 2
    assert soft_cross_entropy(logits, targets) == pytest.approx(expected.item())


def test_copies_of_public_test_are_not_learned_from(tiny_config: TrainConfig, tiny_dataset: Dataset) -> None:
    images = tiny_dataset.images.copy()
    images[3], images[9] = images[70], images[71][:, ::-1]  # one exact, one mirrored
    training = Training(tiny_config, replace(tiny_dataset, images=images))
    learned, held_out = training.rows
    assert {3, 9}.isdisjoint({*learned.tolist(), *held_out.tolist()})
    assert training.dropped_duplicates >= 2


def test_sgd_learns_too(tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path) -> None:
    sgd = replace(tiny_config.optimisation, method="sgd", learning_rate=0.05)
    train(replace(tiny_config, epochs=30, optimisation=sgd), tiny_dataset, tmp_path, threads=1)
    losses = [float(line["loss"]) for line in log_of(tmp_path)]
    assert losses[-1] < 0.7 * losses[0]


def test_frozen_parts_stay_as_they_were_and_thaw(tiny_config: TrainConfig, tiny_dataset: Dataset) -> None:
    frozen = TransferConfig(frozen="stem+stages", frozen_epochs=1)
    training = Training(replace(tiny_config, transfer=frozen), tiny_dataset)
    network = training.network.expression

    def state(module: torch.nn.Module) -> list[torch.Tensor]:
        return [value.clone() for value in module.state_dict().values()]

    def same(before: list[torch.Tensor], module: torch.nn.Module) -> bool:
        return all(torch.equal(a, b) for a, b in zip(before, state(module), strict=True))

    features, head = state(network.stages), state(network.head)
    training.epoch()
    assert same(features, network.stages) and not same(head, network.head)
    training.epoch()
    assert not same(features, network.stages)


def test_transfer_starts_from_the_weights_that_fit(
    tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path
) -> None:
    first = train(tiny_config, tiny_dataset, tmp_path / "first", threads=1)
    wider = replace(tiny_config.network, widths=(8, 24))
    second = Training(replace(tiny_config, network=wider, transfer=TransferConfig(weights=str(first))), tiny_dataset)
    learned, own = checkpoints.load(first).averaged, second.network.expression.state_dict()
    assert torch.equal(own["stem.0.weight"], learned["stem.0.weight"])
    assert own["head.3.weight"].shape == (7, 24)


def test_a_start_that_fits_nowhere_is_refused(
    tiny_config: TrainConfig, tiny_dataset: Dataset, tmp_path: Path
) -> None:
    first = train(tiny_config, tiny_dataset, tmp_path, threads=1)
    other = replace(tiny_config.network, widths=(6, 10), squeeze=1)
    with pytest.raises(BadCheckpoint, match=r"Nothing of .*newest\.pt fits"):
        Training(replace(tiny_config, network=other, transfer=TransferConfig(weights=str(first))), tiny_dataset)


def test_the_second_task_is_learned_and_follows_the_mirror(tiny_config: TrainConfig, tiny_dataset: Dataset) -> None:
    left, right = BLENDSHAPES.index("mouthSmileLeft"), BLENDSHAPES.index("mouthSmileRight")
    coefficients = np.zeros((78, len(BLENDSHAPES)), np.float32)
    coefficients[:, left] = 1
    targets = AuxiliaryTargets(coefficients, np.ones(78, np.float32), "tiny", "targets")
    config = replace(tiny_config, auxiliary=AuxiliaryConfig(weight=20.0))
    training = Training(replace(config, augment=replace(config.augment, flip=1.0)), tiny_dataset, targets)
    for _ in range(12):
        training.epoch()
    training.network.eval()
    with torch.inference_mode():
        _, said = training.network(normalise(training.images[:8].flip(-1)))
    assert (said[:, right] > said[:, left] + 0.5).all()  # the pictures were mirrored, and with them the smiles
    assert training.checkpoint().auxiliary_sha256 == "targets"


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_a_second_task_needs_both_its_weight_and_its_targets(
    weight: float, tiny_config: TrainConfig, tiny_dataset: Dataset
) -> None:
    targets = AuxiliaryTargets(np.zeros((78, 52), np.float32), np.ones(78, np.float32), "tiny")
    config = replace(tiny_config, auxiliary=AuxiliaryConfig(weight=weight))
    with pytest.raises(BadRecipe, match="both a weight in the recipe and a file"):
        Training(config, tiny_dataset, None if weight else targets)


def test_the_first_part_of_the_epochs_sees_smaller_pictures(tiny_config: TrainConfig, tiny_dataset: Dataset) -> None:
    training = Training(replace(tiny_config, epochs=2, size=SizeConfig(early_px=24, part=0.5)), tiny_dataset)
    seen: list[tuple[int, ...]] = []
    stem = training.network.expression.stem
    stem.register_forward_pre_hook(lambda _, inputs: seen.append(tuple(inputs[0].shape[2:])))
    training.epoch()
    assert set(seen) == {(24, 24)}
    seen.clear()
    training.epoch()
    assert set(seen) == {(48, 48)}
