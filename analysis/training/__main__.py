"""`python -m analysis.training train|evaluate|export|card`: from a dataset to shipped, documented weights."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from analysis.expression.weights_file import SHIPPED, BadWeights
from analysis.training import card, checkpoints
from analysis.training.checkpoints import BadCheckpoint
from analysis.training.config import DEFAULT_RECIPE, BadRecipe, read_recipe
from analysis.training.datasets import BadDataset, read_dataset
from analysis.training.evaluate import as_table, evaluate
from analysis.training.export import export
from analysis.training.train import train

DEFAULT_OUT = Path("var/training")
DEFAULT_NAME = "sightline-expression"


def _train(args: argparse.Namespace) -> None:
    config = read_recipe(args.config)
    newest = train(config, read_dataset(args.dataset), args.out, args.threads, resume=args.resume)
    print(f"Trained {config.epochs} epochs: {newest}")


def _evaluate(args: argparse.Namespace) -> None:
    measured = evaluate(args.weights, read_dataset(args.dataset), args.threads)
    print(json.dumps(measured) if args.json else as_table(measured))


def _export(args: argparse.Namespace) -> None:
    sha256 = export(checkpoints.load(args.checkpoint), args.weights, args.name)
    print(f"Wrote {args.weights}, SHA-256 {sha256}. Run `card` next: its figures are of other weights now.")


def _card(args: argparse.Namespace) -> None:
    path = args.weights.with_name(card.FILE_NAME)
    card.write(path, args.weights, read_dataset(args.dataset), args.threads)
    print(f"Wrote {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis.training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="train|evaluate|export|card")

    training = commands.add_parser("train", help="learn from a dataset's Training rows")
    training.add_argument("--config", type=Path, default=DEFAULT_RECIPE, help="a recipe in TOML")
    training.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder for checkpoint and log")
    training.add_argument("--resume", action="store_true", help="go on after the newest checkpoint in --out")
    training.set_defaults(command=_train)

    measuring = commands.add_parser("evaluate", help="measure weights on PublicTest or all rows")
    measuring.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    measuring.set_defaults(command=_evaluate)

    exporting = commands.add_parser("export", help="turn a checkpoint into shipped weights")
    exporting.add_argument("--checkpoint", type=Path, default=DEFAULT_OUT / checkpoints.NEWEST)
    exporting.add_argument("--name", default=DEFAULT_NAME, help="name of the weights, shown with every run")
    exporting.set_defaults(command=_export)

    documenting = commands.add_parser("card", help="measure the weights and write their model card")
    documenting.set_defaults(command=_card)

    for command in (training, measuring, documenting):
        command.add_argument("--dataset", type=Path, required=True, help="an NPZ of labelled face crops")
        command.add_argument("--threads", type=int, default=2, help="CPU threads")
    for command in (measuring, exporting, documenting):
        command.add_argument("--weights", type=Path, default=SHIPPED, help="a .safetensors file")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """0, or 2 with one sentence on stderr for a file that cannot be used."""
    args = _parser().parse_args(arguments)
    try:
        args.command(args)
    except (BadDataset, BadRecipe, BadCheckpoint, BadWeights) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
