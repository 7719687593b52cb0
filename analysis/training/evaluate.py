"""Measures a classifier as it is used, through ExpressionClassifier, on one dataset."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from analysis.expression.calibration import expected_calibration_error
from analysis.expression.inference import BATCH, ExpressionClassifier
from analysis.training import measures
from analysis.training.datasets import PUBLIC_TEST, Dataset, part

_TIMED_BATCHES = 30


def rows_to_measure(dataset: Dataset) -> Dataset:
    """The PublicTest rows where the dataset marks some, otherwise every row."""
    if dataset.split is None or not (dataset.split == PUBLIC_TEST).any():
        return dataset
    return part(dataset, PUBLIC_TEST)


def evaluate(weights: Path, dataset: Dataset, threads: int = 2) -> dict[str, object]:
    """The figures of `evaluate --json`, in its order. ferplus_accuracy is None without votes to count."""
    measured = rows_to_measure(dataset)
    classifier = ExpressionClassifier.from_file(weights, threads)
    probs = classifier.predict(measured.images)  # (N, 7)
    return {
        **figures(probs, measured.labels, measured.votes),
        "params": classifier.parameters,
        "weights_bytes": weights.stat().st_size,
        "ms_per_face": round(ms_per_face(weights, measured.images), 3),
    }


def figures(
    probs: NDArray[np.float32], labels: NDArray[np.int64], votes: NDArray[np.uint8] | None
) -> dict[str, object]:
    """Everything that follows from (N, 7) probabilities, (N,) labels and (N, 10) FER+ votes or None."""
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


def _ferplus(predicted: NDArray[np.int64], votes: NDArray[np.uint8] | None) -> tuple[int, float | None]:
    if votes is None:
        return 0, None
    labels, counts = measures.ferplus_labels(votes)
    if not counts.any():
        return 0, None
    return int(counts.sum()), round(float(np.mean(predicted[counts] == labels[counts])), 4)


def ms_per_face(weights: Path, images: NDArray[np.uint8]) -> float:
    """Median wall time of a face on one core, in full batches, in milliseconds."""
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
    """Normalisation runs on torch's own threads, which no classifier chooses."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def as_table(measured: Mapping[str, object]) -> str:
    """For people: one figure a line."""
    lines = []
    for name, value in measured.items():
        if isinstance(value, dict):
            lines += [f"  recall {label:<14}{_cell(recall)}" for label, recall in value.items()]
        else:
            lines.append(f"{name:<23}{_cell(value)}")
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "not measured"
    return f"{value:,}" if isinstance(value, int) else str(value)
