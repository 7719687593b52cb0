"""Every known set is recognised in the layout in which it is published, and becomes the same seven expressions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data as photographs

from analysis.faces.align import aligned_crop
from analysis.training.datasets import (
    PRIVATE_TEST,
    PUBLIC_TEST,
    TRAINING,
    BadDataset,
    Dataset,
    part,
    read_dataset,
)
from analysis.training.datasets.layouts import BY_NAME, recognised

from . import published
from .published import USAGES, picture, pixels_text, save, write_csv

ANGRY, DISGUST, FEAR, HAPPY, SAD, SURPRISE, NEUTRAL = range(7)
ALL_SPLITS = [TRAINING, PUBLIC_TEST, PRIVATE_TEST]


def labels_of(dataset: Dataset) -> list[int]:
    return dataset.labels.tolist()


def splits_of(dataset: Dataset) -> list[int]:
    assert dataset.split is not None
    return dataset.split.tolist()


def test_fer2013_csv_keeps_pixels_labels_and_all_three_splits(tmp_path: Path) -> None:
    dataset = read_dataset(published.fer2013_csv(tmp_path))
    assert dataset.layout == "fer2013-csv" and len(dataset.sha256) == 64
    assert labels_of(dataset) == [ANGRY, HAPPY, NEUTRAL] and splits_of(dataset) == ALL_SPLITS
    assert np.array_equal(dataset.images, [picture(n) for n in range(3)])


def test_the_folder_of_a_csv_is_as_good_as_the_file(tmp_path: Path) -> None:
    published.fer2013_csv(tmp_path)
    assert labels_of(read_dataset(tmp_path)) == [ANGRY, HAPPY, NEUTRAL]


def test_the_later_csv_with_spaces_in_its_column_names_is_read(tmp_path: Path) -> None:
    rows = [[label, USAGES[label], pixels_text(picture(label))] for label in range(3)]
    path = write_csv(tmp_path / "icml_face_data.csv", ["emotion", " Usage", " pixels"], rows)
    dataset = read_dataset(path)
    assert labels_of(dataset) == [ANGRY, DISGUST, FEAR] and splits_of(dataset) == ALL_SPLITS
    assert np.array_equal(dataset.images[2], picture(2))


def test_a_csv_without_usage_has_no_splits(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "some.csv", ["emotion", "pixels"], [[4, pixels_text(picture(0))]])
    assert read_dataset(path).split is None


def test_private_test_rows_are_in_neither_part_that_is_used(tmp_path: Path) -> None:
    dataset = read_dataset(published.fer2013_csv(tmp_path, labels=(0, 3, 6, 0, 3, 6)))
    assert labels_of(part(dataset, TRAINING)) == [0, 0] and labels_of(part(dataset, PUBLIC_TEST)) == [3, 3]
    assert labels_of(part(dataset, PRIVATE_TEST)) == [6, 6]


def test_fer2013_folders_take_the_split_from_the_files_name_before_the_folders(tmp_path: Path) -> None:
    save(tmp_path / "train" / "angry" / "Training_3908.jpg", picture(0))
    save(tmp_path / "test" / "happy" / "PublicTest_1.jpg", picture(1))
    save(tmp_path / "test" / "sad" / "PrivateTest_2.jpg", picture(2))
    dataset = read_dataset(tmp_path)
    assert dataset.layout == "fer2013-folders"
    assert dict(zip(labels_of(dataset), splits_of(dataset), strict=True)) == {
        ANGRY: TRAINING,
        HAPPY: PUBLIC_TEST,
        SAD: PRIVATE_TEST,
    }
    assert np.abs(dataset.images[labels_of(dataset).index(ANGRY)].astype(int) - picture(0)).mean() < 4  # JPEG


def test_a_test_folder_that_does_not_say_which_test_is_kept_as_private(tmp_path: Path) -> None:
    save(tmp_path / "train" / "fear" / "1.png", picture(0))
    save(tmp_path / "test" / "fear" / "2.png", picture(1))
    assert sorted(splits_of(read_dataset(tmp_path))) == [TRAINING, PRIVATE_TEST]


def test_other_files_in_a_folder_of_pictures_are_passed_over(tmp_path: Path) -> None:
    save(tmp_path / "train" / "surprise" / "1.png", picture(0))
    (tmp_path / "train" / "surprise" / "Thumbs.db").write_bytes(b"\0")
    assert labels_of(read_dataset(tmp_path)) == [SURPRISE]


def test_fer2013_split_anew_is_refused_because_it_trains_on_test_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.training.datasets.fer2013._ALL", 3)
    for n, split in enumerate(("train", "train", "validation")):
        save(tmp_path / split / "happy" / f"{n}.png", picture(n))
    with pytest.raises(BadDataset, match=r"new split.*original CSV"):
        read_dataset(tmp_path)


VOTES = [
    [0, 7, 0, 0, 0, 0, 3, 0, 0, 0],  # happiness
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 10],  # no face: FER+ dropped it
    [1, 0, 0, 2, 0, 0, 0, 6, 1, 0],  # contempt
    [0, 0, 0, 4, 6, 0, 0, 0, 0, 0],  # anger
]


def test_ferplus_adds_votes_to_the_labels_of_fer2013_row_by_row(tmp_path: Path) -> None:
    published.fer2013_csv(tmp_path, labels=(SAD, NEUTRAL, SAD, ANGRY))
    published.ferplus_csv(tmp_path, VOTES)
    dataset = read_dataset(tmp_path)
    assert dataset.layout == "ferplus" and labels_of(dataset) == [SAD, NEUTRAL, SAD, ANGRY]
    assert dataset.votes is not None
    assert dataset.votes.tolist() == [VOTES[0], [0] * 10, VOTES[2], VOTES[3]]
    assert splits_of(dataset) == [*ALL_SPLITS, TRAINING]


def test_ferplus_with_pictures_alone_takes_the_label_of_most_taggers_and_counts_what_it_drops(tmp_path: Path) -> None:
    path = published.ferplus_csv(tmp_path, VOTES)
    for n, folder in enumerate(("FER2013Train", "FER2013Valid", "FER2013Test", "FER2013Train")):
        if n != 1:
            save(tmp_path / folder / f"fer{n:07d}.png", picture(n))
    dataset = read_dataset(path)
    assert labels_of(dataset) == [HAPPY, ANGRY] and splits_of(dataset) == [TRAINING, TRAINING]
    assert np.array_equal(dataset.images, [picture(0), picture(3)])
    assert dataset.dropped == {
        "dropped by FER+ as no face": 1,
        "voted contempt, unknown or no face most often": 1,
    }


def test_affectnet_lists_are_cut_to_the_published_box(tmp_path: Path) -> None:
    inside, beyond = (20, 30, 50, 50), (60, -10, 80, 60)
    published.affectnet_lists(tmp_path, [(1, inside), (6, beyond)])
    dataset = read_dataset(tmp_path)
    assert dataset.layout == "affectnet-lists"
    assert labels_of(dataset) == [HAPPY, ANGRY, NEUTRAL]
    assert splits_of(dataset) == [TRAINING, TRAINING, PUBLIC_TEST]
    assert (dataset.images == 255).all()  # nothing but the white box, also where it ends at the picture's edge


def test_affectnet_codes_become_our_seven_and_the_rest_is_counted(tmp_path: Path) -> None:
    box = (20, 30, 50, 50)
    listed = [(code, box) for code in range(11)] + [(3, (500, 500, 10, 10))]
    dataset = read_dataset(published.affectnet_lists(tmp_path, listed))
    assert labels_of(part(dataset, TRAINING)) == [NEUTRAL, HAPPY, SAD, SURPRISE, FEAR, DISGUST, ANGRY]
    assert dataset.dropped == {
        "contempt, which is not one of the seven": 1,
        "none of the expressions": 1,
        "uncertain": 1,
        "no face": 1,
        "face box outside the picture": 1,
    }


def test_affectnet_lists_may_lie_in_their_published_folders(tmp_path: Path) -> None:
    published.affectnet_lists(tmp_path, [(4, (20, 30, 50, 50))])
    (tmp_path / "Manually_Annotated_file_lists").mkdir()
    (tmp_path / "Manually_Annotated").mkdir()
    for name in ("training.csv", "validation.csv"):
        (tmp_path / name).rename(tmp_path / "Manually_Annotated_file_lists" / name)
    (tmp_path / "Manually_Annotated_Images").rename(tmp_path / "Manually_Annotated" / "Manually_Annotated_Images")
    assert labels_of(read_dataset(tmp_path)) == [FEAR, NEUTRAL]


def test_affectnet_folders_are_read_with_their_annotations(tmp_path: Path) -> None:
    dataset = read_dataset(published.affectnet_folders(tmp_path, {"train_set": [0, 7, 5], "val_set": [2]}))
    assert dataset.layout == "affectnet-folders"
    assert labels_of(dataset) == [NEUTRAL, DISGUST, SAD] and splits_of(dataset) == [TRAINING, TRAINING, PUBLIC_TEST]
    assert dataset.dropped == {"contempt, which is not one of the seven": 1}


@pytest.mark.parametrize("inner", [".", "basic"])
def test_raf_db_reads_its_list_and_aligned_pictures(tmp_path: Path, inner: str) -> None:
    published.raf_db(tmp_path / inner, {f"train_{n:05d}": n for n in range(1, 8)} | {"test_0001": 4})
    dataset = read_dataset(tmp_path)
    assert dataset.layout == "raf-db"
    assert labels_of(dataset) == [SURPRISE, FEAR, DISGUST, HAPPY, SAD, ANGRY, NEUTRAL, HAPPY]
    assert splits_of(dataset) == [TRAINING] * 7 + [PUBLIC_TEST]


def test_ck_plus_takes_the_first_frame_as_neutral_and_the_last_three_as_the_label(tmp_path: Path) -> None:
    dataset = read_dataset(published.ck_plus(tmp_path, {"S005/001": 3, "S010/002": 7}))
    assert dataset.layout == "ck+" and dataset.split is None
    assert labels_of(dataset) == [NEUTRAL, *[DISGUST] * 3, NEUTRAL, *[SURPRISE] * 3]
    assert dataset.images[:, 24, 24].tolist() == [20, 60, 80, 100] * 2


def test_ck_plus_leaves_out_contempt_and_says_so(tmp_path: Path) -> None:
    dataset = read_dataset(published.ck_plus(tmp_path, {"S005/001": 2, "S010/002": 1}))
    assert labels_of(dataset) == [NEUTRAL, NEUTRAL, *[ANGRY] * 3]
    assert dataset.dropped == {"contempt, which is not one of the seven": 3}


def test_ck_plus_is_cropped_at_its_published_landmarks(tmp_path: Path) -> None:
    published.ck_plus(tmp_path, {"S005/001": 5})
    frame = tmp_path / "cohn-kanade-images" / "S005" / "001" / "S005_001_00000005.png"
    pixels = picture(4, 640)[:490]
    save(frame, pixels)
    points = np.array([[280, 200], [360, 200], [320, 247], [287, 285], [353, 285]], dtype=np.float32)
    expected = aligned_crop(np.stack([pixels] * 3, axis=2), points)
    assert np.array_equal(read_dataset(tmp_path).images[-1], expected)


def test_ck_plus_without_landmarks_leaves_out_frames_without_a_face(tmp_path: Path) -> None:
    published.ck_plus(tmp_path, {"S005/001": 5}, landmarks=False)
    face = np.asarray(Image.fromarray(photographs.astronaut()[:300, 100:400]).convert("L"))
    save(tmp_path / "cohn-kanade-images" / "S005" / "001" / "S005_001_00000005.png", face)
    dataset = read_dataset(tmp_path)
    assert labels_of(dataset) == [HAPPY] and dataset.dropped == {"no face found by the detector": 3}


def test_ck48_folders_are_read_without_contempt(tmp_path: Path) -> None:
    for n, name in enumerate(("anger", "contempt", "happy", "sadness")):
        save(tmp_path / name / f"S010_004_{n:08d}.png", picture(n))
    dataset = read_dataset(tmp_path)
    assert dataset.layout == "ck+48" and labels_of(dataset) == [ANGRY, HAPPY, SAD]
    assert np.array_equal(dataset.images, [picture(0), picture(2), picture(3)])
    assert dataset.dropped == {"contempt, which is not one of the seven": 1}


def test_jaffe_is_read_by_its_file_names_and_cut_around_the_face(tmp_path: Path) -> None:
    face = np.asarray(Image.fromarray(photographs.astronaut()[:256, 96:352]).convert("L"))
    for name in ("KA.AN1.39.tiff", "KA.DI2.43.tiff", "NM.NE3.82.tiff"):
        save(tmp_path / name, face)
    save(tmp_path / "KA.FE1.45.tiff", np.full((256, 256), 90, np.uint8))
    save(tmp_path / "cover.tiff", face)
    dataset = read_dataset(tmp_path)
    assert dataset.layout == "jaffe" and dataset.split is None
    assert labels_of(dataset) == [ANGRY, DISGUST, NEUTRAL]
    assert dataset.dropped == {"no face found by the detector": 1, "not named like JAFFE's pictures": 1}


def test_large_pictures_are_averaged_not_sampled(tmp_path: Path) -> None:
    stripes = np.zeros((480, 480), np.uint8)
    stripes[:, ::2] = 200
    save(tmp_path / "train" / "happy" / "1.png", stripes)
    assert np.abs(read_dataset(tmp_path).images.astype(int) - 100).max() <= 5  # sampled, it would be 0 or 200


def test_the_same_files_have_the_same_hash_and_another_label_another(tmp_path: Path) -> None:
    first = read_dataset(published.raf_db(tmp_path / "one", {"train_00001": 1})).sha256
    again = read_dataset(published.raf_db(tmp_path / "two", {"train_00001": 1})).sha256
    other = read_dataset(published.raf_db(tmp_path / "three", {"train_00001": 2})).sha256
    assert first == again != other


def test_a_layout_can_be_named(tmp_path: Path) -> None:
    path = published.fer2013_csv(tmp_path)
    assert labels_of(read_dataset(path, layout="fer2013-csv")) == [ANGRY, HAPPY, NEUTRAL]
    with pytest.raises(BadDataset, match=r"no layout 'fer2014'.*auto, npz"):
        read_dataset(path, layout="fer2014")


def test_an_unknown_layout_lists_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(BadDataset) as refused:
        recognised(tmp_path)
    assert str(tmp_path) in str(refused.value)
    for layout in BY_NAME.values():
        assert layout.shape in str(refused.value)


def test_the_developers_file_has_the_published_numbers(shared) -> None:
    dataset = read_dataset(shared("data/fer2013_train_valid.npz"))
    assert dataset.layout == "npz"
    assert len(part(dataset, TRAINING)) == 28_709 and len(part(dataset, PUBLIC_TEST)) == 3_589
    assert np.bincount(part(dataset, TRAINING).labels)[DISGUST] == 436
    with pytest.raises(BadDataset, match="split 2"):
        part(dataset, PRIVATE_TEST)
