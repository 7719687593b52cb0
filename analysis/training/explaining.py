"""The deletion test: does hiding the region that an explanation names first cost more than hiding another one?

After Petsiuk et al. 2018, "RISE: randomized input sampling for explanation of black-box models", by regions instead
of pixels. FER-2013's crops are looser than the aligned ones of the product, for which the regions were drawn.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from analysis.expression import weights_file
from analysis.expression.calibration import probabilities
from analysis.expression.explanation import Explainer, region_masks, top_regions
from analysis.expression.network import Mirrored
from analysis.expression.preprocessing import normalise
from analysis.training.datasets import Dataset
from analysis.training.evaluate import rows_to_measure
from analysis.training.intervals import SEED, resampled_sums
from analysis.types import EXPRESSIONS, REGIONS

_BATCH = 64
_FILL_BLUR_PX = 8.0
_EDGE_PX = 1.0


def deletion_report(weights: Path, dataset: Dataset, *, faces: int = 500, seed: int = SEED) -> dict[str, Any]:
    """The deletion test on `faces` random PublicTest images, or on random rows of a dataset without splits.

    The label explained is the one that the model gave. Each face has its top region hidden, and one of the other
    four; once filled with the face's own blur and once with its mean gray, so that no explanation is favored by the
    fill. Returns n, tensors_sha256; for each of `fills` top_fall and other_fall (means of the drop in the label's
    probability) and top_more (the share of faces where the top region's drop is greater), each with a bootstrap 95 %
    interval; and in top_regions, for each label, how often each region came first. Raises BadWeights.
    """
    network, info = weights_file.read(weights)
    images = rows_to_measure(dataset).images
    crops = images[np.sort(np.random.default_rng(seed).permutation(len(images))[:faces])]
    asked = _Asked(Mirrored(network), info.temperature, crops)
    top = top_regions(Explainer(asked.network).attributions(crops, asked.labels))
    # One of the other four, all of about the same area.
    other = (top + np.random.default_rng(seed + 1).integers(1, len(REGIONS), len(top))) % len(REGIONS)
    return {
        "n": len(crops),
        "tensors_sha256": info.tensors_sha256,
        "fills": {fill: _figures(asked.falls(top, fill), asked.falls(other, fill)) for fill in ("blur", "grey")},
        "top_regions": _counted(asked.labels, top),
    }


class _Asked:
    """Crops (N, 48, 48), and what a model says about them."""

    def __init__(self, network: nn.Module, temperature: float, crops: NDArray[np.uint8]) -> None:
        self.network, self._temperature, self._crops = network.eval(), temperature, crops
        before = self._probabilities(crops)
        self.labels: NDArray[np.int64] = before.argmax(axis=1)
        self._before = before.max(axis=1)

    def falls(self, regions: NDArray[np.integer], fill: str) -> NDArray[np.float64]:
        """(N,) by how much the label's probability drops with one region of each face hidden."""
        after = self._probabilities(hidden(self._crops, regions, fill))
        fallen: NDArray[np.float64] = (self._before - after[np.arange(len(after)), self.labels]).astype(np.float64)
        return fallen

    def _probabilities(self, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 48, 48) -> (N, 7)."""
        with torch.inference_mode():
            logits = [
                self.network(normalise(torch.tensor(crops[start : start + _BATCH]))).numpy()
                for start in range(0, len(crops), _BATCH)
            ]
        return probabilities(np.concatenate(logits), self._temperature)


def hidden(crops: NDArray[np.uint8], regions: NDArray[np.integer], fill: str) -> NDArray[np.uint8]:
    """(N, 48, 48) crops with one region each, an index in REGIONS, filled by `blur` or `grey`, with soft edges."""
    soft = [cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _EDGE_PX) for mask in region_masks()]
    out = np.empty_like(crops)
    for index, (crop, region) in enumerate(zip(crops, regions, strict=True)):
        instead = (
            cv2.GaussianBlur(crop, (0, 0), _FILL_BLUR_PX, borderType=cv2.BORDER_REPLICATE).astype(np.float32)
            if fill == "blur"
            else np.full(crop.shape, crop.mean(), np.float32)
        )
        out[index] = np.rint(crop * (1 - soft[region]) + instead * soft[region])
    return out


def _figures(of_top: NDArray[np.float64], of_other: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    values = {"top_fall": of_top, "other_fall": of_other, "top_more": (of_top > of_other).astype(np.float64)}
    means = resampled_sums(np.stack(list(values.values()), axis=1)) / len(of_top)
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return {
        name: {"mean": round(float(of.mean()), 4), "low": round(float(low[i]), 4), "high": round(float(high[i]), 4)}
        for i, (name, of) in enumerate(values.items())
    }


def _counted(labels: NDArray[np.integer], top: NDArray[np.integer]) -> dict[str, dict[str, int]]:
    return {
        expression: {
            region: int(np.sum((labels == label) & (top == number))) for number, region in enumerate(REGIONS)
        }
        for label, expression in enumerate(EXPRESSIONS)
    }
