"""`python -m analysis.training …`: from a dataset to shipped, measured, documented weights."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from analysis.expression.weights_file import SHIPPED, BadWeights
from analysis.fairness.audit import audit
from analysis.fairness.readers import READERS
from analysis.fairness.storage import BadImages
from analysis.fairness.table import as_table as as_audit_table
from analysis.stopping import end_in_order
from analysis.training import auxiliary, card, checkpoints, datasets, experiments
from analysis.training.checkpoints import BadCheckpoint
from analysis.training.config import DEFAULT_RECIPE, BadRecipe, read_recipe
from analysis.training.datasets import BadDataset, Dataset, as_text, describe, read_dataset
from analysis.training.datasets.layouts import AUTO, BY_NAME
from analysis.training.evaluate import as_table, evaluate
from analysis.training.explaining import deletion_report
from analysis.training.export import export
from analysis.training.train import LOG, train

DEFAULT_OUT = Path("var/training")
DEFAULT_NAME = "sightline-expression"


def _train(args: argparse.Namespace) -> None:
    config = read_recipe(args.config)
    dataset = _dataset(args)
    targets = auxiliary.read(args.targets, dataset) if args.targets else None
    newest = train(
        config,
        dataset,
        args.out,
        args.threads,
        auxiliary=targets,
        resume=args.resume,
        device=args.device,
        compiled=args.compile,
    )
    _draw_curves(newest.parent)
    print(f"Trained {config.epochs} epochs: {newest}")


def _draw_curves(folder: Path) -> None:
    from analysis.training import plots  # matplotlib is slow to import and not needed anywhere else

    plots.draw_training(folder / LOG, folder / plots.TRAINING_NAME)


def _dataset(args: argparse.Namespace) -> Dataset:
    return read_dataset(args.dataset, args.layout)


def _describe(args: argparse.Namespace) -> None:
    dataset = _dataset(args)
    print(as_text(describe(dataset)))
    print(datasets.card(dataset.layout))


def _targets(args: argparse.Namespace) -> None:
    dataset = _dataset(args)
    targets = auxiliary.read_faces(dataset, args.landmarker, args.threads)
    auxiliary.save(args.out, targets)
    sure = float((targets.trust > 0.5).mean())
    print(f"Wrote {args.out}: {len(dataset):,} faces, {sure:.1%} of them surely seen.")


def _evaluate(args: argparse.Namespace) -> None:
    measured = evaluate(args.weights, _dataset(args), args.threads, args.split)
    print(json.dumps(measured) if args.json else as_table(measured))


def _export(args: argparse.Namespace) -> None:
    checkpoint, dataset = checkpoints.load(args.checkpoint), _dataset(args)
    sha256 = export(checkpoint, dataset, args.weights, args.name, args.rare)
    print(f"Wrote {args.weights}, SHA-256 {sha256}. Run `card` next: its figures are of other weights now.")


def _explain(args: argparse.Namespace) -> None:
    print(json.dumps(deletion_report(args.weights, _dataset(args), faces=args.faces), indent=1))


def _audit(args: argparse.Namespace) -> None:
    result = audit(args.images, args.weights, args.threads, args.reader)
    if args.out:
        args.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(result) if args.json else as_audit_table(result))


def _experiments(args: argparse.Namespace) -> None:
    dataset = _dataset(args)
    found = experiments.run(args.plan, args.results, dataset, auxiliary.read(args.targets, dataset), args.threads)
    for row in (*found["ablation"], *found["sizes"]):
        print(f"{row['name']:<32}{row['accuracy']:.4f}  recall {row['macro_recall']:.4f}  {row['minutes']} min")


def _card(args: argparse.Namespace) -> None:
    path = args.weights.with_name(card.FILE_NAME)
    card.write(path, args.weights, _dataset(args), args.threads)
    print(f"Wrote {path}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis.training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    training = commands.add_parser("train", help="learn from a dataset's Training rows")
    training.add_argument("--config", type=Path, default=DEFAULT_RECIPE, help="a recipe in TOML")
    training.add_argument("--targets", type=Path, help="the auxiliary task's targets, from `targets`")
    training.add_argument("--out", type=Path, default=DEFAULT_OUT, help="folder for checkpoint, log and curves")
    training.add_argument("--resume", action="store_true", help="go on after the newest checkpoint in --out")
    training.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    training.add_argument("--compile", action="store_true", help="through torch.compile: needs a C++ compiler")
    training.set_defaults(command=_train)

    describing = commands.add_parser("describe", help="what a dataset holds: counts, copies, terms, known faults")
    describing.set_defaults(command=_describe)

    reading = commands.add_parser("targets", help="read blendshapes off every image, for the auxiliary task")
    reading.add_argument("--landmarker", type=Path, required=True, help="face_landmarker.task")
    reading.add_argument("--out", type=Path, required=True, help="the NPZ to write")
    reading.set_defaults(command=_targets)

    measuring = commands.add_parser("evaluate", help="measure weights on PublicTest or all rows")
    measuring.add_argument("--split", type=int, help="rows of this split alone: 0 Training, 1 PublicTest")
    measuring.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    measuring.set_defaults(command=_evaluate)

    explaining = commands.add_parser("explain", help="the deletion test: does hiding the top region matter most?")
    explaining.add_argument("--faces", type=int, default=500, help="images, drawn by chance")
    explaining.set_defaults(command=_explain)

    exporting = commands.add_parser("export", help="turn a checkpoint into shipped weights")
    exporting.add_argument("--checkpoint", type=Path, default=DEFAULT_OUT / checkpoints.NEWEST)
    exporting.add_argument("--name", default=DEFAULT_NAME, help="name of the weights, shown with every run")
    exporting.add_argument("--rare", type=float, default=0.0, metavar="PART", help="favour rare expressions, 0 to 1")
    exporting.set_defaults(command=_export)

    auditing = commands.add_parser("audit", help="what the product says about groups of people, side by side")
    auditing.add_argument("--images", type=Path, required=True, help="a folder, .tar or .zip of images with groups")
    auditing.add_argument("--reader", choices=("auto", *READERS), default="auto", help="how groups are recorded")
    auditing.add_argument("--out", type=Path, help="also write the result as JSON to this file")
    auditing.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    auditing.add_argument("--threads", type=int, default=2, help="CPU threads")
    auditing.set_defaults(command=_audit)

    trying = commands.add_parser("experiments", help="short trainings: what each part of the recipe is worth")
    trying.add_argument("--plan", type=Path, default=experiments.DEFAULT_PLAN, help="what to try, in TOML")
    trying.add_argument("--results", type=Path, default=experiments.RESULTS, help="the JSON to fill")
    trying.add_argument("--targets", type=Path, required=True, help="the auxiliary task's targets, from `targets`")
    trying.set_defaults(command=_experiments)

    documenting = commands.add_parser("card", help="measure the weights and write their model card")
    documenting.set_defaults(command=_card)

    for command in (describing, training, reading, measuring, explaining, exporting, trying, documenting):
        command.add_argument("--dataset", type=Path, required=True, help="labeled face crops, in a published layout")
        command.add_argument("--layout", choices=(AUTO, *BY_NAME), default=AUTO, help="how it is laid out")
        command.add_argument("--threads", type=int, default=2, help="CPU threads")
    for command in (measuring, explaining, exporting, auditing, documenting):
        command.add_argument("--weights", type=Path, default=SHIPPED, help="a .safetensors file")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Returns 0, or 2 with one sentence on stderr for a file that cannot be used."""
    args = _parser().parse_args(arguments)
    try:
        args.command(args)
    except (BadDataset, BadImages, BadRecipe, BadCheckpoint, BadWeights, card.BadFigures) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    end_in_order()
    sys.exit(main())
