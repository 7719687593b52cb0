"""The model card next to the weights, written from measurements and never by hand.

Mitchell et al. 2019, "Model cards for model reporting".
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from string import Template
from typing import Any

from analysis.expression.inference import ExpressionClassifier
from analysis.expression.weights_file import WeightsInfo, read
from analysis.training import tables
from analysis.training.datasets import Dataset
from analysis.training.evaluate import evaluate, rows_to_measure
from analysis.training.experiments import RESULTS
from analysis.training.fairness_section import fairness_section
from analysis.training.robustness import robustness

FILE_NAME = "MODEL_CARD.md"
#: All figures of the card, machine-readable; next to it, as are its figure and the audit that it quotes.
FIGURES_NAME = "measured.json"
CURVES_NAME = "calibration.svg"
FAIRNESS_NAME = "fairness.json"

_WIDTH = 118
_TEMPLATE = Path(__file__).parent / "model_card.md.template"


class BadFigures(Exception):
    """A file of figures cannot be used; `str(error)` is one sentence that names it."""


def write(
    path: Path,
    weights: Path,
    dataset: Dataset,
    threads: int = 2,
    tried: Path = RESULTS,
    measured_on: date | None = None,
) -> None:
    """Measures `weights` on `dataset` and writes their card to `path`, with curves and figures next to it.

    The trials in the file `tried`, and the audit in fairness.json next to `path`, are quoted where available. Raises
    BadWeights, BadDataset and BadFigures, and then writes nothing.
    """
    draw = _drawing()
    _, info = read(weights)
    trials, audit = read_figures(tried), read_figures(path.with_name(FAIRNESS_NAME))
    classifier = ExpressionClassifier.from_file(weights, threads)
    rows = rows_to_measure(dataset)
    figures: dict[str, Any] = {
        "weights_sha256": classifier.weights_sha256,
        "dataset_sha256": dataset.sha256,
        "measured_on": (measured_on or datetime.now(UTC).date()).isoformat(),
        "measured": evaluate(weights, dataset, threads),
        "robustness": robustness(classifier, rows.images, rows.labels),
    }
    try:
        card = render(info, figures, trials, audit)
    except (KeyError, ValueError, TypeError) as error:
        raise BadFigures(f"The card {path} cannot be written: a figure is missing or no figure: {error}.") from error
    path.write_text(card, encoding="utf-8")
    path.with_name(FIGURES_NAME).write_text(json.dumps(figures, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    draw(figures["measured"], path.with_name(CURVES_NAME))


def _drawing() -> Callable[[Mapping[str, Any], Path], None]:
    # Imported only here: an installation without the developer requirements still trains, exports and evaluates.
    try:
        from analysis.training.plots import draw_calibration
    except ModuleNotFoundError as error:
        raise BadFigures(f"The card needs {error.name}, which requirements-dev.txt installs.") from error
    return draw_calibration


def read_figures(path: Path) -> dict[str, Any] | None:
    """The JSON object in `path`, or None if there is no such file. Raises BadFigures."""
    try:
        figures = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise BadFigures(f"The figures in {path} cannot be read: {error}.") from error
    if not isinstance(figures, dict):
        raise BadFigures(f"The figures in {path} cannot be read: they are no JSON object.")
    return figures


def render(
    info: WeightsInfo,
    figures: Mapping[str, Any],
    trials: Mapping[str, Any] | None,
    audit: Mapping[str, Any] | None,
) -> str:
    """The card's text; a missing figure raises KeyError rather than leaving a hole.

    figures: what `write` stores in measured.json. trials: of `experiments`. audit: of fairness.json.
    """
    measured = figures["measured"]
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        {
            "name": info.name,
            "sha256": figures["weights_sha256"],
            "tensors_sha256": info.tensors_sha256,
            "training_sha256": info.training_sha256,
            "measured_on": figures["measured_on"],
            "measured_on_sha256": figures["dataset_sha256"],
            "robustness": tables.robustness_table(figures["robustness"]),
            "experiments": _trials(trials),
            "fairness": fairness_section(audit, figures["weights_sha256"]),
            "calibration": _calibration(info),
            **_training(info.training),
            **_headline(measured),
            **_confidence(measured),
        }
    )


def _headline(measured: Mapping[str, Any]) -> dict[str, str]:
    ends = measured["intervals"]
    return {
        "n": f"{measured['n']:,}",
        "accuracy": tables.share_between(measured["accuracy"], ends["accuracy"]),
        "macro_recall": tables.plain_between(measured["macro_recall"], ends["macro_recall"]),
        "ece": tables.plain_between(measured["ece"], ends["ece"]),
        "ferplus_n": f"{measured['ferplus_n']:,}",
        "ferplus_accuracy": tables.share_between(measured["ferplus_accuracy"], ends["ferplus_accuracy"]),
        "nll": f"{measured['nll']:.3f}",
        "brier": f"{measured['brier']:.3f}",
        "params": f"{measured['params']:,}",
        "megabytes": f"{measured['weights_bytes'] / 1e6:.1f}",
        "ms_per_face": f"{measured['ms_per_face']:.2f}",
        "recalls": tables.recall_table(measured),
        "confusion": tables.confusion_table(measured["confusion"]),
    }


def _confidence(measured: Mapping[str, Any]) -> dict[str, str]:
    return {
        "curves": CURVES_NAME,
        "coverage": tables.coverage_table(measured["coverage"]),
        "abstention": _abstention(measured["abstention"]),
    }


def _abstention(ours: Mapping[str, Any]) -> str:
    if ours["threshold"] == 0:
        return "This model has no threshold below which it is unsure: it always answers."
    right = tables.share_between(ours["accuracy"], (ours["low"], ours["high"]))
    return textwrap.fill(
        f'Below a probability of {ours["threshold"]:.3f} for the likeliest expression the answer is "not sure". The '
        "bound was fitted on held-out Training images. Of the measured images it answers for "
        f"{tables.share(ours['coverage'])}, and is right in {right} of these. In a recording the same bound is put "
        "to probabilities smoothed over time: neighbouring frames must pass it on average and agree, and which part "
        "is answered depends on the recording.",
        _WIDTH,
    )


def _training(training: Mapping[str, Any]) -> dict[str, str]:
    """From the weights' own record of their training, whose every value is shown, whether named here or not."""
    around = {name: value for name, value in training.items() if name != "config"}
    return {
        "trained_on_sha256": training["dataset_sha256"],
        "stages": _stages(training),
        "more_data": _more_data(training),
        "recipe": tables.settings_table(training["config"]),
        "circumstances": tables.settings_table(around),
    }


