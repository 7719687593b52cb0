"""A missing or damaged file of a dataset is refused in one sentence that names it, and for a table the line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.training.datasets import BadDataset, read_dataset

from . import published
from .published import pixels_text, save, write_csv

BOX = (20, 30, 50, 50)


def refusal(path: Path, layout: str = "auto") -> str:
    with pytest.raises(BadDataset) as refused:
        read_dataset(path, layout)
    sentence = str(refused.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path / "gone") == f"There is no dataset at {tmp_path / 'gone'}."


GOOD_PIXELS = pixels_text(np.zeros((48, 48), np.uint8))


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (["7", GOOD_PIXELS, "Training"], "has '7' as its emotion"),
        (["-1", GOOD_PIXELS, "Training"], "has '-1' as its emotion"),
        (["happy", GOOD_PIXELS, "Training"], "has 'happy' as its emotion"),
        (["3", GOOD_PIXELS[:-2], "Training"], "does not have 2304 pixels"),
        (["3", GOOD_PIXELS + " 0", "Training"], "does not have 2304 pixels"),
        (["3", "256" + GOOD_PIXELS[1:], "Training"], "does not have 2304 pixels"),
        (["3", GOOD_PIXELS[:-1] + "x", "Training"], "does not have 2304 pixels"),
        (["3", GOOD_PIXELS + " x", "Training"], "does not have 2304 pixels"),
        (["3", "", "Training"], "does not have 2304 pixels"),
        (["3", GOOD_PIXELS, "Test"], "has the Usage 'Test'"),
        (["3", GOOD_PIXELS], "has 2 cells, not 3"),
    ],
)
def test_a_bad_row_of_fer2013_is_named_by_its_line(tmp_path: Path, row: list[object], complaint: str) -> None:
    good: list[object] = ["3", GOOD_PIXELS, "Training"]
    path = write_csv(tmp_path / "fer2013.csv", ["emotion", "pixels", "Usage"], [good, row, good])
    sentence = refusal(path)
    assert sentence.startswith(f"Line 3 of {path} ") and complaint in sentence


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "has no column 'emotion'"),
        (b"emotion,Usage\n1,Training\n", "has no column 'pixels'"),
        (b"emotion,pixels,Usage\n", "has no pictures to use"),
        (b"emotion,pixels,Usage\n\xff\xfe\x00\x01,\x80", "damaged or not text"),
    ],
)
def test_a_table_that_is_none_is_named(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "fer2013.csv"
    path.write_bytes(content)
    sentence = refusal(path)
    assert str(path) in sentence and complaint in sentence


def test_a_folder_without_the_csv_that_was_asked_for_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path, "fer2013-csv") == f"The folder {tmp_path} has no fer2013.csv or icml_face_data.csv."


def test_ferplus_and_fer2013_of_different_lengths_are_not_joined(tmp_path: Path) -> None:
    published.fer2013_csv(tmp_path, labels=(0, 3, 6))
    path = published.ferplus_csv(tmp_path, [[10, *[0] * 9]] * 2)
    assert refusal(tmp_path) == (
        f"The table {path} has fewer rows than {tmp_path / 'fer2013.csv'}, so they cannot be joined."
    )


def test_ferplus_rows_in_another_order_are_not_joined(tmp_path: Path) -> None:
    published.fer2013_csv(tmp_path, labels=(0, 3))
    rows = [[usage, "fer.png", 10, *[0] * 9] for usage in ("Training", "PrivateTest")]
    path = write_csv(tmp_path / "fer2013new.csv", published.FERPLUS_HEADER, rows)
    assert refusal(tmp_path).startswith(f"Line 3 of {path} has another Usage")


def test_ferplus_votes_must_be_numbers(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "fer2013new.csv", published.FERPLUS_HEADER, [["Training", "fer.png", "many", *[0] * 9]]
    )
    assert refusal(path).startswith(f"Line 2 of {path} has 'many' as its votes for neutral")


def test_a_missing_picture_of_ferplus_is_named(tmp_path: Path) -> None:
    published.ferplus_csv(tmp_path, [[10, *[0] * 9]])
    assert refusal(tmp_path) == f"The picture {tmp_path / 'FER2013Train' / 'fer0000000.png'} is missing."


def in_train_happy(root: Path) -> Path:
    return save(root / "train" / "happy" / "1.jpg", published.picture(0, 200))


def in_affectnet_lists(root: Path) -> Path:
    published.affectnet_lists(root, [(1, BOX)])
    return root / "Manually_Annotated_Images" / "12" / "training0.png"


def in_affectnet_folders(root: Path) -> Path:
    published.affectnet_folders(root, {"train_set": [1]})
    return root / "train_set" / "images" / "0.jpg"


def in_raf_db(root: Path) -> Path:
    published.raf_db(root, {"train_00001": 1})
    return root / "Image" / "aligned" / "train_00001_aligned.jpg"


def in_ck_plus(root: Path) -> Path:
    published.ck_plus(root, {"S005/001": 3})
    return root / "cohn-kanade-images" / "S005" / "001" / "S005_001_00000001.png"


def in_ck48(root: Path) -> Path:
    return save(root / "happy" / "S010_004_00000017.png", published.picture(0))


def in_jaffe(root: Path) -> Path:
    return save(root / "KA.AN1.39.tiff", published.picture(0, 256))


@pytest.mark.parametrize(
    "write", [in_train_happy, in_affectnet_lists, in_affectnet_folders, in_raf_db, in_ck_plus, in_ck48, in_jaffe]
)
@pytest.mark.parametrize("damage", ["cut short", "empty", "something else"])
def test_a_damaged_picture_is_named(tmp_path: Path, write: Callable[[Path], Path], damage: str) -> None:
    path = write(tmp_path)
    content = path.read_bytes()
    path.write_bytes({"cut short": content[: len(content) // 2], "empty": b"", "something else": b"GIF8?"}[damage])
    assert refusal(tmp_path) == f"The picture {path} is damaged or of an unknown kind."


@pytest.mark.parametrize("write", [in_affectnet_lists, in_raf_db])
def test_a_listed_picture_that_is_missing_is_named(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    path = write(tmp_path)
    path.unlink()
    assert refusal(tmp_path) == f"The picture {path} is missing."


def test_pictures_of_more_than_eight_bits_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "train" / "happy" / "1.png", np.full((48, 48), 40_000, np.uint16))
    assert refusal(tmp_path).startswith(f"The picture {path} has more than 8 bits")


@pytest.mark.parametrize(
    ("column", "value", "complaint"),
    [("expression", 11, "has '11' as its expression"), ("face_x", "NULL", "has a face box that is not four numbers")],
)
def test_a_bad_row_of_affectnet_is_named_by_its_line(
    tmp_path: Path, column: str, value: object, complaint: str
) -> None:
    published.affectnet_lists(tmp_path, [(1, BOX), (2, BOX)])
    row = dict.fromkeys(published.AFFECTNET_HEADER, 1) | {"subDirectory_filePath": "12/training1.png", column: value}
    path = write_csv(tmp_path / "training.csv", published.AFFECTNET_HEADER, [list(row.values())])
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"Line 2 of {path} ") and complaint in sentence


def test_affectnet_lists_without_their_pictures_are_refused(tmp_path: Path) -> None:
    write_csv(tmp_path / "training.csv", published.AFFECTNET_HEADER, [])
    assert refusal(tmp_path) == f"The folder {tmp_path} has AffectNet's lists, but no Manually_Annotated_Images."


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "is missing"), (b"not numpy", "is damaged"), ("12", "has the expression 12"), ("happy", "is damaged")],
)
def test_a_bad_annotation_of_affectnet_is_named(tmp_path: Path, content: bytes | str | None, complaint: str) -> None:
    published.affectnet_folders(tmp_path, {"train_set": [1]})
    path = tmp_path / "train_set" / "annotations" / "0_exp.npy"
    path.unlink()
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.save(path, np.array(content))
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"The annotation {path} ") and complaint in sentence


@pytest.mark.parametrize("line", ["train_00002.jpg", "train_00002.jpg 8", "train_00002.jpg 5 5", "valid_00002.jpg 5"])
def test_a_bad_line_of_raf_dbs_list_is_named(tmp_path: Path, line: str) -> None:
    published.raf_db(tmp_path, {"train_00001": 1})
    listed = tmp_path / "EmoLabel" / "list_patition_label.txt"
    listed.write_text(listed.read_text() + line + "\n")
    assert refusal(tmp_path).startswith(f"Line 2 of {listed} is not a file name")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [("", "is damaged"), ("happy", "is damaged"), ("8.0", "emotion 8"), ("nan", "emotion nan")],
)
def test_a_bad_emotion_of_ck_plus_is_named(tmp_path: Path, content: str, complaint: str) -> None:
    published.ck_plus(tmp_path, {"S005/001": 3})
    path = tmp_path / "Emotion" / "S005" / "001" / "S005_001_00000005_emotion.txt"
    path.write_text(content)
    sentence = refusal(tmp_path)
    assert sentence.startswith(f"The annotation {path} ") and complaint in sentence


def test_a_sequence_of_ck_plus_without_its_peak_is_named(tmp_path: Path) -> None:
    published.ck_plus(tmp_path, {"S005/001": 3})
    peak = tmp_path / "cohn-kanade-images" / "S005" / "001" / "S005_001_00000005.png"
    peak.unlink()
    assert f"has no picture {peak}." in refusal(tmp_path)


@pytest.mark.parametrize("content", [None, "", "1 2 3", "a b", "1e9 " * 136, "nan " * 136])
def test_bad_landmarks_of_ck_plus_are_named(tmp_path: Path, content: str | None) -> None:
    published.ck_plus(tmp_path, {"S005/001": 3})
    path = tmp_path / "Landmarks" / "S005" / "001" / "S005_001_00000003_landmarks.txt"
    path.unlink()
    if content is not None:
        path.write_text(content)
    assert refusal(tmp_path).startswith(f"The landmarks {path} are ")


def test_a_dataset_of_which_nothing_is_left_says_what_was_left_out(tmp_path: Path) -> None:
    save(tmp_path / "contempt" / "S010_004_00000017.png", published.picture(0))
    assert refusal(tmp_path) == (
        f"The dataset {tmp_path} has no pictures to use (1 left out: contempt, which is not one of the seven)."
    )
