"""FER-2013 (Goodfellow et al. 2013): the original CSV, the challenge's later CSV, and folders of pictures."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from analysis.expression.preprocessing import CROP_PX
from analysis.training.datasets.dataset import PRIVATE_TEST, PUBLIC_TEST, TRAINING, BadDataset, Dataset
from analysis.training.datasets.files import grey_crop, open_picture, pictures_in, table, whole_number
from analysis.training.datasets.gathering import CONTEMPT, LABEL_OF_NAME, Gathering
from analysis.types import EXPRESSIONS

#: The second is the challenge's later release: different column order, spaces in column names.
CSV_NAMES = ("fer2013.csv", "icml_face_data.csv")
COLUMNS = ("emotion", "pixels")
CSV_LAYOUT, FOLDERS_LAYOUT = "fer2013-csv", "fer2013-folders"

SPLIT_OF_USAGE = {"Training": TRAINING, "PublicTest": PUBLIC_TEST, "PrivateTest": PRIVATE_TEST}

#: A `test` folder holds PublicTest and PrivateTest together in the known releases: where a file's name does not say
#: which (Training_…, PublicTest_…, PrivateTest_…), it is kept as PrivateTest, excluded from training and measuring.
_SPLIT_OF_FOLDER = {
    **{"train": TRAINING, "training": TRAINING},
    **{"publictest": PUBLIC_TEST, "validation": PUBLIC_TEST, "valid": PUBLIC_TEST, "val": PUBLIC_TEST},
    **{"privatetest": PRIVATE_TEST, "test": PRIVATE_TEST},
}
_ALL, _ALL_TRAINING = 35_887, 28_709


def csv_in(path: Path) -> Path | None:
    """The CSV file itself, or the one inside a folder."""
    if path.is_dir():
        return next((path / name for name in CSV_NAMES if (path / name).is_file()), None)
    return path


def read_csv(path: Path) -> Dataset:
    """Every row; `emotion` 0..6 is already in our order. Raises BadDataset with file and line."""
    found, gathered = csv_in(path), Gathering()
    if found is None:
        raise BadDataset(f"The folder {path} has no {' or '.join(CSV_NAMES)}.")
    for image, label, split in csv_rows(found):
        gathered.add(image, label, split)
    return gathered.dataset(found, CSV_LAYOUT)


def csv_rows(path: Path) -> Iterator[tuple[NDArray[np.uint8], int, int | None]]:
    """Image, label and split (None without a column `Usage`) of each row, in file order."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # how numpy reports characters that are not numbers
        for line, row in tqdm(table(path, COLUMNS), desc=path.name, leave=False, disable=None):
            label = whole_number(row["emotion"], len(EXPRESSIONS) - 1, path, line, "emotion")
            yield _pixels(row["pixels"], path, line), label, _split(row.get("Usage"), path, line)


def _pixels(text: str, path: Path, line: int) -> NDArray[np.uint8]:
    try:
        values = np.fromstring(text, dtype=np.int64, sep=" ")
    except (ValueError, DeprecationWarning):
        values = np.empty(0, dtype=np.int64)
    if len(values) != CROP_PX**2 or values.min() < 0 or values.max() > 255:
        raise BadDataset(f"Line {line} of {path} does not have {CROP_PX**2} pixels of 0 to 255.")
    return values.astype(np.uint8).reshape(CROP_PX, CROP_PX)


def _split(usage: str | None, path: Path, line: int) -> int | None:
    if usage is None:
        return None
    if usage not in SPLIT_OF_USAGE:
        raise BadDataset(f"Line {line} of {path} has the Usage {usage!r}, not one of {', '.join(SPLIT_OF_USAGE)}.")
    return SPLIT_OF_USAGE[usage]


def splits_in(path: Path) -> dict[Path, int]:
    """Folders of splits that hold folders of classes, such as train/angry."""
    found = {}
    for folder in sorted(path.iterdir()) if path.is_dir() else []:
        split = _SPLIT_OF_FOLDER.get(folder.name.lower())
        if split is not None and folder.is_dir() and any(classes_in(folder)):
            found[folder] = split
    return found


def classes_in(folder: Path) -> list[Path]:
    """Subfolders named like an expression (or contempt)."""
    known = {*LABEL_OF_NAME, "contempt"}
    return [inner for inner in sorted(folder.iterdir()) if inner.is_dir() and inner.name.lower() in known]


def read_folders(path: Path) -> Dataset:
    """train/angry/*.jpg and the like. Raises BadDataset for a damaged picture, or splits that are not FER-2013's."""
    gathered = Gathering()
    for folder, split in splits_in(path).items():
        for inner in classes_in(folder):
            _add_class(gathered, inner, split)
    dataset = gathered.dataset(path, FOLDERS_LAYOUT)
    if len(dataset) == _ALL and dataset.split is not None and (dataset.split == TRAINING).sum() != _ALL_TRAINING:
        raise BadDataset(
            f"The folders in {path} are FER-2013 with a new split, so that its test pictures would be trained on: "
            f"read its original CSV instead."
        )
    return dataset


def _add_class(gathered: Gathering, folder: Path, split: int) -> None:
    label = LABEL_OF_NAME.get(folder.name.lower())
    for picture in tqdm(pictures_in(folder), desc=f"{folder.parent.name}/{folder.name}", leave=False, disable=None):
        if label is None:
            gathered.drop(CONTEMPT)
        else:
            crop = grey_crop(open_picture(picture))
            gathered.add(crop, label, SPLIT_OF_USAGE.get(picture.name.split("_")[0], split))
