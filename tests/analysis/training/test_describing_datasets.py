"""What a dataset holds is said in numbers, and every layout that can be read has a card."""

from __future__ import annotations

import re

import numpy as np
import pytest

from analysis.training.datasets import BadDataset, Dataset, as_text, card, describe
from analysis.training.datasets.layouts import BY_NAME

from .published import picture


def with_copies() -> Dataset:
    """Training: two pictures, the first mirrored, and its exact copy. PublicTest: the second again, and another."""
    images = [picture(0), picture(1), picture(0)[:, ::-1], picture(0), picture(1), picture(2)]
    votes = np.zeros((6, 10), np.uint8)
    votes[:4, 1] = 10
    return Dataset(
        images=np.stack(images),
        labels=np.array([3, 4, 3, 5, 6, 0]),
        split=np.array([0, 0, 0, 0, 1, 1]),
        votes=votes,
        source="some.npz",
        sha256="abc",
        layout="npz",
        dropped={"contempt, which is not one of the seven": 1234},
    )


def test_pictures_are_counted_by_split_and_expression() -> None:
    described = describe(with_copies(), look_for_copies=False)
    assert set(described.counts) == {"Training", "PublicTest"}
    assert described.counts["Training"]["happy"] == 2 and described.counts["PublicTest"]["happy"] == 0
    assert sum(described.counts["Training"].values()) == 4
    assert described.without_votes == 2 and described.leaks is None and not described.repeats


def test_copies_conflicts_and_leaks_are_counted() -> None:
    described = describe(with_copies())
    training, measured = described.repeats["Training"], described.repeats["PublicTest"]
    assert (training.groups, training.pictures, training.largest, training.conflicts) == (1, 3, 3, 1)
    assert (measured.groups, measured.pictures, measured.largest, measured.conflicts) == (0, 0, 1, 0)
    assert described.leaks is not None
    assert described.leaks.rows.tolist() == [False, True, False, False] and described.leaks.conflicts == 1


def test_a_dataset_without_splits_is_described_as_a_whole() -> None:
    described = describe(Dataset(np.stack([picture(0), picture(1)]), np.array([1, 1])))
    assert set(described.counts) == {"all"} and described.counts["all"]["disgust"] == 2
    assert described.leaks is None and described.without_votes is None


def test_the_text_says_all_of_it() -> None:
    text = as_text(describe(with_copies()))
    assert text.startswith("some.npz (npz, SHA-256 abc)\n")
    assert "left out: 1,234, contempt, which is not one of the seven" in text
    assert "without FER+ votes: 2" in text
    assert "Training: 3 pictures are in 1 groups of copies (the largest has 3), of which 1 have more" in text
    assert "Training in PublicTest: 1 exact copies and 0 near-copies of 1 PublicTest pictures, 1 of them" in text
    rows = re.findall(r"^ *(Training|PublicTest) +([\d ]+)$", text, re.MULTILINE)
    assert rows[0][1].split() == ["0", "0", "0", "2", "1", "1", "0", "4"]


@pytest.mark.parametrize("layout", BY_NAME)
def test_every_layout_has_a_card_with_size_makers_terms_faults_and_corrected_facts(layout: str) -> None:
    text = card(layout)
    for heading in ("**What.**", "**Who.**", "**Terms.**", "**Layout", "**Known faults.**", "**Often told wrong.**"):
        assert heading in text


def test_the_card_of_an_unknown_layout_is_refused() -> None:
    with pytest.raises(BadDataset, match="no layout 'imagenet'"):
        card("imagenet")
