"""Measures a classifier the way it is used, through ExpressionClassifier, on one dataset."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.expression.calibration import expected_calibration_error
from analysis.expression.inference import BATCH, ExpressionClassifier
from analysis.training import measures
from analysis.training.datasets import PUBLIC_TEST, Dataset, part
from analysis.training.intervals import Interval, intervals
from analysis.training.reliability import answered, coverage_curve, reliability_bins
from analysis.types import EXPRESSIONS

_TIMED_BATCHES = 30


def rows_to_measure(dataset: Dataset, split: int | None = None) -> Dataset:
    """The rows of `split`, or without one the PublicTest rows if the dataset marks some, otherwise every row.

    Raises BadDataset if `split` has no rows.
    """
    if split is not None:
        return part(dataset, split)
    if dataset.split is None or not (dataset.split == PUBLIC_TEST).any():
        return dataset
    return part(dataset, PUBLIC_TEST)


def evaluate(weights: Path, dataset: Dataset, threads: int = 2, split: int | None = None) -> dict[str, Any]:
    """The figures of `evaluate --json`, in its order. ferplus_accuracy is None without votes to count.

    Raises BadWeights, and BadDataset if `split` has no rows.
    """
    measured = rows_to_measure(dataset, split)
    classifier = ExpressionClassifier.from_file(weights, threads)
    probs = classifier.predict(measured.images)  # (N, 7)
    return {
        **figures(probs, measured.labels, measured.votes),
        "params": classifier.parameters,
        "weights_bytes": weights.stat().st_size,
        "ms_per_face": round(ms_per_face(weights, measured.images), 3),
        **details(probs, measured.labels, measured.votes, classifier.abstain_below),
    }


def figures(probs: NDArray[np.float32], labels: NDArray[np.int64], votes: NDArray[np.uint8] | None) -> dict[str, Any]:
    """The headline figures, from (N, 7) probabilities, (N,) labels and (N, 10) FER+ votes or None."""
    predicted = probs.argmax(axis=1)
    confusion = measures.confusion_matrix(labels, predicted)
    ferplus_n, ferplus_accuracy = _ferplus(predicted, votes)
    return {
        "n": len(labels),
        "accuracy": round(measures.accuracy(confusion), 4),
        "macro_recall": round(measures.mean_recall(confusion), 4),
        "ece": round(expected_calibration_error(probs, labels), 4),
        "per_class_recall": {
            name: None if value is None else round(value, 4) for name, value in measures.recalls(confusion).items()
        },
        "ferplus_n": ferplus_n,
        "ferplus_accuracy": ferplus_accuracy,
    }


def details(
    probs: NDArray[np.float32],
    labels: NDArray[np.int64],
    votes: NDArray[np.uint8] | None,
    abstain_below: float,
) -> dict[str, Any]:
    """What is behind the headline figures: 95 % intervals, every confusion, and what the probabilities are worth.

    coverage: the accuracy that abstaining could gain. abstention: what the product's own bound, `abstain_below`,
    does.
    """
    confusion = measures.confusion_matrix(labels, probs.argmax(axis=1))
    return {
        "intervals": intervals(probs, labels, votes),
        "confusion": {"labels": list(EXPRESSIONS), "counts": confusion.tolist()},  # rows: labels, columns: answers
        "nll": round(measures.mean_log_loss(probs, labels), 4),
        "brier": round(measures.brier_score(probs, labels), 4),
        "coverage": coverage_curve(probs, labels),
        "abstention": answered(probs, labels, abstain_below),
        "reliability": reliability_bins(probs, labels),
    }


def _ferplus(predicted: NDArray[np.int64], votes: NDArray[np.uint8] | None) -> tuple[int, float | None]:
    if votes is None:
        return 0, None
    labels, counts = measures.ferplus_labels(votes)
    if not counts.any():
        return 0, None
    return int(counts.sum()), round(float(np.mean(predicted[counts] == labels[counts])), 4)


def ms_per_face(weights: Path, images: NDArray[np.uint8]) -> float:
    """Median wall time per face on one core, in full batches, in milliseconds."""
    classifier = ExpressionClassifier.from_file(weights, threads=1)
    batch = np.resize(images, (BATCH, *images.shape[1:]))  # repeats a small dataset
    with _one_torch_thread():
        classifier.predict(batch)  # the first call prepares kernels
        times_s = []
        for _ in range(_TIMED_BATCHES):
            started = time.perf_counter()
            classifier.predict(batch)
            times_s.append(time.perf_counter() - started)
    return float(np.median(times_s)) * 1000 / BATCH


@contextmanager
def _one_torch_thread() -> Iterator[None]:
    """Normalization runs on torch's own threads, which no classifier controls."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def as_table(measured: Mapping[str, Any]) -> str:
    """Human-readable: one figure per line with its 95 % interval, then the confusions and the abstention curve."""
    lines = []
    ends = measured["intervals"]
    for name in ("n", "accuracy", "macro_recall", "ece", "ferplus_n", "ferplus_accuracy", "nll", "brier"):
        lines.append(f"{name:<23}{_cell(measured[name], ends.get(name))}")
    lines += [f"{name:<23}{_cell(measured[name])}" for name in ("params", "weights_bytes", "ms_per_face")]
    for label, recall in measured["per_class_recall"].items():
        lines.append(f"  recall {label:<14}{_cell(recall, ends['per_class_recall'][label])}")
    return "\n".join([*lines, "", *_confusions(measured["confusion"]), "", *_curve(measured)])


def _confusions(confusion: Mapping[str, Any]) -> list[str]:
    names = confusion["labels"]
    rows = zip(names, confusion["counts"], strict=True)
    head = f"{'label, answered as':<23}" + "".join(f"{name:>9}" for name in names)
    return [head, *(f"  {name:<21}" + "".join(f"{count:>9,}" for count in counts) for name, counts in rows)]


def _curve(measured: Mapping[str, Any]) -> list[str]:
    points = [("  ", point) for point in measured["coverage"]] + [("in use", measured["abstention"])]
    return [
        f"{'answered':<23}{'bound':>9}{'accuracy':>12}",
        *(
            f"{name:<13}{at['coverage']:<10.1%}{at['threshold']:>9.3f}  {_cell(at['accuracy'])}"
            for name, at in points
        ),
    ]


def _cell(value: float | None, ends: Interval = None) -> str:
    if value is None:
        return "not measured"
    text = f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
    return text if ends is None else f"{text:<10}{ends[0]:.4g} to {ends[1]:.4g}"
