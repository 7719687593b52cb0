"""CK+ (Lucey et al. 2010): cohn-kanade-images with Emotion and Landmarks, and the folder CK+48 made from it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from analysis.training.datasets.dataset import BadDataset, Dataset
from analysis.training.datasets.fer2013 import classes_in
from analysis.training.datasets.files import folder_named, grey_crop, open_picture, pictures_in
from analysis.training.datasets.gathering import CONTEMPT, LABEL_OF_NAME, Gathering
from analysis.training.datasets.uncropped import NO_FACE, FaceCropper, crop_at
from analysis.types import EXPRESSIONS

LAYOUT, CK48_LAYOUT = "ck+", "ck+48"

#: Frames of each labeled sequence that count as its expression, as in CK+48; its first frame is neutral.
LAST_FRAMES = 3

#: 1 anger, 2 contempt, 3 disgust, 4 fear, 5 happy, 6 sadness, 7 surprise.
_LABELS = {1: 0, 3: 1, 4: 2, 5: 3, 6: 4, 7: 5}
_CONTEMPT = 2
_NEUTRAL = EXPRESSIONS.index("neutral")

#: Person, sequence, frame: S010_004_00000017.png.
_FRAME = re.compile(r"^S\d+_\d+_\d+\.", re.IGNORECASE)

#: Rows of the 68 landmarks: both eyes' outlines, the tip of the nose, the corners of the mouth.
_LANDMARKS = 68
_LEFT_EYE, _RIGHT_EYE, _NOSE, _MOUTH = slice(36, 42), slice(42, 48), 30, (48, 54)


def folders_in(path: Path) -> tuple[Path, Path] | None:
    """The folders of images and of emotions."""
    images = folder_named(path, "cohn-kanade-images")
    emotions = folder_named(path, "emotion", "emotion_labels")
    return (images, emotions) if images and emotions else None


def read(path: Path) -> Dataset:
    """Labeled sequences: the first frame as neutral, the last three as the label. Raises BadDataset.

    Cropped at the published landmarks if there is a folder Landmarks, otherwise where our detector finds the face.
    Contempt is left out, and counted; sequences without a label (266 of 593 as published) are not read.
    """
    found = folders_in(path)
    if found is None:
        raise BadDataset(f"The folder {path} does not have both cohn-kanade-images and Emotion.")
    images, emotions = found
    faces, gathered = _Faces(folder_named(path, "landmarks")), Gathering()
    for annotation in tqdm(sorted(emotions.glob("*/*/*_emotion.txt")), desc=path.name, leave=False, disable=None):
        frames = _frames(images / annotation.parent.relative_to(emotions), annotation)
        code = _code(annotation)
        _add(gathered, faces, frames[:1], _NEUTRAL)
        if code == _CONTEMPT:
            for _ in frames[1:][-LAST_FRAMES:]:
                gathered.drop(CONTEMPT)
        else:
            _add(gathered, faces, frames[1:][-LAST_FRAMES:], _LABELS[code])
    return gathered.dataset(path, LAYOUT)


class _Faces:
    """Crops frames at the published landmarks, or where the detector finds a face."""

    def __init__(self, landmarks: Path | None) -> None:
        self._landmarks = landmarks
        self._cropper = FaceCropper()

    def crop(self, frame: Path) -> NDArray[np.uint8] | None:
        picture = open_picture(frame)
        if self._landmarks is None:
            return self._cropper.crop(picture)
        sequence = frame.parent.relative_to(frame.parents[2])
        return crop_at(picture, _points(self._landmarks / sequence / f"{frame.stem}_landmarks.txt", picture))


def _add(gathered: Gathering, faces: _Faces, frames: list[Path], label: int) -> None:
    for frame in frames:
        crop = faces.crop(frame)
        if crop is None:
            gathered.drop(NO_FACE)
        else:
            gathered.add(crop, label)


def _frames(folder: Path, annotation: Path) -> list[Path]:
    frames = pictures_in(folder) if folder.is_dir() else []
    peak = annotation.name.removesuffix("_emotion.txt")
    if peak not in {frame.stem for frame in frames}:
        raise BadDataset(f"The annotation {annotation} has no picture {folder / peak}.png.")
    return frames


def _code(annotation: Path) -> int:
    """The file holds one number, written as 3.0000000e+00."""
    try:
        code = float(annotation.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise BadDataset(f"The annotation {annotation} is damaged or not one number.") from error
    if code not in {*_LABELS, _CONTEMPT}:
        raise BadDataset(f"The annotation {annotation} has the emotion {code:g}, not one of 1 to 7.")
    return int(code)


def _points(path: Path, picture: Image.Image) -> NDArray[np.float32]:
    """(5, 2) from the 68 published landmarks."""
    try:
        numbers = np.array(path.read_text(encoding="ascii").split(), dtype=np.float32)
    except FileNotFoundError as error:
        raise BadDataset(f"The landmarks {path} are missing.") from error
    except (OSError, ValueError) as error:
        raise BadDataset(f"The landmarks {path} are damaged or not numbers.") from error
    inside = np.isfinite(numbers).all() and (np.abs(numbers) < 2 * max(picture.size)).all()
    if len(numbers) != 2 * _LANDMARKS or not inside:
        raise BadDataset(f"The landmarks {path} are not {_LANDMARKS} points of their picture.")
    points = numbers.reshape(-1, 2)
    eyes = [points[_LEFT_EYE].mean(axis=0), points[_RIGHT_EYE].mean(axis=0)]
    return np.stack([*eyes, points[_NOSE], *points[list(_MOUTH)]])


def is_ck48(path: Path) -> bool:
    """Folders of classes, without splits, whose pictures are named like CK+ frames."""
    folders = classes_in(path) if path.is_dir() else []
    return any(_FRAME.match(picture.name) for folder in folders for picture in pictures_in(folder))


def read_ck48(path: Path) -> Dataset:
    """anger/S010_004_00000017.png and the like, cropped to 48 x 48 by its maker. Raises BadDataset."""
    gathered = Gathering()
    for folder in classes_in(path):
        label = LABEL_OF_NAME.get(folder.name.lower())
        for picture in pictures_in(folder):
            if label is None:
                gathered.drop(CONTEMPT)
            else:
                gathered.add(grey_crop(open_picture(picture)), label)
    return gathered.dataset(path, CK48_LAYOUT)
