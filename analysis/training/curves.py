"""The training's log as a picture: what was learned, and how well, epoch by epoch."""

from __future__ import annotations

import csv
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

FILE_NAME = "curves.svg"


def draw(log: Path, picture: Path) -> None:
    """`log`: the CSV of `train`. Loss and accuracy over epochs, as an SVG that is the same each time."""
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
    for axis in (losses, accuracies):
        axis.grid(alpha=0.3)
    with rc_context({"svg.hashsalt": "sightline"}):
        figure.savefig(picture, metadata={"Date": None})
