"""The training loop: one seeded recipe in; a checkpoint and a CSV line out for each epoch."""

from __future__ import annotations

import csv
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from analysis.expression import weights_file
from analysis.expression.calibration import fit_temperature
from analysis.expression.network import ExpressionNet, Mirrored
from analysis.expression.preprocessing import normalise
from analysis.training import checkpoints
from analysis.training.augment import augment, mix
from analysis.training.auxiliary import BLENDSHAPES, MIRRORED, AuxiliaryTargets, auxiliary_loss
from analysis.training.averaging import AveragedWeights
from analysis.training.checkpoints import BadCheckpoint, Checkpoint
from analysis.training.config import BadRecipe, TrainConfig
from analysis.training.datasets import (
    PUBLIC_TEST,
    TRAINING,
    BadDataset,
    Dataset,
    class_weights,
    copies_of,
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

#: Batch size when nothing is learned.
_MEASURE_BATCH = 256


def rate_at(step: int, config: TrainConfig, steps_an_epoch: int) -> float:
    """The learning rate of optimizer step 0, 1, …: linear warm-up, then half a cosine to zero."""
    warm_up = max(1, round(config.optimisation.warm_up_epochs * steps_an_epoch))
    total = config.epochs * steps_an_epoch
    if step < warm_up:
        return config.optimisation.learning_rate * (step + 1) / warm_up
    part_done = (step - warm_up) / max(1, total - warm_up)
    return config.optimisation.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, part_done)))


def logits_of(network: ExpressionNet, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 48, 48) gray uint8 -> (N, 7) float32 logits of face and mirror image, in full precision as in use."""
    faces = torch.from_numpy(images)
    device = next(network.parameters()).device
    both = Mirrored(network)
    with torch.inference_mode():
        chunks = [both(normalise(chunk.to(device))).cpu() for chunk in torch.split(faces, _MEASURE_BATCH)]
    return torch.cat(chunks).numpy()


def soft_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of (B, 7) logits with (B, 7) targets, which need not sum to one."""
    return -(functional.log_softmax(logits, dim=1) * targets).sum(dim=1).mean()


def split_rows(dataset: Dataset, config: TrainConfig) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of `dataset` that are trained on, and those held out.

    Neither includes PublicTest or PrivateTest images, nor copies of PublicTest images.
    """
    ours = _is_training(dataset)
    if not ours.any():
        raise BadDataset(f"The dataset {dataset.source} has no Training images.")
    if dataset.split is not None and (dataset.split == PUBLIC_TEST).any():
        copies = copies_of(dataset.rows(ours), part(dataset, PUBLIC_TEST))
        ours[np.flatnonzero(ours)[copies]] = False
    held_out = held_out_mask(dataset.images, config.held_out, config.seed)
    return np.flatnonzero(ours & ~held_out), np.flatnonzero(ours & held_out)


def _is_training(dataset: Dataset) -> NDArray[np.bool_]:
    return np.ones(len(dataset), np.bool_) if dataset.split is None else dataset.split == TRAINING


def start_from(network: ExpressionNet, path: Path) -> None:
    """Copies every tensor of the same name and shape from a checkpoint or from exported weights.

    Raises BadCheckpoint if nothing fits: a start that takes over nothing would be a random start.
    """
    if path.suffix == ".safetensors":
        saved: Mapping[str, Tensor] = weights_file.read(path)[0].state_dict()
    else:
        saved = checkpoints.load(path).averaged
    own = network.state_dict()
    fitting = {name: value for name, value in saved.items() if name in own and own[name].shape == value.shape}
    if not any(value.ndim > 1 for value in fitting.values()):
        raise BadCheckpoint(f"Nothing of {path} fits the model of this recipe.")
    network.load_state_dict(fitting, strict=False)


class TwoTasks(nn.Module):
    """The expression model and a linear head for the auxiliary task on the same features; training only."""

    expression: ExpressionNet
    auxiliary: nn.Module

    def __init__(self, expression: ExpressionNet) -> None:
        super().__init__()
        self.expression = expression
        self.auxiliary = nn.Sequential(
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(expression.config.widths[-1], len(BLENDSHAPES))
        )

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 1, 48, 48) -> logits (B, 7) of the expressions and (B, 52) of the blendshapes."""
        features = self.expression.features(faces)
        return self.expression.head(features), self.auxiliary(features)


