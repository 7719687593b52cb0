"""Files as the readers need them: hashes, tables with the line of each row, and pictures as gray crops."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from analysis.expression.preprocessing import CROP_PX
from analysis.training.datasets.dataset import BadDataset

#: left, top, right, bottom in pixels.
Box = tuple[float, float, float, float]

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff")


def sha256_of(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def table(path: Path, required: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with a header, each with its line number; spaces around names and values are removed.

    Raises BadDataset, with the file and the line, for a file without these columns or a row with missing cells.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as opened:
            lines = csv.reader(opened)
            names = [name.strip() for name in next(lines, [])]
            missing = [name for name in required if name not in names]
            if missing:
                raise BadDataset(f"The table {path} has no column {missing[0]!r} in its first line.")
            for cells in lines:
                if len(cells) != len(names):
                    raise BadDataset(f"Line {lines.line_num} of {path} has {len(cells)} cells, not {len(names)}.")
                yield lines.line_num, {name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    except FileNotFoundError as error:
        raise BadDataset(f"The file {path} is missing.") from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadDataset(f"The table {path} is damaged or not text: {error}.") from error


def whole_number(text: str, highest: int, path: Path, line: int, what: str) -> int:
    """0..highest, or BadDataset that names file and line."""
    if not text.isdecimal() or int(text) > highest:
        raise BadDataset(f"Line {line} of {path} has {text!r} as its {what}, not a number from 0 to {highest}.")
    return int(text)


def open_picture(path: Path) -> Image.Image:
    """Raises BadDataset that names the file when it is missing, not a picture, or cut short."""
    try:
        with Image.open(path) as opened:
            opened.load()
            if opened.mode.startswith(("I", "F")):
                raise BadDataset(f"The picture {path} has more than 8 bits a channel, which no reader here expects.")
            return opened.copy()
    except FileNotFoundError as error:
        raise BadDataset(f"The picture {path} is missing.") from error
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadDataset(f"The picture {path} is damaged or of an unknown kind.") from error


def grey_crop(picture: Image.Image, box: Box | None = None) -> NDArray[np.uint8]:
    """(48, 48) of the whole picture or of a box inside it, widened to whole pixels.

    Shrinking averages over all pixels of the source (Pillow widens its triangle filter), so nothing is skipped.
    """
    grey = picture.convert("L")
    if box is not None:
        grey = grey.crop((math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])))
    if grey.size != (CROP_PX, CROP_PX):
        grey = grey.resize((CROP_PX, CROP_PX), Image.Resampling.BILINEAR)
    return np.asarray(grey, dtype=np.uint8)


def clipped(box: Box, picture: Image.Image) -> Box | None:
    """The part of the box inside the picture, or None if that is less than a pixel."""
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], picture.width), min(box[3], picture.height)
    return (left, top, right, bottom) if right - left >= 1 and bottom - top >= 1 else None


def pictures_in(folder: Path) -> list[Path]:
    """Its picture files by name; other files (Thumbs.db, .DS_Store) are ignored."""
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in PICTURES and path.is_file())


def folder_named(root: Path, *names: str) -> Path | None:
    """The first of these folders inside `root` that exists, ignoring case."""
    present = {path.name.lower(): path for path in root.iterdir() if path.is_dir()} if root.is_dir() else {}
    return next((present[name] for name in names if name in present), None)
