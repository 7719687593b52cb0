from __future__ import annotations

import json

import numpy as np
import pytest

from analysis.training import measures
from analysis.training.datasets import PRIVATE_TEST, BadDataset, Dataset
from analysis.training.evaluate import as_table, details, figures, rows_to_measure
from analysis.types import EXPRESSIONS

HAPPY, SAD, SURPRISE, NEUTRAL = 3, 4, 5, 6


def certain(predicted: list[int], confidence: float = 0.7) -> np.ndarray:
    """(N, 7) probabilities whose highest is `confidence`, at the given places."""
    probs = np.full((len(predicted), 7), (1 - confidence) / 6, dtype=np.float32)
    probs[np.arange(len(predicted)), predicted] = confidence
    return probs


def test_figures_follow_from_a_confusion_matrix_counted_by_hand() -> None:
    #              happy x4: 3 right, 1 as sad     sad x2: 1 right, 1 as neutral    neutral x2: both right
    labels = np.array([HAPPY] * 4 + [SAD] * 2 + [NEUTRAL] * 2)
    predicted = [HAPPY, HAPPY, HAPPY, SAD, SAD, NEUTRAL, NEUTRAL, NEUTRAL]
    confusion = measures.confusion_matrix(labels, np.array(predicted))
    assert confusion[HAPPY].tolist() == [0, 0, 0, 3, 1, 0, 0]
    assert confusion[SAD].tolist() == [0, 0, 0, 0, 1, 0, 1]
    assert confusion.sum() == 8

    measured = figures(certain(predicted), labels, None)
    assert measured["n"] == 8
    assert measured["accuracy"] == 0.75
    assert measured["macro_recall"] == 0.75  # (3/4 + 1/2 + 2/2) / 3: absent classes have no recall
    assert measured["ece"] == 0.05  # always 0.7 sure, right in 0.75
    per_class = measured["per_class_recall"]
    assert isinstance(per_class, dict)
    assert (per_class["happy"], per_class["sad"], per_class["neutral"]) == (0.75, 0.5, 1.0)
    assert per_class["disgust"] is None
    assert (measured["ferplus_n"], measured["ferplus_accuracy"]) == (0, None)


#                  neutral happy surpr. sad anger disgust fear contempt unknown not-a-face
VOTES = {
    "clear": ([0, 8, 1, 0, 0, 0, 0, 0, 1, 0], True, HAPPY),
    "five of ten": ([0, 0, 5, 4, 1, 0, 0, 0, 0, 0], True, SURPRISE),
    "four of ten": ([4, 3, 0, 3, 0, 0, 0, 0, 0, 0], False, None),
    "contempt wins": ([3, 0, 0, 0, 0, 0, 0, 7, 0, 0], False, None),
    "tie with unknown": ([5, 0, 0, 0, 0, 0, 0, 0, 5, 0], False, None),
    "not a face": ([0, 0, 0, 0, 0, 0, 0, 0, 0, 10], False, None),
    "dropped by FER+": ([0] * 10, False, None),
    "anger": ([0, 0, 0, 0, 6, 4, 0, 0, 0, 0], True, 0),
    "disgust": ([0, 0, 0, 0, 4, 6, 0, 0, 0, 0], True, 1),
    "fear": ([0, 0, 4, 0, 0, 0, 6, 0, 0, 0], True, 2),
    "sadness": ([4, 0, 0, 6, 0, 0, 0, 0, 0, 0], True, SAD),
    "neutral": ([10, 0, 0, 0, 0, 0, 0, 0, 0, 0], True, NEUTRAL),
}


@pytest.mark.parametrize("case", VOTES)
def test_ferplus_counts_images_with_a_majority_for_one_of_the_seven(case: str) -> None:
    votes, expected_counts, expected_label = VOTES[case]
    labels, counts = measures.ferplus_labels(np.array([votes], dtype=np.uint8))
    assert bool(counts[0]) is expected_counts
    if expected_counts:
        assert labels[0] == expected_label


