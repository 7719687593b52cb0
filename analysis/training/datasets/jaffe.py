"""JAFFE (Lyons et al. 1998): photographs named KA.AN1.39.tiff after person, expression and number."""

from __future__ import annotations

import re
from pathlib import Path

from tqdm import tqdm

from analysis.training.datasets.dataset import Dataset
from analysis.training.datasets.files import open_picture, pictures_in
from analysis.training.datasets.gathering import Gathering
from analysis.training.datasets.uncropped import NO_FACE, FaceCropper

LAYOUT = "jaffe"

_LABELS = {"AN": 0, "DI": 1, "FE": 2, "HA": 3, "SA": 4, "SU": 5, "NE": 6}
_NAME = re.compile(r"^[A-Z]{2}\.(AN|DI|FE|HA|SA|SU|NE)\d*\.\d+\.", re.IGNORECASE)
_OTHER = "not named like JAFFE's pictures"


def pictures_of(path: Path) -> list[Path]:
    """Pictures in the folder itself, or in one called jaffe or jaffedbase inside it."""
    for folder in (path, path / "jaffe", path / "jaffedbase"):
        pictures = pictures_in(folder) if folder.is_dir() else []
        if any(_NAME.match(picture.name) for picture in pictures):
            return pictures
    return []


def read(path: Path) -> Dataset:
    """All photographs, cropped the way the product crops faces. Raises BadDataset for a damaged one."""
    gathered, faces = Gathering(), FaceCropper()
    for picture in tqdm(pictures_of(path), desc=path.name, leave=False, disable=None):
        named = _NAME.match(picture.name)
        if named is None:
            gathered.drop(_OTHER)
            continue
        crop = faces.crop(open_picture(picture))
        if crop is None:
            gathered.drop(NO_FACE)
        else:
            gathered.add(crop, _LABELS[named[1].upper()])
    return gathered.dataset(path, LAYOUT)
