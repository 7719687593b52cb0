"""The training loop: one seeded recipe in, a checkpoint and a CSV line out for each epoch."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from analysis.expression.calibration import fit_temperature
from analysis.expression.network import ExpressionNet
from analysis.expression.preprocessing import normalise
from analysis.training import checkpoints
from analysis.training.augment import augment
from analysis.training.averaging import AveragedWeights
from analysis.training.checkpoints import BadCheckpoint, Checkpoint
from analysis.training.config import TrainConfig
from analysis.training.datasets import (
    TRAINING,
    BadDataset,
    Dataset,
    class_weights,
    held_out_mask,
    part,
    soft_targets,
)

LOG = "log.csv"
LOG_COLUMNS = (
    *("epoch", "learning_rate", "loss"),  # what was learned, by the trained network
    *("held_out_loss", "held_out_accuracy", "temperature"),  # how well, by the averaged network
    "seconds",
)

#: Images at once where nothing is learned.
_MEASURE_BATCH = 256


def rate_at(step: int, config: TrainConfig, steps_an_epoch: int) -> float:
    """The learning rate of optimiser step 0, 1, …: linear warm-up, then half a cosine to zero."""
    warm_up = max(1, round(config.optimisation.warm_up_epochs * steps_an_epoch))
    total = config.epochs * steps_an_epoch
    if step < warm_up:
        return config.optimisation.learning_rate * (step + 1) / warm_up
    part_done = (step - warm_up) / max(1, total - warm_up)
    return config.optimisation.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, part_done)))


def logits_of(network: nn.Module, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 48, 48) grey uint8 -> (N, 7) float32 logits, in full precision as in use."""
    faces = torch.from_numpy(images)
    with torch.inference_mode():
        chunks = [network(normalise(chunk)) for chunk in torch.split(faces, _MEASURE_BATCH)]
    return torch.cat(chunks).numpy()


