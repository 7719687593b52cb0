"""Detects which published layout a path is in, and reads it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from analysis.training.datasets import affectnet, ckplus, fer2013, ferplus, jaffe, npz, rafdb
from analysis.training.datasets.dataset import BadDataset, Dataset

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Layout:
    """name: of `--layout`. shape: what was searched for, in words. card: the dataset card that belongs to it."""

    name: str
    shape: str
    card: str
    matches: Callable[[Path], bool]
    read: Callable[[Path], Dataset]


def _has_columns(path: Path, columns: tuple[str, ...]) -> bool:
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as opened:
            names = {name.strip() for name in opened.readline(4096).split(",")}
    except OSError:
        return False
    return set(columns) <= names


def _is_npz(path: Path) -> bool:
    return path.is_file() and path.suffix.lower() == ".npz"


def _is_ferplus(path: Path) -> bool:
    return (path / ferplus.CSV_NAME).is_file() or (path.is_file() and _has_columns(path, ferplus.COLUMNS))


def _is_fer2013_csv(path: Path) -> bool:
    found = fer2013.csv_in(path)
    return found is not None and (found.name in fer2013.CSV_NAMES or _has_columns(found, fer2013.COLUMNS))


#: In the order in which they are tried: FER+ before the FER-2013 next to it.
LAYOUTS = (
    Layout(npz.LAYOUT, "an NPZ file", "fer2013", _is_npz, npz.read_npz),
    Layout(ferplus.LAYOUT, f"FER+'s {ferplus.CSV_NAME}", "ferplus", _is_ferplus, ferplus.read),
    Layout(
        fer2013.CSV_LAYOUT,
        f"FER-2013's {' or '.join(fer2013.CSV_NAMES)}",
        "fer2013",
        _is_fer2013_csv,
        fer2013.read_csv,
    ),
    Layout(
        affectnet.LISTS_LAYOUT,
        "AffectNet's training.csv and validation.csv",
        "affectnet",
        lambda path: bool(affectnet.lists_in(path)),
        affectnet.read_lists,
    ),
    Layout(
        affectnet.FOLDERS_LAYOUT,
        "AffectNet's train_set/annotations",
        "affectnet",
        lambda path: bool(affectnet.sets_in(path)),
        affectnet.read_folders,
    ),
    Layout(
        rafdb.LAYOUT,
        "RAF-DB's EmoLabel/list_patition_label.txt",
        "raf-db",
        lambda path: rafdb.list_in(path) is not None,
        rafdb.read,
    ),
    Layout(
        ckplus.LAYOUT,
        "CK+'s cohn-kanade-images with Emotion",
        "ck-plus",
        lambda path: ckplus.folders_in(path) is not None,
        ckplus.read,
    ),
    Layout(
        fer2013.FOLDERS_LAYOUT,
        "folders such as train/angry",
        "fer2013",
        lambda path: bool(fer2013.splits_in(path)),
        fer2013.read_folders,
    ),
    Layout(ckplus.CK48_LAYOUT, "CK+48's anger/S010_004_00000017.png", "ck-plus", ckplus.is_ck48, ckplus.read_ck48),
    Layout(
        jaffe.LAYOUT,
        "JAFFE's KA.AN1.39.tiff",
        "jaffe",
        lambda path: bool(jaffe.pictures_of(path)),
        jaffe.read,
    ),
)
BY_NAME = {layout.name: layout for layout in LAYOUTS}


def read_dataset(path: Path, layout: str = AUTO) -> Dataset:
    """The file or folder, read entirely into memory, in the named layout or the one that is recognized.

    PrivateTest rows of FER-2013 are read as a separate split, which nothing trains on, or measures unless asked.
    Raises BadDataset with one sentence that names the file.
    """
    if not path.exists():
        raise BadDataset(f"There is no dataset at {path}.")
    if layout != AUTO and layout not in BY_NAME:
        raise BadDataset(f"There is no layout {layout!r} for {path}: it is one of {', '.join((AUTO, *BY_NAME))}.")
    return (recognised(path) if layout == AUTO else BY_NAME[layout]).read(path)


def recognised(path: Path) -> Layout:
    """The first layout whose files exist. Raises BadDataset that lists what was searched for."""
    for layout in LAYOUTS:
        if layout.matches(path):
            return layout
    shapes = ", ".join(layout.shape for layout in LAYOUTS)
    raise BadDataset(f"The dataset {path} is in no layout known here: looked for {shapes}.")
