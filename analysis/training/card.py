"""The model card beside the weights, written from what was measured and never by hand.

Mitchell et al. 2019, "Model cards for model reporting".
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Any

from analysis.expression.inference import ExpressionClassifier
from analysis.expression.weights_file import WeightsInfo, read
from analysis.training.datasets import Dataset
from analysis.training.evaluate import evaluate

FILE_NAME = "MODEL_CARD.md"

_TEMPLATE = Path(__file__).parent / "model_card.md.template"


def write(path: Path, weights: Path, dataset: Dataset, threads: int = 2) -> None:
    """Measures `weights` on `dataset` and writes their card to `path`."""
    _, info = read(weights)
    sha256 = ExpressionClassifier.from_file(weights, threads).weights_sha256
    measured = evaluate(weights, dataset, threads)
    path.write_text(render(info, sha256, measured, dataset.sha256), encoding="utf-8")


def render(info: WeightsInfo, sha256: str, measured: Mapping[str, Any], measured_on_sha256: str) -> str:
    """The card's text; a figure that is missing raises KeyError rather than leave a hole."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        {
            "name": info.name,
            "sha256": sha256,
            "tensors_sha256": info.tensors_sha256,
            "training_sha256": info.training_sha256,
            "measured_on_sha256": measured_on_sha256,
            "temperature": f"{info.temperature:.3f}",
            "recall_rows": _recall_rows(measured["per_class_recall"]),
            **_recipe(info),
            **_figures(measured),
        }
    )


def _recall_rows(per_class: Mapping[str, float | None]) -> str:
    return "\n".join(
        f"| {name} | {'not measured' if recall is None else f'{recall:.3f}'} |" for name, recall in per_class.items()
    )


def _figures(measured: Mapping[str, Any]) -> dict[str, str]:
    votes = measured["ferplus_accuracy"]
    return {
        "n": f"{measured['n']:,}",
        "accuracy": f"{measured['accuracy']:.1%}",
        "macro_recall": f"{measured['macro_recall']:.3f}",
        "ece": f"{measured['ece']:.3f}",
        "ferplus_n": f"{measured['ferplus_n']:,}",
        "ferplus_accuracy": "not measured" if votes is None else f"{votes:.1%}",
        "params": f"{measured['params']:,}",
        "megabytes": f"{measured['weights_bytes'] / 1e6:.1f}",
        "ms_per_face": f"{measured['ms_per_face']:.2f}",
    }


def _recipe(info: WeightsInfo) -> dict[str, str]:
    training: Mapping[str, Any] = info.training
    config, machine = training["config"], training["machine"]
    return {
        "trained_on_sha256": training["dataset_sha256"],
        "epochs": str(training["epochs_done"]),
        "minutes": f"{training['seconds'] / 60:.0f}",
        "threads": str(machine["threads"]),
        "torch": machine["torch"],
        "seed": str(config["seed"]),
        "batch": str(config["batch"]),
        "precision": config["precision"],
        "held_out": f"{config['held_out']:.0%}",
        "votes_share": f"{config['labels']['votes_share']:.0%}",
        "class_power": str(config["labels"]["class_power"]),
        "widths": ", ".join(str(width) for width in info.architecture.widths),
        "blocks": ", ".join(str(count) for count in info.architecture.blocks),
        "augment": ", ".join(f"{name} {value}" for name, value in config["augment"].items()),
        "learning_rate": str(config["optimisation"]["learning_rate"]),
        "weight_decay": str(config["optimisation"]["weight_decay"]),
        "average_decay": str(config["optimisation"]["average_decay"]),
    }
