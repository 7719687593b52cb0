"""What an audit cannot show, and how to read what it shows: one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analysis.config import FaceConfig
from analysis.fairness.tally import MIN_N


def notes(
    of_reader: Iterable[str],
    dataset: Mapping[str, Any],
    labelled: bool,
    too_small: int,
    comparisons: Sequence[Mapping[str, Any]],
    pairs: int,
) -> list[str]:
    """The sentences that apply to one result; the others are left out."""
    return [
        *of_reader,
        *_on_images(dataset, too_small),
        *_on_labels(labelled),
        "Shares of expressions may differ because the photographs differ (who was asked to smile, who was "
        "photographed at work or at a party): this audit cannot separate the pictures from the model.",
        "Groups may differ in more than their name: one may hold more children, or more portraits, than another; the "
        "intersections show some of that.",
        "Each image is judged alone, as a single frame, with nothing followed or smoothed over time.",
        f"Intersections of fewer than {MIN_N} images are not shown, and shares of fewer are not compared.",
        *_on_comparisons(comparisons, pairs),
    ]


def _on_images(dataset: Mapping[str, Any], too_small: int) -> list[str]:
    sentences = []
    if dataset["unreadable"]:
        sentences.append(f"{dataset['unreadable']:,} images were damaged, too large or no images, and were left out.")
    if dataset["without_group"]:
        sentences.append(
            f"{dataset['without_group']:,} files were left out because their group could not be told or because "
            "they are links."
        )
    if too_small:
        sentences.append(
            f"{too_small:,} images are narrower than {FaceConfig().min_face_px} pixels, the smallest face that the "
            "product looks for: that no face was found in them says nothing about groups."
        )
    return sentences


def _on_labels(labelled: bool) -> list[str]:
    if not labelled:
        return [
            "The images have no expression labels, so nothing is said about how often an answer is right, only how "
            "often each answer is given."
        ]
    return [
        "Accuracy is the share of labeled images whose label was named, of those for which an expression was named "
        "at all: how often the model was not sure stands beside it.",
        "Labels are what someone saw in a picture, not what the person felt.",
    ]


def _on_comparisons(comparisons: Sequence[Mapping[str, Any]], pairs: int) -> list[str]:
    beside = [group for comparison in comparisons for group in comparison["groups"]]
    if not beside:
        return ["No two groups were large enough to be compared."]
    apart = sum(group["low"] > 0 or group["high"] < 0 for group in beside)
    clear = sum(group["clear"] for group in beside)
    return [
        f"Of {len(beside):,} differences {apart:,} have a 95 % interval without zero; with so many some have by "
        "chance, and more because the best group was chosen after looking.",
        f"{clear:,} are marked clear: their interval leaves out zero even with Bonferroni's correction for all "
        f"{pairs:,} pairs of groups that could have been set side by side.",
        "For an expression the best group is merely the one in which it is named most often: more is not better.",
        "The ratio to the best group is a description; it is not a test under any law.",
    ]
