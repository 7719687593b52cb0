"""FER+ (Barsoum et al. 2016): fer2013new.csv, ten taggers' votes, next to FER-2013's CSV or its pictures."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path

import numpy as np

from analysis.training.datasets import fer2013
from analysis.training.datasets.dataset import VOTE_COLUMNS, BadDataset, Dataset
from analysis.training.datasets.files import grey_crop, open_picture, table, whole_number
from analysis.training.datasets.gathering import Gathering
from analysis.training.datasets.targets import EXPRESSION_OF_VOTE

LAYOUT = "ferplus"
CSV_NAME = "fer2013new.csv"
VOTES = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")
COLUMNS = ("Usage", "Image name", *VOTES)

#: Folders that FER+'s own script writes, one for each Usage.
FOLDERS = {"Training": "FER2013Train", "PublicTest": "FER2013Valid", "PrivateTest": "FER2013Test"}

NO_FACE = "dropped by FER+ as no face"
NO_MAJORITY = "voted contempt, unknown or no face most often"
_MOST_VOTES = 10


def read(path: Path) -> Dataset:
    """A folder with fer2013new.csv, or that file: FER-2013's labels with votes if its CSV is next to it.

    Without that CSV, the pictures in FER2013Train, FER2013Valid and FER2013Test are read, and the label is the one
    that most taggers chose. Raises BadDataset with file and line.
    """
    votes = path / CSV_NAME if path.is_dir() else path
    original = fer2013.csv_in(votes.parent)
    return _joined(votes, original) if original else _from_pictures(votes)


def _joined(votes: Path, original: Path) -> Dataset:
    """Row by row, as published: both files have the same order. Pictures that FER+ dropped keep their label."""
    gathered = Gathering()
    for tagged, row in zip_longest(table(votes, COLUMNS), fer2013.csv_rows(original)):
        if tagged is None or row is None:
            shorter, longer = (votes, original) if tagged is None else (original, votes)
            raise BadDataset(f"The table {shorter} has fewer rows than {longer}, so they cannot be joined.")
        (line, cells), (image, label, split) = tagged, row
        if split is not None and fer2013.SPLIT_OF_USAGE.get(cells["Usage"]) != split:
            raise BadDataset(f"Line {line} of {votes} has another Usage than the same row of {original}.")
        counts = _votes(cells, votes, line) if cells["Image name"] else [0] * VOTE_COLUMNS
        gathered.add(image, label, _split(cells, votes, line), counts)
    return gathered.dataset(votes, LAYOUT)


def _from_pictures(votes: Path) -> Dataset:
    gathered = Gathering()
    for line, cells in table(votes, COLUMNS):
        if not cells["Image name"]:
            gathered.drop(NO_FACE)
            continue
        split, counts = _split(cells, votes, line), _votes(cells, votes, line)
        picture = votes.parent / FOLDERS[cells["Usage"]] / cells["Image name"]
        most = int(np.argmax(counts))
        if most >= len(EXPRESSION_OF_VOTE):
            gathered.drop(NO_MAJORITY)
        else:
            gathered.add(grey_crop(open_picture(picture)), int(EXPRESSION_OF_VOTE[most]), split, counts)
    return gathered.dataset(votes, LAYOUT)


def _split(cells: dict[str, str], path: Path, line: int) -> int:
    if cells["Usage"] not in FOLDERS:
        raise BadDataset(f"Line {line} of {path} has the Usage {cells['Usage']!r}, not one of {', '.join(FOLDERS)}.")
    return fer2013.SPLIT_OF_USAGE[cells["Usage"]]


def _votes(cells: dict[str, str], path: Path, line: int) -> list[int]:
    return [whole_number(cells[name], _MOST_VOTES, path, line, f"votes for {name}") for name in VOTES]
