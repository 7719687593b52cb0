"""Our own NPZ format: images, labels and, if available, split and ferplus_votes."""

from __future__ import annotations

import zipfile
from collections.abc import Container
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.training.datasets.dataset import BadDataset, Dataset
from analysis.training.datasets.files import sha256_of

LAYOUT = "npz"


def read_npz(path: Path) -> Dataset:
    """The whole file, in memory. Raises BadDataset."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            _require(("images", "labels"), arrays, path)
            return Dataset(
                images=arrays["images"],
                labels=_whole_numbers(arrays["labels"]),
                split=_whole_numbers(arrays["split"]) if "split" in arrays else None,
                votes=arrays.get("ferplus_votes"),
                source=str(path),
                sha256=sha256_of(path),
                layout=LAYOUT,
            )
    except FileNotFoundError as error:
        raise BadDataset(f"There is no dataset at {path}.") from error
    except (OSError, EOFError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise BadDataset(f"The dataset {path} is damaged or not an NPZ of ours: {error}.") from error


def _require(names: tuple[str, ...], arrays: Container[str], path: Path) -> None:
    for name in names:
        if name not in arrays:
            raise BadDataset(f"The dataset {path} has no array {name!r}.")


def _whole_numbers(values: NDArray[np.integer]) -> NDArray[np.int64]:
    if not np.issubdtype(values.dtype, np.integer):
        raise ValueError(f"labels and split must be whole numbers, not {values.dtype}")
    return values.astype(np.int64)
