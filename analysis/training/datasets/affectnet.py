"""AffectNet (Mollahosseini et al. 2017): the published lists with face boxes, and the later folders of crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tqdm import tqdm

from analysis.training.datasets.dataset import PUBLIC_TEST, TRAINING, BadDataset, Dataset
from analysis.training.datasets.files import (
    Box,
    clipped,
    folder_named,
    grey_crop,
    open_picture,
    pictures_in,
    table,
    whole_number,
)
from analysis.training.datasets.gathering import CONTEMPT, Gathering

LISTS_LAYOUT, FOLDERS_LAYOUT = "affectnet-lists", "affectnet-folders"
BOX_COLUMNS = ("face_x", "face_y", "face_width", "face_height")
COLUMNS = ("subDirectory_filePath", *BOX_COLUMNS, "expression")

#: neutral, happy, sad, surprise, fear, disgust, anger; the labels that follow are not among our expressions.
_LABELS = (6, 3, 4, 5, 2, 1, 0)
_DROPPED = (CONTEMPT, "none of the expressions", "uncertain", "no face")
_OUTSIDE = "face box outside the picture"

_LISTS = {"training.csv": TRAINING, "validation.csv": PUBLIC_TEST}
_FOLDERS = {"train_set": TRAINING, "val_set": PUBLIC_TEST, "validation_set": PUBLIC_TEST}
_IMAGES = "Manually_Annotated_Images"


def lists_in(path: Path) -> dict[Path, int]:
    """training.csv and validation.csv, in the folder or in Manually_Annotated_file_lists."""
    folders = (path, path / "Manually_Annotated_file_lists") if path.is_dir() else ()
    return {folder / name: split for folder in folders for name, split in _LISTS.items() if (folder / name).is_file()}


def read_lists(path: Path) -> Dataset:
    """Pictures from both lists, each cut to the face box published with it. Raises BadDataset."""
    images = next((found for found in _image_folders(path) if found.is_dir()), None)
    if images is None:
        raise BadDataset(f"The folder {path} has AffectNet's lists, but no {_IMAGES}.")
    gathered = Gathering()
    for listed, split in lists_in(path).items():
        for line, row in tqdm(table(listed, COLUMNS), desc=listed.name, leave=False, disable=None):
            _add(gathered, images, listed, line, row, split)
    return gathered.dataset(path, LISTS_LAYOUT)


def _image_folders(path: Path) -> tuple[Path, ...]:
    return path / _IMAGES, path / "Manually_Annotated" / _IMAGES, path / "Manually_Annotated_compressed" / _IMAGES


def _add(gathered: Gathering, images: Path, listed: Path, line: int, row: dict[str, str], split: int) -> None:
    code = whole_number(row["expression"], len(_LABELS) + len(_DROPPED) - 1, listed, line, "expression")
    if code >= len(_LABELS):
        gathered.drop(_DROPPED[code - len(_LABELS)])
        return
    picture = open_picture(images / row["subDirectory_filePath"])
    box = clipped(_box(row, listed, line), picture)
    if box is None:
        gathered.drop(_OUTSIDE)
    else:
        gathered.add(grey_crop(picture, box), _LABELS[code], split)


def _box(row: dict[str, str], listed: Path, line: int) -> Box:
    try:
        left, top, width, height = (float(row[name]) for name in BOX_COLUMNS)
    except ValueError as error:
        raise BadDataset(f"Line {line} of {listed} has a face box that is not four numbers.") from error
    return left, top, left + width, top + height


def sets_in(path: Path) -> dict[Path, int]:
    """train_set and val_set, if they have images and annotations."""
    found = {path / name: split for name, split in _FOLDERS.items()} if path.is_dir() else {}
    return {folder: split for folder, split in found.items() if folder_named(folder, "annotations")}


def read_folders(path: Path) -> Dataset:
    """images/N.jpg (already cut to the face) with annotations/N_exp.npy. Raises BadDataset."""
    gathered = Gathering()
    for folder, split in sets_in(path).items():
        images = folder / "images"
        if not images.is_dir():
            raise BadDataset(f"The folder {folder} has annotations, but no images.")
        for picture in tqdm(pictures_in(images), desc=folder.name, leave=False, disable=None):
            code = _annotation(folder / "annotations" / f"{picture.stem}_exp.npy")
            if code >= len(_LABELS):
                gathered.drop(_DROPPED[code - len(_LABELS)])
            else:
                gathered.add(grey_crop(open_picture(picture)), _LABELS[code], split)
    return gathered.dataset(path, FOLDERS_LAYOUT)


def _annotation(path: Path) -> int:
    """The file holds one number as text, such as array('1')."""
    try:
        code = int(np.load(path, allow_pickle=False).item())
    except FileNotFoundError as error:
        raise BadDataset(f"The annotation {path} is missing.") from error
    except (OSError, EOFError, ValueError, TypeError, AttributeError) as error:
        raise BadDataset(f"The annotation {path} is damaged or not one number.") from error
    if not 0 <= code < len(_LABELS) + len(_DROPPED):
        raise BadDataset(f"The annotation {path} has the expression {code}, which AffectNet does not have.")
    return code