def weighted_loss(logits: Tensor, targets: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy of (B, 7) logits with (B, 7) soft targets; each class counts by its (7,) weight."""
    each = -(functional.log_softmax(logits, dim=1) * targets * weights).sum(dim=1)  # (B,)
    return each.mean()


class Training:
    """A recipe, the images it learns from and the state between epochs."""

    def __init__(self, config: TrainConfig, dataset: Dataset) -> None:
        self.config = config
        self.dataset_sha256 = dataset.sha256
        ours = dataset if dataset.split is None else part(dataset, TRAINING)
        held_out = held_out_mask(ours.images, config.held_out, config.seed)
        if (~held_out).sum() < config.batch or not held_out.any():
            raise BadDataset(f"The dataset {dataset.source} has too few Training images for this recipe.")
        learned, self.held_out = ours.rows(~held_out), ours.rows(held_out)
        self.images = torch.from_numpy(learned.images)  # (N, 48, 48) uint8, whole in memory
        self.targets = torch.from_numpy(soft_targets(learned, config.labels.votes_share))  # (N, 7)
        self.weights = torch.from_numpy(class_weights(learned.labels, config.labels.class_power))  # (7,)
        torch.manual_seed(config.seed)
        network = ExpressionNet(config.network)
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # 10 % faster
        self.averaged = AveragedWeights(self.network, config.optimisation.average_decay)
        self.optimiser = _optimiser(self.network, config)
        self.epochs_done = self.steps_done = 0
        self.seconds = 0.0
        self.temperature = 1.0

    @property
    def steps_an_epoch(self) -> int:
        return len(self.images) // self.config.batch  # the last, smaller batch would unsettle batch norm

    def epoch(self) -> dict[str, float]:
        """Learns from every image once and returns the epoch's line of the log."""
        started = time.monotonic()
        seed = self.config.seed + 1_000_003 * (self.epochs_done + 1)
        torch.manual_seed(seed)  # dropout; with the generator below, a resumed epoch is the same epoch
        random = Generator().manual_seed(seed)
        self.network.train()
        losses = [self._step(rows, random) for rows in self._batches(random)]
        self.epochs_done += 1
        rate = self.optimiser.param_groups[0]["lr"]
        line = {"epoch": float(self.epochs_done), "learning_rate": rate, "loss": float(np.mean(losses))}
        line |= self._measure()
        self.seconds += time.monotonic() - started
        return line | {"seconds": round(self.seconds, 1)}

    def _batches(self, random: Generator) -> Iterator[Tensor]:
        order = torch.randperm(len(self.images), generator=random)
        batches = torch.split(order[: self.steps_an_epoch * self.config.batch], self.config.batch)
        # disable=None: a bar on a terminal only, never in a log file
        yield from tqdm(batches, desc=f"epoch {self.epochs_done + 1}", leave=False, disable=None)

    def _step(self, rows: Tensor, random: Generator) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.steps_done, self.config, self.steps_an_epoch)
        faces = normalise(augment(self.images[rows], self.config.augment, random))  # (B, 1, 48, 48)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config.precision == "bf16"):
            logits = self.network(faces)
        loss = weighted_loss(logits.float(), self.targets[rows], self.weights)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.optimisation.clip_norm)
        self.optimiser.step()
        self.steps_done += 1
        self.averaged.update(self.network, self.steps_done)
        return loss.item()

    def _measure(self) -> dict[str, float]:
        """How the averaged network does on the held-out images, by FER-2013's own labels."""
        logits = logits_of(self.averaged.network, self.held_out.images)
        labels = self.held_out.labels
        self.temperature = fit_temperature(logits, labels)
        loss = functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels)).item()
        return {
            "held_out_loss": loss,
            "held_out_accuracy": float(np.mean(logits.argmax(axis=1) == labels)),
            "temperature": self.temperature,
        }

    def checkpoint(self) -> Checkpoint:
        """Everything that the next epoch needs."""
        return Checkpoint(
            config=self.config,
            dataset_sha256=self.dataset_sha256,
            epochs_done=self.epochs_done,
            trained=dict(self.network.state_dict()),
            averaged=dict(self.averaged.network.state_dict()),
            optimiser=dict(self.optimiser.state_dict()),
            temperature=self.temperature,
            seconds=self.seconds,
            machine={"threads": torch.get_num_threads(), "torch": str(torch.__version__), "device": "cpu"},
        )

    def resume(self, saved: Checkpoint) -> None:
        """Goes on after `saved`, which must come from the same recipe and dataset."""
        if (saved.config, saved.dataset_sha256) != (self.config, self.dataset_sha256):
            raise BadCheckpoint("The checkpoint comes from another recipe or dataset: use another --out.")
        self.network.load_state_dict(saved.trained)
        self.averaged.network.load_state_dict(saved.averaged)
        self.optimiser.load_state_dict(saved.optimiser)
        self.epochs_done, self.seconds = saved.epochs_done, saved.seconds
        self.steps_done = self.epochs_done * self.steps_an_epoch
        self.temperature = saved.temperature


def _optimiser(network: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """AdamW; biases and batch norm are not pulled to zero."""
    matrices = [each for each in network.parameters() if each.ndim > 1]
    vectors = [each for each in network.parameters() if each.ndim <= 1]
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": config.optimisation.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.optimisation.learning_rate)


def train(config: TrainConfig, dataset: Dataset, out: Path, threads: int, resume: bool = False) -> Path:
    """Trains to the recipe's last epoch and returns the path of the last checkpoint in `out`."""
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    newest = out / checkpoints.NEWEST
    training = Training(config, dataset)
    if resume and newest.exists():
        training.resume(checkpoints.load(newest))
    else:
        _write_log(out / LOG, LOG_COLUMNS, mode="w")
    while training.epochs_done < config.epochs:
        line = training.epoch()
        _write_log(out / LOG, [f"{line[name]:.6g}" for name in LOG_COLUMNS], mode="a")
        checkpoints.save(newest, training.checkpoint())
    return newest


def _write_log(path: Path, cells: Iterable[str], mode: str) -> None:
    with path.open(mode, newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerow(cells)