def test_ferplus_accuracy_is_over_the_counted_images_alone() -> None:
    votes = np.array([VOTES["clear"][0], VOTES["neutral"][0], VOTES["four of ten"][0]], dtype=np.uint8)
    measured = figures(certain([HAPPY, SAD, HAPPY]), np.array([SAD, SAD, SAD]), votes)
    assert (measured["ferplus_n"], measured["ferplus_accuracy"]) == (2, 0.5)


def test_public_test_rows_are_measured_where_there_are_some_and_every_row_otherwise() -> None:
    images = np.zeros((3, 48, 48), dtype=np.uint8)
    labels = np.array([0, 1, 2])
    assert rows_to_measure(Dataset(images, labels, np.array([0, 1, 1]))).labels.tolist() == [1, 2]
    assert len(rows_to_measure(Dataset(images, labels, np.zeros(3, dtype=np.int64)))) == 3
    assert len(rows_to_measure(Dataset(images, labels))) == 3


def test_another_split_is_measured_where_it_is_asked_for_by_name() -> None:
    images = np.zeros((3, 48, 48), dtype=np.uint8)
    dataset = Dataset(images, np.array([0, 1, 2]), np.array([0, 1, PRIVATE_TEST]))
    assert rows_to_measure(dataset, PRIVATE_TEST).labels.tolist() == [2]
    with pytest.raises(BadDataset, match="no rows"):
        rows_to_measure(Dataset(images, np.array([0, 1, 2])), PRIVATE_TEST)


def test_details_hold_the_confusions_and_what_the_bound_does() -> None:
    labels = np.array([HAPPY, HAPPY, SAD, NEUTRAL])
    probs = np.vstack([certain([HAPPY, SAD], 0.9), certain([SAD, NEUTRAL], 0.5)])
    found = details(probs, labels, None, abstain_below=0.6)
    assert found["confusion"]["labels"] == list(EXPRESSIONS)
    counts = np.array(found["confusion"]["counts"])
    assert counts.shape == (7, 7) and counts.sum() == 4
    assert (counts[HAPPY, HAPPY], counts[HAPPY, SAD], counts[SAD, SAD], counts[NEUTRAL, NEUTRAL]) == (1, 1, 1, 1)
    # given to the labels: 0.9, 0.1 / 6, 0.5, 0.5
    assert found["nll"] == round(-np.mean(np.log([0.9, 0.1 / 6, 0.5, 0.5])), 4)
    right_at_90, right_at_50 = 0.1**2 + 6 * (0.1 / 6) ** 2, 0.5**2 + 6 * (0.5 / 6) ** 2
    wrong_at_90 = 0.9**2 + (1 - 0.1 / 6) ** 2 + 5 * (0.1 / 6) ** 2
    assert found["brier"] == pytest.approx((right_at_90 + wrong_at_90 + 2 * right_at_50) / 4, abs=1e-4)
    assert (found["abstention"]["coverage"], found["abstention"]["accuracy"]) == (0.5, 0.5)
    assert found["coverage"][0]["coverage"] == 1.0
    assert set(found["intervals"]) == {"accuracy", "macro_recall", "ece", "per_class_recall", "ferplus_accuracy"}


def all_figures() -> dict[str, object]:
    probs, labels = certain([HAPPY, HAPPY, SAD]), np.array([HAPPY, HAPPY, HAPPY])
    costs = {"params": 699_119, "weights_bytes": 2_813_988, "ms_per_face": 0.394}
    return {**figures(probs, labels, None), **costs, **details(probs, labels, None, 0.4)}


def test_the_figures_are_json_to_the_last_one() -> None:
    assert json.loads(json.dumps(all_figures(), allow_nan=False)) == all_figures()


def test_the_table_shows_every_figure_its_interval_and_what_was_not_measured() -> None:
    lines = as_table(all_figures()).splitlines()
    table = {line[:23].strip(): line[23:].split() for line in lines}
    assert table["n"] == ["3"] and table["params"] == ["699,119"]
    assert table["accuracy"] == ["0.6667", "0", "to", "1"]
    assert table["recall disgust"] == table["ferplus_accuracy"] == ["not", "measured"]
    assert table["happy"] == ["0", "0", "0", "2", "1", "0", "0"]
    assert any(line.startswith("in use") and "100.0%" in line and "0.400" in line for line in lines)
