"""What each part of the recipe is worth, and how big a model should be, found by short trainings.

All of them differ from one base in one thing, and are measured on PublicTest. Short trainings favor what learns
quickly, so a small difference here says little about a long one; the card quotes them with that warning.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn

from analysis.expression.network import ExpressionNet, NetworkConfig
from analysis.expression.preprocessing import CROP_PX
from analysis.expression.weights_file import WeightsInfo, write
from analysis.training import checkpoints
from analysis.training.auxiliary import AuxiliaryTargets
from analysis.training.config import DEFAULT_RECIPE, BadRecipe, TrainConfig, read_recipe, read_toml, training_sha256
from analysis.training.datasets import Dataset
from analysis.training.evaluate import evaluate, ms_per_face
from analysis.training.export import export
from analysis.training.train import train

DEFAULT_PLAN = Path(__file__).parent / "experiments.toml"
RESULTS = Path(__file__).parent / "experiments.json"

_KINDS = ("ablation", "sizes")


def run(
    plan: Path,
    results: Path,
    dataset: Dataset,
    targets: AuxiliaryTargets,
    threads: int,
    recipe: Path = DEFAULT_RECIPE,
) -> dict[str, Any]:
    """Trains and measures what `results` does not contain yet, and writes it after each. Raises BadRecipe.

    `plan` is laid out like experiments.toml. A result is kept as long as its recipe and dataset stay the same. Times
    are always measured again, so that those in one table are from one machine and one hour.
    """
    planned = read_toml(plan)
    known = _known(results)
    found: dict[str, Any] = {kind: [] for kind in _KINDS}
    for kind in _KINDS:
        for trial in planned.get(kind, []):
            config = read_recipe(recipe, planned.get("base", {}), trial.get("change", {}))
            first = read_recipe(recipe, planned.get("base", {}), trial["first"]) if "first" in trial else None
            sha256 = training_sha256(config, dataset.sha256 + json.dumps(first.as_mapping() if first else None))
            row = dict(known.get(sha256) or _tried(config, first, dataset, targets, threads))
            row |= {"name": trial["name"], "what": trial.get("what", ""), "recipe_sha256": sha256}
            row["ms_per_face"] = round(_ms_per_face(config.network, dataset), 3)
            found[kind].append(row)
            found["setting"] = _setting(read_recipe(recipe, planned.get("base", {})))
            results.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if not any(found[kind] for kind in _KINDS):
        raise BadRecipe(f"The plan {plan} has no [[ablation]] and no [[sizes]].")
    return found


def _known(results: Path) -> dict[str, dict[str, Any]]:
    if not results.exists():
        return {}
    saved = json.loads(results.read_text(encoding="utf-8"))
    return {row["recipe_sha256"]: row for kind in _KINDS for row in saved.get(kind, [])}


def _setting(base: TrainConfig) -> str:
    widths = "-".join(str(width) for width in base.network.widths)
    return (
        f"Short trainings of {base.epochs} epochs from chance, with widths {widths} and pictures of "
        f"{base.network.px} pixels where nothing else is said, otherwise as the recipe but without mixing. One seed "
        "each: differences below a point may be chance."
    )


def _tried(
    config: TrainConfig, first: TrainConfig | None, dataset: Dataset, targets: AuxiliaryTargets, threads: int
) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        seconds = 0.0
        if first is not None:
            start = train(first, dataset, Path(folder) / "first", threads, auxiliary=targets)
            seconds = checkpoints.load(start).seconds
            config = _starting_from(config, start)
        wanted = targets if config.auxiliary.weight else None
        newest = checkpoints.load(train(config, dataset, Path(folder) / "out", threads, auxiliary=wanted))
        weights = Path(folder) / "trial.safetensors"
        export(newest, dataset, weights, "trial")
        measured = evaluate(weights, dataset, threads)
    return {
        **{name: measured[name] for name in ("accuracy", "macro_recall", "nll", "ferplus_accuracy")},
        "params": measured["params"],
        "mmacs": round(multiplications(ExpressionNet(config.network)) / 1e6, 1),
        "minutes": round((seconds + newest.seconds) / 60, 1),
    }


def _ms_per_face(architecture: NetworkConfig, dataset: Dataset) -> float:
    """For a model of this shape: what it has learned makes no difference to the time."""
    with TemporaryDirectory() as folder:
        weights = Path(folder) / "untrained.safetensors"
        info = WeightsInfo("untrained", architecture, 1.0, 0.0, {}, "")
        write(weights, ExpressionNet(architecture), info)
        return ms_per_face(weights, dataset.images)


def _starting_from(config: TrainConfig, weights: Path) -> TrainConfig:
    values: Mapping[str, Any] = config.as_mapping()
    return TrainConfig.from_mapping({**values, "transfer": {**values["transfer"], "weights": str(weights)}})


def multiplications(network: nn.Module) -> int:
    """Multiply-accumulates of the convolutions and matrices for one face."""
    total = 0

    def count(layer: nn.Module, _: tuple[Tensor, ...], out: Tensor) -> None:
        nonlocal total
        assert isinstance(layer.weight, Tensor)  # noqa: S101 - only such layers are hooked
        total += layer.weight.numel() * (out.shape[2] * out.shape[3] if out.ndim == 4 else 1)

    hooks = [
        layer.register_forward_hook(count) for layer in network.modules() if isinstance(layer, nn.Conv2d | nn.Linear)
    ]
    with torch.inference_mode():
        network.eval()(torch.zeros(1, 1, CROP_PX, CROP_PX))
    for hook in hooks:
        hook.remove()
    return total
