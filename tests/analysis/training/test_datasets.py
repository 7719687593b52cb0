from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analysis.training.datasets import (
    TRAINING,
    BadDataset,
    Dataset,
    class_weights,
    held_out_mask,
    part,
    read_dataset,
    soft_targets,
)

NEUTRAL, HAPPINESS, CONTEMPT, UNKNOWN = 0, 1, 7, 8  # FER+ columns
HAPPY, SAD, NEUTRAL_LABEL = 3, 4, 6


def votes_of(**columns: int) -> np.ndarray:
    row = np.zeros(10, dtype=np.uint8)
    for name, count in columns.items():
        row[globals()[name.upper()]] = count
    return row


def with_votes(labels: list[int], votes: list[np.ndarray]) -> Dataset:
    images = np.zeros((len(labels), 48, 48), dtype=np.uint8)
    return Dataset(images=images, labels=np.array(labels), votes=np.stack(votes))


def test_our_arrays_are_read_with_the_hash_of_their_file(tiny_npz: Path) -> None:
    dataset = read_dataset(tiny_npz)
    assert dataset.images.shape == (78, 48, 48) and dataset.labels.dtype == np.int64
    assert dataset.votes is not None and dataset.votes.shape == (78, 10)
    assert len(dataset.sha256) == 64
    assert len(part(dataset, TRAINING)) == 64


def test_split_and_votes_may_be_absent(tmp_path: Path) -> None:
    path = tmp_path / "bare.npz"
    np.savez(path, images=np.zeros((2, 48, 48), np.uint8), labels=np.array([0, 6]))
    dataset = read_dataset(path)
    assert dataset.split is None and dataset.votes is None


def test_a_missing_file_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match=r"^There is no dataset at .*gone\.npz\.$"):
        read_dataset(tmp_path / "gone.npz")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 then nothing"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(BadDataset, match=r"broken\.npz is damaged"):
        read_dataset(path)


def test_a_truncated_file_is_named(tiny_npz: Path) -> None:
    tiny_npz.write_bytes(tiny_npz.read_bytes()[:-2000])
    with pytest.raises(BadDataset, match=r"tiny\.npz is damaged"):
        read_dataset(tiny_npz)


@pytest.mark.parametrize(
    ("arrays", "complaint"),
    [
        ({"images": np.zeros((2, 48, 48), np.uint8)}, "no array 'labels'"),
        ({"images": np.zeros((2, 44, 44), np.uint8), "labels": np.zeros(2, np.uint8)}, "images must be"),
        ({"images": np.zeros((2, 48, 48)), "labels": np.zeros(2, np.uint8)}, "images must be"),
        ({"images": np.zeros((2, 48, 48), np.uint8), "labels": np.array([0, 7])}, r"0\.\.6"),
        ({"images": np.zeros((2, 48, 48), np.uint8), "labels": np.array([0.5, 1])}, "whole numbers"),
        ({"images": np.zeros((0, 48, 48), np.uint8), "labels": np.zeros(0, np.uint8)}, "no images"),
    ],
)
def test_arrays_of_another_kind_are_refused_with_the_files_name(
    tmp_path: Path, arrays: dict[str, np.ndarray], complaint: str
) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, **arrays)
    with pytest.raises(BadDataset, match=complaint) as refused:
        read_dataset(path)
    assert "other.npz" in str(refused.value)


def test_targets_are_half_the_label_and_half_the_votes() -> None:
    dataset = with_votes([SAD], [votes_of(happiness=6, neutral=2, unknown=2)])
    expected = np.zeros(7)
    expected[[SAD, HAPPY, NEUTRAL_LABEL]] = 0.5, 0.5 * 6 / 8, 0.5 * 2 / 8
    assert np.allclose(soft_targets(dataset, 0.5), [expected])


def test_an_image_without_a_vote_for_the_seven_keeps_its_label() -> None:
    dataset = with_votes([SAD, HAPPY], [votes_of(), votes_of(contempt=9, unknown=1)])
    assert np.array_equal(soft_targets(dataset, 0.5), np.eye(7)[[SAD, HAPPY]])


def test_held_out_images_are_chosen_by_their_pixels_so_that_copies_stay_together() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2000, 48, 48), dtype=np.uint8)
    twice = np.concatenate([images, images[::-1]])
    mask = held_out_mask(twice, 0.1, seed=1)
    assert np.array_equal(mask[:2000], mask[2000:][::-1])
    assert 0.07 < mask.mean() < 0.13
    assert not np.array_equal(mask, held_out_mask(twice, 0.1, seed=2))


def test_rare_classes_weigh_more_and_the_mean_weight_of_an_image_is_one() -> None:
    labels = np.repeat([0, 1, 3], [100, 25, 400])
    weights = class_weights(labels, power=0.5)
    assert weights[1] == pytest.approx(2 * weights[0]) == pytest.approx(4 * weights[3])
    assert weights[labels].mean() == pytest.approx(1)
    assert weights[2] == 0
