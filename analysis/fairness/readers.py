"""Which group each image belongs to: from its name, from its folder, or from a table next to the images."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from analysis.fairness.storage import GROUPS_FILE, BadImages, Store, Unreadable
from analysis.types import EXPRESSIONS

#: A column with more values than this is not a group but a number or an identifier.
MAX_VALUES = 30
MAX_DIMENSIONS = 6
_MAX_WORD = 60


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """of: dimension -> value, as the dataset states it. label: an index into EXPRESSIONS, or None."""

    name: str
    of: Mapping[str, str]
    label: int | None = None


@dataclass(frozen=True, slots=True)
class GroupedImages:
    """dimensions: each with its values in order of display. without_group: images that could not be placed.

    notes: one sentence each: where the groups come from.
    """

    reader: str
    dimensions: Mapping[str, tuple[str, ...]]
    images: tuple[LabelledImage, ...]
    without_group: int
    notes: tuple[str, ...]


def read_groups(store: Store, reader: str = "auto") -> GroupedImages:
    """The images of `store` with their groups, by one of READERS or by the first that fits. Raises BadImages."""
    images = _images(store)
    if not images:
        raise BadImages(f"{store.source} holds no images (JPEG, PNG, WebP or BMP).")
    chosen = _fitting(store, images) if reader == "auto" else reader
    if chosen not in READERS:
        raise BadImages(f"There is no reader {reader!r}: it must be auto, {', '.join(READERS)}.")
    grouped = READERS[chosen](store)
    if not grouped.images:
        raise BadImages(f"No image in {store.source} has a group that the reader {chosen!r} understands.")
    for dimension, values in grouped.dimensions.items():
        if len(values) > MAX_VALUES:
            raise BadImages(
                f"{store.source} has {len(values):,} different values of {dimension!r}; at most {MAX_VALUES} can be "
                "compared."
            )
    return grouped


def _images(store: Store) -> list[PurePosixPath]:
    paths = (PurePosixPath(name) for name in store.names)
    return [path for path in paths if path.name != GROUPS_FILE]


def _fitting(store: Store, images: list[PurePosixPath]) -> str:
    if _table(store) is not None:
        return "csv"
    if sum(_UTKFACE.match(path.name) is not None for path in images) > len(images) / 2:
        return "utkface"
    return "folders"


# UTKFace: https://susanqq.github.io/UTKFace/, age_sex_race_date.jpg; its terms, its order.
_UTKFACE = re.compile(r"(\d{1,3})_([01])_([0-4])_[^/]*\.jpe?g$", re.IGNORECASE)
_SEXES = ("male", "female")
_RACES = ("White", "Black", "Asian", "Indian", "Others")
_AGE_BANDS = ((0, "0-17"), (18, "18-29"), (30, "30-44"), (45, "45-59"), (60, "60+"))
_UTKFACE_NOTES = (
    "The words for the groups are UTKFace's own; its ages, sexes and groups were estimated by a program and checked "
    "by people who looked at the pictures: nobody in them was asked.",
    "UTKFace's faces are crops of photographs from the web, many of them of children: they are no interviews.",
)


def _utkface(store: Store) -> GroupedImages:
    found, strays = [], 0
    for path in _images(store):
        fits = _UTKFACE.match(path.name)
        if fits is None:
            strays += 1
            continue
        age, sex, race = (int(part) for part in fits.groups())
        band = next(name for first, name in reversed(_AGE_BANDS) if age >= first)
        found.append(LabelledImage(str(path), {"sex": _SEXES[sex], "age": band, "group": _RACES[race]}))
    order = {"sex": _SEXES[::-1], "age": [name for _, name in _AGE_BANDS], "group": _RACES}
    present = {dimension: _present(values, found, dimension) for dimension, values in order.items()}
    return GroupedImages("utkface", present, tuple(found), strays + store.left_out, _UTKFACE_NOTES)


def _folders(store: Store) -> GroupedImages:
    """The first folder level in which paths differ names the group; folders around all images are ignored."""
    paths = _images(store)
    folders = {path.parts[:-1] for path in paths}
    around = 0
    while len({parts[: around + 1] for parts in folders}) == 1 and max(map(len, folders)) > around + 1:
        around += 1
    found = [
        LabelledImage(str(path), {"group": path.parts[around]}) for path in paths if len(path.parts) > around + 1
    ]
    strays = len(paths) - len(found) + store.left_out
    for image in found:
        _check_word(image.of["group"], f"The folder {image.of['group']!r} in {store.source}")
    values = _present(sorted({image.of["group"] for image in found}), found, "group")
    note = "The groups are named after the folders; who belongs to which was decided by the person who sorted them."
    return GroupedImages("folders", {"group": values}, tuple(found), strays, (note,))


def _table(store: Store) -> PurePosixPath | None:
    """The topmost groups.csv, or None."""
    tables = [path for path in map(PurePosixPath, store.names) if path.name == GROUPS_FILE]
    return min(tables, key=lambda path: (len(path.parts), str(path)), default=None)


def _csv(store: Store) -> GroupedImages:
    """A table with the columns `file`, one for each dimension, and optionally `label` with one of our seven words.

    `file` is relative to the table. An empty cell means unknown: the image is not counted in that dimension.
    """
    table = _table(store)
    if table is None:
        raise BadImages(f"There is no {GROUPS_FILE} in {store.source}.")
    rows, dimensions = _rows(store, table)
    names = {str(path) for path in _images(store)}
    found = [image for image in rows if image.name in names and image.of]
    absent = sum(image.name not in names for image in rows)
    values = {
        dimension: _present(sorted({image.of.get(dimension, "") for image in found} - {""}), found, dimension)
        for dimension in dimensions
    }
    notes = [f"The groups and their names come from {GROUPS_FILE}, as its author entered them."]
    if absent:
        notes.append(f"{absent:,} rows of {GROUPS_FILE} name an image that is not there.")
    without = len(names) - len(found) + store.left_out
    return GroupedImages("csv", values, tuple(found), without, tuple(notes))


def _rows(store: Store, table: PurePosixPath) -> tuple[list[LabelledImage], list[str]]:
    where = f"{GROUPS_FILE} in {store.source}"
    try:
        text = store.read(str(table)).decode("utf-8-sig")
        lines = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        columns = [(name or "").strip() for name in lines.fieldnames or ()]
        lines.fieldnames = columns
        dimensions = _dimensions(columns, where)
        rows = [_row(line, dimensions, table, f"Line {lines.line_num} of {where}") for line in lines]
    except (Unreadable, UnicodeDecodeError, csv.Error) as error:
        raise BadImages(f"{where} cannot be read: {error}.") from error
    seen: set[str] = set()
    for row in rows:
        if row.name in seen:
            raise BadImages(f"{where} names {row.name} twice.")
        seen.add(row.name)
    return rows, dimensions


def _dimensions(columns: list[str], where: str) -> list[str]:
    dimensions = [name for name in columns if name not in ("file", "label")]
    if "file" not in columns or not dimensions:
        raise BadImages(f"{where} must have a column `file` and at least one column of groups.")
    if len(set(columns)) < len(columns) or len(dimensions) > MAX_DIMENSIONS:
        raise BadImages(f"{where} must name each column once, and at most {MAX_DIMENSIONS} columns of groups.")
    for name in dimensions:
        _check_word(name, f"A column of {where}")
    return dimensions


def _row(line: Mapping[str, str | None], dimensions: list[str], table: PurePosixPath, where: str) -> LabelledImage:
    cells = {name: (line.get(name) or "").strip() for name in ("file", "label", *dimensions)}
    label = cells["label"].lower()
    if label and label not in EXPRESSIONS:
        raise BadImages(f"{where} has the label {cells['label']!r}; it must be one of {', '.join(EXPRESSIONS)}.")
    of = {name: cells[name] for name in dimensions if cells[name]}
    for value in of.values():
        _check_word(value, where)
    return LabelledImage(str(table.parent / cells["file"]), of, EXPRESSIONS.index(label) if label else None)


def _check_word(word: str, where: str) -> None:
    if not word or len(word) > _MAX_WORD or not word.isprintable():
        raise BadImages(f"{where} has a name that is empty, not printable or longer than {_MAX_WORD} characters.")


def _present(values: Iterable[str], images: list[LabelledImage], dimension: str) -> tuple[str, ...]:
    there = {image.of.get(dimension) for image in images}
    return tuple(value for value in values if value in there)


#: What `--reader` may be, besides "auto".
READERS: Mapping[str, Callable[[Store], GroupedImages]] = {"utkface": _utkface, "csv": _csv, "folders": _folders}
