"""The fairness audit: images with groups in, shares with intervals and comparisons out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analysis.expression.inference import ExpressionClassifier
from analysis.fairness.intervals import CONFIDENCE
from analysis.fairness.readers import read_groups
from analysis.fairness.sentences import notes
from analysis.fairness.stills import Stills
from analysis.fairness.storage import BadImages, opened_store
from analysis.fairness.tally import MIN_N, Tallies
from analysis.text import plain

#: The version of the result's shape.
SCHEMA = 1


def audit(
    source: Path,
    weights: Path,
    threads: int = 2,
    reader: str = "auto",
    report: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """How the product treats each group of the images in `source`, as one JSON object.

    source: a folder, .tar, .tar.gz or .zip. reader: "auto" or one of `readers.READERS`. `report(done, total)`
    counts images; whatever it raises ends the audit. The same images and weights give the same object except for
    `made_at`. Raises BadImages and BadWeights, each with one sentence.
    """
    classifier = ExpressionClassifier.from_file(weights, threads)
    with opened_store(source) as store:
        grouped = read_groups(store, reader)
        stills = Stills(store, classifier, threads)
        tallies = Tallies(grouped.dimensions, stills.answers(grouped.images, report or _nobody))
        images = len(grouped.images) - stills.unreadable
        if images == 0:
            raise BadImages(f"None of the {len(grouped.images):,} images in {source} can be read.")
        dataset = {
            "name": _name(source),
            "reader": grouped.reader,
            "images": images,
            "unreadable": stills.unreadable,
            "without_group": grouped.without_group,
            "sha256": store.sha256,
        }
    comparisons, pairs = tallies.comparisons()
    return {
        "schema": SCHEMA,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "weights_name": classifier.name,
        "weights_sha256": classifier.weights_sha256,
        "dataset": dataset,
        "labelled": tallies.labelled,
        "confidence": CONFIDENCE,
        "abstain_below": classifier.abstain_below,
        "min_n": MIN_N,
        "dimensions": {name: tallies.values(name) for name in grouped.dimensions},
        "groups": tallies.groups(),
        "comparisons": comparisons,
        "notes": notes(grouped.notes, dataset, tallies.labelled, stills.too_small, comparisons, pairs),
    }


def _name(source: Path) -> str:
    name = plain(source.resolve().name)
    endings: Mapping[str, int] = {ending: len(ending) for ending in (".tar.gz", ".tgz", ".tar", ".zip")}
    return next((name[:-length] for ending, length in endings.items() if name.lower().endswith(ending)), name)


def _nobody(done: int, total: int) -> None:
    """Default `report`: ignores progress."""