class Training:
    """A recipe, the images it learns from and the state between epochs."""

    def __init__(
        self,
        config: TrainConfig,
        dataset: Dataset,
        auxiliary: AuxiliaryTargets | None = None,
        device: str = "cpu",
        compiled: bool = False,
        saved: Checkpoint | None = None,
    ) -> None:
        """`auxiliary` has a row for each image of `dataset`. Continues from `saved`, if there is one.

        Raises BadDataset, BadRecipe, or BadCheckpoint if `saved` comes from another recipe or other data.
        """
        if (auxiliary is None) != (config.auxiliary.weight == 0):
            raise BadRecipe("The auxiliary task needs both a weight in the recipe and a file of targets.")
        self.config, self.device = config, torch.device(device)
        self.dataset_sha256 = dataset.sha256
        self.auxiliary_sha256 = auxiliary.sha256 if auxiliary else ""
        if saved:
            self._must_fit(saved)
        self.rows = (saved.learned.numpy(), saved.held_out.numpy()) if saved else split_rows(dataset, config)
        learned, held_out = self.rows
        if len(learned) < config.batch or not len(held_out):
            raise BadDataset(f"The dataset {dataset.source} has too few Training images for this recipe.")
        self.held_out = dataset.rows(held_out)
        self._take(dataset.rows(learned), auxiliary.rows(learned) if auxiliary else None)
        self.dropped_duplicates = int(_is_training(dataset).sum()) - len(learned) - len(held_out)
        torch.manual_seed(config.seed)
        network = TwoTasks(ExpressionNet(config.network))
        if config.transfer.weights:
            start_from(network.expression, Path(config.transfer.weights))
        # channels last is 10 % faster
        self.network = network.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._forward = torch.compile(self.network) if compiled else self.network
        self.averaged = AveragedWeights(self.network, config.optimisation.average_decay)
        self.optimiser = _optimiser(self.network, config)
        self.epochs_done = self.steps_done = 0
        self.seconds = 0.0
        self.temperature = 1.0
        self.compiled = compiled
        if saved:
            self._go_on(saved)

    def _take(self, learned: Dataset, auxiliary: AuxiliaryTargets | None) -> None:
        labels = self.config.labels
        self.images = torch.from_numpy(learned.images).to(self.device)  # (N, 48, 48) uint8, whole in memory
        self.targets = torch.from_numpy(soft_targets(learned, labels.votes_share)).to(self.device)  # (N, 7)
        self.weights = torch.from_numpy(class_weights(learned.labels, labels.class_power)).to(self.device)  # (7,)
        self.blendshapes = self.trust = torch.empty(0)
        if auxiliary is not None:
            self.blendshapes = torch.from_numpy(auxiliary.blendshapes).to(self.device)  # (N, 52)
            self.trust = torch.from_numpy(auxiliary.trust).to(self.device)  # (N,)

    @property
    def steps_an_epoch(self) -> int:
        return len(self.images) // self.config.batch  # the last, smaller batch would unsettle batch norm

    def epoch(self) -> dict[str, float]:
        """Learns from every image once and returns the epoch's log line."""
        started = time.monotonic()
        seed = self.config.seed + 1_000_003 * (self.epochs_done + 1)
        torch.manual_seed(seed)  # dropout; with the generator below, a resumed epoch repeats exactly
        random = Generator().manual_seed(seed)
        self.network.train()
        frozen = self.config.transfer.frozen_parts if self.epochs_done < self.config.transfer.frozen_epochs else ()
        for name in ("stem", "stages"):
            module: nn.Module = getattr(self.network.expression, name)
            module.requires_grad_(name not in frozen).train(name not in frozen)
        size = self.config.size
        early = self.epochs_done < round(size.part * self.config.epochs)
        self.network.expression.px = size.early_px if early else self.config.network.px
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
        # disable=None: a progress bar only on a terminal, never in a log file
        yield from tqdm(batches, desc=f"epoch {self.epochs_done + 1}", leave=False, disable=None)

    def _step(self, rows: Tensor, random: Generator) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = rate_at(self.steps_done, self.config, self.steps_an_epoch)
        rows = rows.to(self.device)
        grey, mirrored = augment(self.images[rows], self.config.augment, random)  # (B, 48, 48)
        faces, mixed = mix(normalise(grey), self.config.augment, random)  # (B, 1, 48, 48)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.config.precision == "bf16"):
            logits, blendshapes = self._forward(faces)
        targets = self.targets[rows] * self.weights  # rare classes count more
        loss = self.config.labels.weight * soft_cross_entropy(logits.float(), mixed.of(targets) if mixed else targets)
        if self.config.auxiliary.weight and mixed is None:
            expected = self.blendshapes[rows]
            expected = torch.where(mirrored[:, None], expected[:, MIRRORED], expected)
            loss = loss + self.config.auxiliary.weight * auxiliary_loss(
                blendshapes.float(), expected, self.trust[rows]
            )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.optimisation.clip_norm)
        self.optimiser.step()
        self.steps_done += 1
        self.averaged.update(self.network, self.steps_done)
        return loss.item()

    def _measure(self) -> dict[str, float]:
        """How the averaged model does on the held-out images, by FER-2013's own labels."""
        logits = logits_of(self.averaged.network.expression, self.held_out.images)
        labels = self.held_out.labels
        self.temperature = fit_temperature(logits, labels)
        loss = functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels)).item()
        return {
            "held_out_loss": loss,
            "held_out_accuracy": float(np.mean(logits.argmax(axis=1) == labels)),
            "temperature": self.temperature,
        }

    def checkpoint(self) -> Checkpoint:
        """Everything the next epoch needs."""
        return Checkpoint(
            config=self.config,
            dataset_sha256=self.dataset_sha256,
            epochs_done=self.epochs_done,
            auxiliary_sha256=self.auxiliary_sha256,
            learned=torch.from_numpy(self.rows[0]),
            held_out=torch.from_numpy(self.rows[1]),
            dropped_duplicates=self.dropped_duplicates,
            trained=dict(self.network.state_dict()),
            averaged=dict(self.averaged.network.expression.state_dict()),
            averaged_auxiliary=dict(self.averaged.network.auxiliary.state_dict()),
            optimiser=dict(self.optimiser.state_dict()),
            temperature=self.temperature,
            seconds=self.seconds,
            machine={
                "threads": torch.get_num_threads(),
                "torch": str(torch.__version__),
                "device": torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu",
                "compiled": self.compiled,
            },
        )

    def _must_fit(self, saved: Checkpoint) -> None:
        ours = (self.config, self.dataset_sha256, self.auxiliary_sha256)
        if (saved.config, saved.dataset_sha256, saved.auxiliary_sha256) != ours:
            raise BadCheckpoint("The checkpoint comes from another recipe or dataset: use another --out.")

    def _go_on(self, saved: Checkpoint) -> None:
        self.network.load_state_dict(saved.trained)
        self.averaged.network.expression.load_state_dict(saved.averaged)
        self.averaged.network.auxiliary.load_state_dict(saved.averaged_auxiliary)
        self.optimiser.load_state_dict(saved.optimiser)
        self.epochs_done, self.seconds = saved.epochs_done, saved.seconds
        self.steps_done = self.epochs_done * self.steps_an_epoch
        self.temperature = saved.temperature


