"""RAF-DB, basic expressions (Li, Deng and Du 2017): EmoLabel/list_patition_label.txt with Image/aligned."""

from __future__ import annotations

from pathlib import Path

from tqdm import tqdm

from analysis.training.datasets.dataset import PUBLIC_TEST, TRAINING, BadDataset, Dataset
from analysis.training.datasets.files import grey_crop, open_picture
from analysis.training.datasets.gathering import Gathering

LAYOUT = "raf-db"

#: The list's name is spelled this way by its authors.
_LIST = Path("EmoLabel") / "list_patition_label.txt"
_ALIGNED = Path("Image") / "aligned"

#: 1 surprise, 2 fear, 3 disgust, 4 happiness, 5 sadness, 6 anger, 7 neutral.
_LABELS = {"1": 5, "2": 2, "3": 1, "4": 3, "5": 4, "6": 0, "7": 6}
_SPLITS = {"train": TRAINING, "test": PUBLIC_TEST}


def list_in(path: Path) -> Path | None:
    """The list of labels, given the folder `basic` or its parent."""
    return next((folder / _LIST for folder in (path, path / "basic") if (folder / _LIST).is_file()), None)


def read(path: Path) -> Dataset:
    """Both partitions: train as Training, test as PublicTest. Raises BadDataset with file and line."""
    listed, gathered = list_in(path), Gathering()
    if listed is None:
        raise BadDataset(f"The folder {path} has no {_LIST}.")
    try:
        lines = listed.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadDataset(f"The list {listed} is damaged or not text: {error}.") from error
    for line, text in enumerate(tqdm(lines, desc=listed.name, leave=False, disable=None), start=1):
        if text.strip():
            _add(gathered, listed, line, text.split())
    return gathered.dataset(path, LAYOUT)


def _add(gathered: Gathering, listed: Path, line: int, cells: list[str]) -> None:
    split = _SPLITS.get(cells[0].split("_")[0])
    if len(cells) != 2 or cells[1] not in _LABELS or split is None:
        raise BadDataset(f"Line {line} of {listed} is not a file name train_… or test_… and a label from 1 to 7.")
    picture = listed.parent.parent / _ALIGNED / f"{Path(cells[0]).stem}_aligned.jpg"
    gathered.add(grey_crop(open_picture(picture)), _LABELS[cells[1]], split)
