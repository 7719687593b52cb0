"""`python -m analysis.training`, from a dataset to a card, on pictures of stripes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from analysis.expression import weights_file
from analysis.training import checkpoints
from analysis.training.__main__ import main
from analysis.training.datasets import read_dataset

KEYS = [
    *("n", "accuracy", "macro_recall", "ece", "per_class_recall"),
    *("ferplus_n", "ferplus_accuracy"),
    *("params", "weights_bytes", "ms_per_face"),
]

RECIPE = """
seed = 5
epochs = 2
batch = 16
precision = "float32"
held_out = 0.15
[network]
widths = [4, 8]
blocks = [1, 1]
squeeze = 2
"""


@pytest.fixture
def weights(tiny_npz: Path, tmp_path: Path) -> Path:
    recipe, path = tmp_path / "recipe.toml", tmp_path / "weights" / "tiny.safetensors"
    recipe.write_text(RECIPE, encoding="utf-8")
    out = str(tmp_path / "out")
    train = ["train", "--dataset", str(tiny_npz), "--config", str(recipe), "--out", out, "--threads", "1"]
    assert main(train) == 0
    checkpoint = str(tmp_path / "out" / "newest.pt")
    export = ["export", "--dataset", str(tiny_npz), "--checkpoint", checkpoint, "--weights", str(path)]
    assert main([*export, "--name", "tiny"]) == 0
    return path


def test_train_export_evaluate_and_card_work_one_after_the_other(
    weights: Path, tiny_npz: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    common = ["--dataset", str(tiny_npz), "--weights", str(weights), "--threads", "1"]
    assert main(["evaluate", *common, "--json"]) == 0
    measured = json.loads(capsys.readouterr().out)
    assert list(measured)[: len(KEYS)] == KEYS  # intervals and confusions come after them
    assert measured["n"] == measured["ferplus_n"] == 14  # the rows of split 1
    assert measured["weights_bytes"] == weights.stat().st_size

    assert main(["card", *common]) == 0
    card = weights.with_name("MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# Model card: tiny\n")
    assert f"{measured['accuracy']:.1%}" in card and "$" not in card


def test_the_export_says_where_it_comes_from(weights: Path) -> None:
    _, info = weights_file.read(weights)
    assert info.name == "tiny" and 0.2 <= info.temperature <= 5
    assert info.architecture.widths == (4, 8)
    assert len(info.training_sha256) == 64
    assert info.training["epochs_done"] == 2 and info.training["coverage"] == 0.9
    assert 1 / 7 < info.abstain_below < 1
    assert (weights.parents[1] / "out" / "curves.svg").read_text(encoding="utf-8").startswith("<?xml")


def test_rare_expressions_are_favoured_by_the_last_bias_and_only_when_asked_for(
    tiny_npz: Path, tmp_path: Path, weights: Path
) -> None:
    other = weights.with_name("other.safetensors")
    checkpoint = checkpoints.load(tmp_path / "out" / "newest.pt")
    export = ["export", "--dataset", str(tiny_npz), "--checkpoint", str(tmp_path / "out" / "newest.pt")]
    assert main([*export, "--weights", str(other), "--rare", "0.5"]) == 0
    plain, moved = (weights_file.read(path)[0].state_dict() for path in (weights, other))
    assert {name for name in plain if not plain[name].equal(moved[name])} == {"head.3.bias"}
    labels = read_dataset(tiny_npz, "auto").labels[checkpoint.learned.numpy()]
    counts = np.bincount(labels, minlength=7)
    added = (moved["head.3.bias"] - plain["head.3.bias"]).numpy()
    assert added.mean() == pytest.approx(0, abs=1e-5)
    assert np.ptp(added + 0.5 * np.log(counts)) == pytest.approx(0, abs=1e-4)


def test_weights_of_another_dataset_are_not_exported(
    tiny_npz: Path, tmp_path: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.npz"
    with np.load(tiny_npz) as arrays:
        np.savez(other, **{name: value[:70] for name, value in arrays.items()})
    before = weights.read_bytes()
    arguments = ["--checkpoint", str(tmp_path / "out" / "newest.pt"), "--weights", str(weights)]
    assert main(["export", "--dataset", str(other), *arguments]) == 2
    assert "was not trained on" in capsys.readouterr().err
    assert weights.read_bytes() == before


def test_a_missing_dataset_is_one_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "--dataset", str(tmp_path / "gone.npz")]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "gone.npz" in said.err


def test_a_missing_checkpoint_is_one_sentence_and_exit_code_2(
    tiny_npz: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--checkpoint", str(tmp_path / "gone.pt"), "--weights", str(tmp_path / "new.safetensors")]
    assert main(["export", "--dataset", str(tiny_npz), *arguments]) == 2
    assert "gone.pt" in capsys.readouterr().err
    assert not (tmp_path / "new.safetensors").exists()