def _stages(training: Mapping[str, Any]) -> str:
    """How long it took: in one stage, or in two."""
    took = f"{training['epochs_done']} epochs in {training['seconds'] / 60:,.0f} minutes"
    first = training.get("first_stage")
    if first is None:
        return took
    before = f"{first['epochs_done']} epochs in {first['seconds'] / 60:,.0f} minutes"
    return f"{before} by `analysis/training/first_stage.toml`, then {took}"


def _calibration(info: WeightsInfo) -> str:
    text = (
        f'Temperature ({info.temperature:.3f}) and the bound below which the answer is "not sure" were fitted on the '
        "part of Training that was held out of learning; copies of one image are never on both sides, and PublicTest "
        "was not used for that."
    )
    training: Mapping[str, Any] = info.training
    if rare := training.get("rare"):
        text += (
            f" {rare:.0%} of the logarithm of each expression's frequency was taken off its logit: more of the rare "
            "expressions are found than FER-2013's frequencies alone would suggest, and more of the others are named "
            "after them. How much was chosen on PublicTest."
        )
    return textwrap.fill(text, _WIDTH)


def _more_data(training: Mapping[str, Any]) -> str:
    """Sentences that apply only to some trainings."""
    lines: list[str] = []
    if "dropped_duplicates" in training:
        lines.append(
            f"- {training['dropped_duplicates']:,} Training images are copies, or nearly, of an image that is "
            "measured on. They were found by comparing pixels and kept out of training."
        )
    if training.get("auxiliary_sha256"):
        lines.append(
            "- A second task, for training only: blendshape coefficients that MediaPipe's Face Landmarker (Google, "
            "Apache-2.0) reads off the same Training images."
        )
    return "".join("\n" + textwrap.fill(line, _WIDTH, subsequent_indent="  ") for line in lines)


_SIZES = (
    "Networks of several sizes, trained alike. Times are of one core, one after another. Twice the widths cost more "
    "time than they bring after so few epochs; over the long training the larger one was chosen, because it stays "
    "well below the 4 ms that a face may take."
)


def _trials(trials: Mapping[str, Any] | None) -> str:
    if trials is None:
        return "Not recorded for these weights."
    parts = [textwrap.fill(trials["setting"], _WIDTH)]
    if trials["ablation"]:
        parts.append(tables.ablation_table(trials["ablation"]))
    if trials["sizes"]:
        parts += [textwrap.fill(_SIZES, _WIDTH), tables.sizes_table(trials["sizes"])]
    return "\n\n".join(parts)
