"""From names, folders and tables to groups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.fairness.readers import GroupedImages, read_groups
from analysis.fairness.storage import BadImages, opened_store

from .conftest import Files, as_folder, image_bytes

JPEG = image_bytes()
HAPPY, SAD = 3, 4


def grouped(source: Path, reader: str = "auto") -> GroupedImages:
    with opened_store(source) as store:
        return read_groups(store, reader)


def groups_of(found: GroupedImages) -> dict[str, dict[str, str]]:
    return {image.name: dict(image.of) for image in found.images}


def test_utkface_names_say_sex_age_band_and_group_in_its_own_words(stored: Callable[[Files], Path]) -> None:
    names = ["x/1_0_2_2016.jpg", "17_1_0_1.jpg.chip.jpg", "18_1_1_1.JPG", "59_0_3_1.jpg", "116_0_4_1.jpg"]
    found = grouped(stored(dict.fromkeys(names, JPEG)))
    assert found.reader == "utkface" and found.without_group == 0
    assert groups_of(found) == {
        "x/1_0_2_2016.jpg": {"sex": "male", "age": "0-17", "group": "Asian"},
        "17_1_0_1.jpg.chip.jpg": {"sex": "female", "age": "0-17", "group": "White"},
        "18_1_1_1.JPG": {"sex": "female", "age": "18-29", "group": "Black"},
        "59_0_3_1.jpg": {"sex": "male", "age": "45-59", "group": "Indian"},
        "116_0_4_1.jpg": {"sex": "male", "age": "60+", "group": "Others"},
    }
    assert found.dimensions == {
        "sex": ("female", "male"),
        "age": ("0-17", "18-29", "45-59", "60+"),
        "group": ("White", "Black", "Asian", "Indian", "Others"),
    }
    assert any("UTKFace's own" in note for note in found.notes)


def test_names_that_do_not_fit_are_counted(stored: Callable[[Files], Path]) -> None:
    # the second is one of three in the published archive that lack a part
    names = ["25_1_0_1.jpg", "39_1_20170116174525125.jpg.chip.jpg", "25_2_0_1.jpg", "26_1_1_1.jpg", "27_0_1_2.jpg"]
    found = grouped(stored(dict.fromkeys(names, JPEG)))
    assert len(found.images) == 3 and found.without_group == 2


def test_folders_name_the_group_below_what_they_have_in_common(stored: Callable[[Files], Path]) -> None:
    files = dict.fromkeys(["set/faces/tall/1.jpg", "set/faces/tall/more/2.jpg", "set/faces/short/1.jpg"], JPEG)
    found = grouped(stored(files | {"set/faces/stray.jpg": JPEG}))
    assert found.reader == "folders" and found.without_group == 1
    assert found.dimensions == {"group": ("short", "tall")}
    assert groups_of(found)["set/faces/tall/more/2.jpg"] == {"group": "tall"}


def test_one_folder_is_one_group(tmp_path: Path) -> None:
    found = grouped(as_folder(tmp_path, {"set/tall/1.jpg": JPEG, "set/tall/2.jpg": JPEG}))
    assert found.dimensions == {"group": ("tall",)}


def test_a_table_names_groups_and_labels_relative_to_itself(stored: Callable[[Files], Path]) -> None:
    table = "\ufefffile,glasses,light,label\na/1.jpg,yes,dim,happy\n2.jpg,no,,Sad\n3.jpg,,bright,\ngone.jpg,no,dim,\n"
    files = dict.fromkeys(["set/a/1.jpg", "set/2.jpg", "set/3.jpg", "set/4.jpg"], JPEG)
    found = grouped(stored(files | {"set/groups.csv": table.encode()}))
    assert found.reader == "csv"
    assert groups_of(found) == {
        "set/a/1.jpg": {"glasses": "yes", "light": "dim"},
        "set/2.jpg": {"glasses": "no"},
        "set/3.jpg": {"light": "bright"},
    }
    assert [image.label for image in found.images] == [HAPPY, SAD, None]
    assert found.dimensions == {"glasses": ("no", "yes"), "light": ("bright", "dim")}
    assert found.without_group == 1  # 4.jpg
    assert "1 rows of groups.csv name an image that is not there." in found.notes


def test_a_table_cannot_name_what_lies_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    table = b"file,side\n../secret.jpg,in\n1.jpg,out\n"
    found = grouped(as_folder(tmp_path, {"1.jpg": JPEG, "groups.csv": table}))
    assert groups_of(found) == {"1.jpg": {"side": "out"}}


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        (b"", "must have a column `file`"),
        (b"name,side\n1.jpg,in\n", "must have a column `file`"),
        (b"file,label\n1.jpg,happy\n", "at least one column of groups"),
        (b"file,side,side\n1.jpg,in,in\n", "name each column once"),
        (b"file,a,b,c,d,e,f,g\n1.jpg,1,1,1,1,1,1,1\n", "at most 6 columns"),
        (
            b"file,side,label\n1.jpg,in,glad\n",
            r"Line 2 of groups\.csv .* has the label 'glad'; it must be one of angry",
        ),
        (b"file,side\n1.jpg,in\n1.jpg,out\n", "names 1.jpg twice"),
        (b"file,side\n1.jpg," + b"x" * 61 + b"\n", "longer than 60"),
        (b'file,side\n1.jpg,"in\n', "cannot be read"),
        (b"file,side\n1.jpg,\xff\n", "cannot be read"),
        (b"file,side\ngone.jpg,in\n", "No image in .* has a group"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(tmp_path: Path, table: bytes, complaint: str) -> None:
    source = as_folder(tmp_path, {"1.jpg": JPEG, "groups.csv": table})
    with pytest.raises(BadImages, match=complaint) as refused:
        grouped(source)
    assert "pictures" in str(refused.value) and str(refused.value).endswith(".")


def test_a_column_of_numbers_is_no_dimension(tmp_path: Path) -> None:
    rows = "".join(f"{i}.jpg,{i}\n" for i in range(31))
    files = {f"{i}.jpg": JPEG for i in range(31)} | {"groups.csv": f"file,id\n{rows}".encode()}
    with pytest.raises(BadImages, match="31 different values of 'id'; at most 30"):
        grouped(as_folder(tmp_path, files))


def test_images_without_any_group_are_refused_in_one_sentence(tmp_path: Path) -> None:
    source = as_folder(tmp_path, {"1.jpg": JPEG, "2.jpg": JPEG})
    with pytest.raises(BadImages, match=r"^No image in .*pictures has a group"):
        grouped(source)


def test_a_source_without_images_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadImages, match=r"pictures holds no images"):
        grouped(as_folder(tmp_path, {"readme.txt": b"nothing"}))


def test_a_reader_can_be_asked_for(tmp_path: Path) -> None:
    source = as_folder(tmp_path, {"tall/25_1_0_1.jpg": JPEG, "short/26_1_0_1.jpg": JPEG})
    assert grouped(source).reader == "utkface"
    assert grouped(source, "folders").dimensions == {"group": ("short", "tall")}
    with pytest.raises(BadImages, match=r"There is no groups\.csv"):
        grouped(source, "csv")
    with pytest.raises(BadImages, match=r"There is no reader 'names': it must be auto, utkface, csv, folders\."):
        grouped(source, "names")