def _optimiser(network: nn.Module, config: TrainConfig) -> torch.optim.Optimizer:
    """No weight decay for biases and batch norm."""
    matrices = [each for each in network.parameters() if each.ndim > 1]
    vectors = [each for each in network.parameters() if each.ndim <= 1]
    how = config.optimisation
    groups: list[dict[str, Any]] = [
        {"params": matrices, "weight_decay": how.weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    if how.method == "sgd":
        return torch.optim.SGD(groups, lr=how.learning_rate, momentum=how.momentum, nesterov=how.momentum > 0)
    return torch.optim.AdamW(groups, lr=how.learning_rate)


def train(
    config: TrainConfig,
    dataset: Dataset,
    out: Path,
    threads: int,
    *,
    auxiliary: AuxiliaryTargets | None = None,
    resume: bool = False,
    device: str = "cpu",
    compiled: bool = False,
) -> Path:
    """Trains to the recipe's last epoch and returns the path of the last checkpoint in `out`.

    device: "cpu" or "cuda". compiled: through torch.compile, a sixth faster here but with different rounding.
    """
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    newest = out / checkpoints.NEWEST
    saved = checkpoints.load(newest) if resume and newest.exists() else None
    training = Training(config, dataset, auxiliary, device, compiled, saved)
    if saved is None:
        _write_log(out / LOG, LOG_COLUMNS, mode="w")
    while training.epochs_done < config.epochs:
        line = training.epoch()
        _write_log(out / LOG, [f"{line[name]:.6g}" for name in LOG_COLUMNS], mode="a")
        checkpoints.save(newest, training.checkpoint())
    return newest


def _write_log(path: Path, cells: Iterable[str], mode: str) -> None:
    with path.open(mode, newline="", encoding="utf-8") as opened:
        csv.writer(opened).writerow(cells)
