"""Copies are found though shifted, mirrored, brightened, resized or compressed; different pictures are not."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from analysis.training.datasets import (
    PUBLIC_TEST,
    TRAINING,
    Dataset,
    copies_between,
    copies_of,
    groups_of,
    held_out_mask,
    part,
    read_dataset,
)
from analysis.training.datasets.duplicates import near_pairs, near_pairs_within


def faces(count: int, seed: int = 0) -> np.ndarray:
    """(N, 60, 60): one head with brows, eyes, nose and mouth, drawn each time a little elsewhere and in other light.

    As alike as aligned faces are, so that "everything correlates" is part of the test.
    """
    random = np.random.default_rng(seed)
    down, right = np.mgrid[:60, :60]
    drawn = np.zeros((count, 60, 60))
    for image in drawn:
        image += random.uniform(-1, 1) * right + random.uniform(-1, 1) * down + random.uniform(60, 120)
        for y, x, height, width, depth in (
            *((19, 20, 2, 5, -60), (19, 40, 2, 5, -60), (25, 20, 2, 4, -80), (25, 40, 2, 4, -80)),
            *((35, 30, 5, 2, 40), (45, 30, 2, 8, -70), (30, 30, 22, 17, 60)),
        ):
            y, x = y + random.normal(0, 1.6), x + random.normal(0, 1.6)
            height, width = height * random.uniform(0.6, 1.6), width * random.uniform(0.6, 1.6)
            far = ((down - y) / height) ** 2 + ((right - x) / width) ** 2
            image += depth * random.uniform(0.6, 1.4) * np.exp(-far)
        for _ in range(20):  # what else makes a photograph one of its kind: hair, wrinkles, background
            y, x = random.uniform(0, 60, 2)
            image += random.normal(0, 35) * np.exp(-((down - y) ** 2 + (right - x) ** 2) / random.uniform(4, 30))
    return drawn.clip(0, 255)


def cut(drawn: np.ndarray, down: int = 6, right: int = 6) -> np.ndarray:
    return drawn[:, down : down + 48, right : right + 48].astype(np.uint8)


def jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    packed = io.BytesIO()
    Image.fromarray(image).save(packed, "JPEG", quality=quality)
    return np.asarray(Image.open(packed))


def wider(drawn: np.ndarray, margin: int) -> np.ndarray:
    """The same face in a crop that is wider by `margin` pixels on each side."""
    box = (6 - margin, 6 - margin, 54 + margin, 54 + margin)
    resized = [Image.fromarray(one.astype(np.uint8)).resize((48, 48), box=box) for one in drawn]
    return np.stack([np.asarray(one) for one in resized])


COPIES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "the same": cut,
    "mirrored": lambda drawn: cut(drawn)[:, :, ::-1],
    "shifted by 4 pixels": lambda drawn: cut(drawn, 10, 6),
    "shifted by 3 and 3 pixels": lambda drawn: cut(drawn, 3, 9),
    "mirrored and shifted": lambda drawn: cut(drawn, 8, 4)[:, :, ::-1],
    "darker": lambda drawn: cut(drawn * 0.6),
    "brighter": lambda drawn: cut(np.minimum(drawn + 25, 255)),
    "compressed": lambda drawn: np.stack([jpeg(image, 30) for image in cut(drawn)]),
    "cropped wider": lambda drawn: wider(drawn, 2),
    "noisy": lambda drawn: (
        (cut(drawn) + np.random.default_rng(1).normal(0, 4, (len(drawn), 48, 48))).clip(0, 255).astype(np.uint8)
    ),
}


@pytest.mark.parametrize("change", COPIES)
def test_a_changed_copy_is_found_and_its_partner_named(change: str) -> None:
    drawn = faces(60)
    pairs = near_pairs(COPIES[change](drawn[:20]), cut(drawn))
    found = dict(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))
    assert found == {row: row for row in range(20)}
    assert (pairs.likeness >= 0.85).all() and (pairs.likeness < 1.01).all()


def test_different_faces_are_no_copies() -> None:
    assert len(near_pairs(cut(faces(300, seed=1)), cut(faces(300, seed=2))).first) == 0


def test_a_copy_shifted_too_far_is_beyond_what_is_looked_for() -> None:
    drawn = faces(20)
    assert len(near_pairs(cut(drawn, 0, 0), cut(drawn, 12, 12)).first) == 0


def test_pictures_of_one_grey_are_like_no_other_but_exact_copies_of_each_other() -> None:
    blank, other = np.full((2, 48, 48), 40, np.uint8), np.full((1, 48, 48), 41, np.uint8)
    assert len(near_pairs(blank, other).first) == 0
    assert copies_of(dataset(blank), dataset(blank[:1])).tolist() == [True, True]
    assert copies_of(dataset(blank), dataset(other)).tolist() == [False, False]


def dataset(images: np.ndarray, labels: list[int] | None = None) -> Dataset:
    return Dataset(images, np.array(labels or [3] * len(images)))


def test_exact_and_near_copies_are_told_apart_and_conflicting_labels_counted() -> None:
    drawn = faces(8)
    learned = np.concatenate([cut(drawn[:2]), cut(drawn[2:4], 8, 6), cut(faces(3, seed=9))])
    copies = copies_between(dataset(learned, [0, 5, 2, 5, 1, 1, 1]), dataset(cut(drawn), [0, 1, 2, 3, 4, 5, 6, 0]))
    assert copies.exact.tolist() == [True, True, False, False, False, False, False]
    assert copies.near.tolist() == [False, False, True, True, False, False, False]
    assert copies.rows.tolist() == [True, True, True, True, False, False, False]
    assert copies.measured.tolist() == [True] * 4 + [False] * 4
    assert copies.conflicts == 2  # the second is labelled 5, not 1; the fourth 5, not 3


def test_a_copy_that_agrees_with_one_of_the_pictures_it_repeats_is_no_conflict() -> None:
    image = cut(faces(1))
    assert copies_between(dataset(image, [2]), dataset(np.repeat(image, 2, axis=0), [4, 2])).conflicts == 0


def test_copies_within_a_set_form_groups() -> None:
    drawn = faces(6)
    images = np.concatenate([cut(drawn), cut(drawn[:2])[:, :, ::-1], cut(drawn[:1], 7, 6), cut(drawn[4:5])])
    groups = groups_of(images)
    assert groups[0] == groups[6] == groups[8] and groups[1] == groups[7] and groups[4] == groups[9]
    assert len(set(groups.tolist())) == 6


def test_pairs_within_a_set_are_named_once_and_no_picture_pairs_with_itself() -> None:
    drawn = faces(5)
    images = np.concatenate([cut(drawn), cut(drawn[:2]), cut(drawn[:1])])
    pairs = near_pairs_within(images)
    assert set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)) == {(0, 5), (0, 7), (5, 7), (1, 6)}


def test_pairs_are_found_across_the_chunks_of_a_large_set() -> None:
    drawn = faces(1200, seed=4)
    images = np.concatenate([cut(drawn), cut(drawn[[3, 1100]], 7, 6)])
    pairs = near_pairs_within(images)
    assert {(3, 1200), (1100, 1201)} <= set(zip(pairs.first.tolist(), pairs.second.tolist(), strict=True))


def test_near_copies_are_held_out_together() -> None:
    drawn = faces(200, seed=5)
    images = np.concatenate([cut(drawn), cut(drawn)[:, :, ::-1]])
    groups = np.concatenate([np.arange(200), np.arange(200)])
    mask = held_out_mask(images, 0.3, seed=1, groups=groups)
    assert np.array_equal(mask[:200], mask[200:]) and 0.15 < mask.mean() < 0.45
    assert np.array_equal(mask[:200], held_out_mask(images, 0.3, seed=1)[:200])  # the first of each group decides


def test_fer2013_repeats_public_test_in_training(shared) -> None:
    whole = read_dataset(shared("data/fer2013_train_valid.npz"))
    learned, measured = part(whole, TRAINING), part(whole, PUBLIC_TEST)
    some = np.arange(len(measured)) < 400  # a ninth, for the time it takes
    copies = copies_between(learned, measured.rows(some))
    known = {image.tobytes() for image in measured.images[some]}
    assert copies.exact.tolist() == [image.tobytes() in known for image in learned.images]
    assert copies.near.sum() > copies.exact.sum() > 20
    assert 0.15 < copies.measured.mean() < 0.35
