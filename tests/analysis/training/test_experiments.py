from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.expression.network import ExpressionNet, NetworkConfig
from analysis.training import auxiliary, experiments
from analysis.training.auxiliary import AuxiliaryTargets
from analysis.training.config import BadRecipe, read_recipe, read_toml
from analysis.training.datasets import read_dataset

RECIPE = """
epochs = 1
batch = 16
precision = "float32"
held_out = 0.15
[network]
widths = [4, 8]
blocks = [1, 1]
squeeze = 2
[auxiliary]
weight = 1.0
"""
PLAN = """
[base]
seed = 3
[[ablation]]
name = "all"
change = {}
[[ablation]]
name = "after a first task"
first = { labels = { weight = 0.0 } }
change = { auxiliary = { weight = 0.0 } }
[[sizes]]
name = "wide"
change = { network = { widths = [8, 16] } }
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    recipe, plan = tmp_path / "recipe.toml", tmp_path / "plan.toml"
    recipe.write_text(RECIPE, encoding="utf-8")
    plan.write_text(PLAN, encoding="utf-8")
    return recipe, plan, tmp_path / "results.json"


def _without_times(found: dict[str, Any]) -> dict[str, Any]:
    return {
        kind: [{key: value for key, value in row.items() if key != "ms_per_face"} for row in found[kind]]
        for kind in ("ablation", "sizes")
    }


def test_every_planned_training_is_measured_once(tiny_npz: Path, files: tuple[Path, Path, Path]) -> None:
    recipe, plan, results = files
    dataset = read_dataset(tiny_npz)
    targets = AuxiliaryTargets(np.zeros((78, 52), np.float32), np.ones(78, np.float32), dataset.sha256, "t")
    found = experiments.run(plan, results, dataset, targets, 1, recipe)
    assert [row["name"] for row in found["ablation"]] == ["all", "after a first task"]
    assert [row["name"] for row in found["sizes"]] == ["wide"]
    assert found["sizes"][0]["params"] > found["ablation"][0]["params"]
    assert all(0 <= row["accuracy"] <= 1 for row in (*found["ablation"], *found["sizes"]))
    assert json.loads(results.read_text(encoding="utf-8")) == found
    plan.write_text(plan.read_text(encoding="utf-8").replace('"wide"', '"broad"'), encoding="utf-8")
    again = experiments.run(plan, results, dataset, targets, 1, recipe)
    assert [row.pop("name") for row in again["sizes"]] == ["broad"]  # a row's name is its own, whoever trained it
    del found["sizes"][0]["name"]
    assert _without_times(again) == _without_times(found)  # minutes too: nothing ran again


def test_the_plan_in_the_repository_changes_one_thing_at_a_time() -> None:
    plan = read_toml(experiments.DEFAULT_PLAN)
    for trial in (*plan["ablation"], *plan["sizes"]):
        changed = read_recipe(experiments.DEFAULT_RECIPE, plan["base"], trial["change"])
        assert changed.epochs == plan["base"]["epochs"]
        assert len(trial["change"]) <= 1


def test_an_empty_plan_is_refused(tiny_npz: Path, files: tuple[Path, Path, Path]) -> None:
    recipe, plan, results = files
    plan.write_text("[base]\nseed = 3\n", encoding="utf-8")
    dataset = read_dataset(tiny_npz)
    targets = auxiliary.AuxiliaryTargets(np.zeros((78, 52), np.float32), np.ones(78, np.float32), dataset.sha256)
    with pytest.raises(BadRecipe, match="no \\[\\[ablation"):
        experiments.run(plan, results, dataset, targets, 1, recipe)


def test_multiplications_are_those_of_the_convolutions_on_paper() -> None:
    network = ExpressionNet(NetworkConfig(widths=(4,), blocks=(1,), squeeze=2))
    stem, block, head = 25 * 4 * 24 * 24, 2 * 9 * 4 * 4 * 24 * 24, 4 * 7
    gate = 4 * 2 + 2 * 4
    assert experiments.multiplications(network) == stem + block + gate + head
