"""Figures: the course of a training; for the card, how often a probability comes true and what abstaining gains."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

TRAINING_NAME = "curves.svg"


def draw_calibration(measured: Mapping[str, Any], picture: Path) -> None:
    """Writes an SVG of `measured`, the result of `evaluate`."""
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    _reliability(left, measured)
    _coverage(right, measured)
    _save(figure, picture)


def draw_training(log: Path, picture: Path) -> None:
    """Writes an SVG of `log`, the CSV of `train`: loss and accuracy over epochs."""
    with log.open(encoding="utf-8") as opened:
        lines = list(csv.DictReader(opened))
    epochs = [float(line["epoch"]) for line in lines]
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    losses, accuracies = figure.subplots(1, 2)
    for name, label in (("loss", "learned, with augmentation and weights"), ("held_out_loss", "held out")):
        losses.plot(epochs, [float(line[name]) for line in lines], label=label)
    losses.set(title="Loss", xlabel="epoch", ylabel="cross-entropy")
    losses.legend(frameon=False)
    accuracies.plot(epochs, [100 * float(line["held_out_accuracy"]) for line in lines], color="C1")
    accuracies.set(title="Accuracy on held-out images", xlabel="epoch", ylabel="%")
    for axes in (losses, accuracies):
        axes.grid(alpha=0.3)
    _save(figure, picture)


def _save(figure: Figure, picture: Path) -> None:
    # The same figures give the same bytes: ids come from a fixed salt, and there is no date. Text stays text.
    with matplotlib.rc_context({"svg.hashsalt": "sightline", "svg.fonttype": "none"}):
        figure.savefig(picture, format="svg", metadata={"Date": None})


def _reliability(axes: Axes, measured: Mapping[str, Any]) -> None:
    bins = measured["reliability"]
    middles = [(each["low"] + each["high"]) / 2 for each in bins]
    width = bins[0]["high"] - bins[0]["low"]
    axes.bar(
        middles, [each["n"] / measured["n"] for each in bins], width * 0.9, color="0.85", label="part of the images"
    )
    axes.plot([0, 1], [0, 1], color="0.5", linestyle="--", linewidth=1, label="calibrated")
    axes.plot(
        [each["confidence"] for each in bins], [each["accuracy"] for each in bins], marker="o", label="measured"
    )
    axes.set(title="How often a probability comes true", xlabel="probability of the winner", ylabel="right")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False, loc="upper left")


def _coverage(axes: Axes, measured: Mapping[str, Any]) -> None:
    curve, ours = measured["coverage"], measured["abstention"]
    answered = [point["coverage"] for point in curve]
    axes.fill_between(answered, [point["low"] for point in curve], [point["high"] for point in curve], alpha=0.2)
    axes.plot(answered, [point["accuracy"] for point in curve], marker=".", label="every bound, 95 % interval")
    if ours["accuracy"] is not None:
        bound = f"in use: not sure below {ours['threshold']:.2f}"
        axes.plot(ours["coverage"], ours["accuracy"], "D", color="C1", label=bound)
    axes.set(title="What abstaining buys", xlabel="part of the images answered", ylabel="answers that are right")
    axes.invert_xaxis()
    axes.grid(alpha=0.3)
    axes.legend(frameon=False, loc="upper left")
