from __future__ import annotations

from pathlib import Path

import pytest

from analysis.training.config import (
    DEFAULT_RECIPE,
    BadRecipe,
    TrainConfig,
    read_recipe,
    training_sha256,
)


def test_the_shipped_recipe_is_readable_and_has_a_seed() -> None:
    recipe = read_recipe(DEFAULT_RECIPE)
    assert recipe.seed > 0 and recipe.transfer.weights
    assert TrainConfig.from_mapping(recipe.as_mapping()) == recipe


@pytest.mark.parametrize(
    "text",
    [
        "epoch = 3",
        "[augment]\nspin = 1.0",
        "[network]\nwidth = 3",
        "precision = 'int4'",
        "epochs = 0",
        "seed = ",
    ],
)
def test_a_recipe_that_cannot_be_meant_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadRecipe, match=r"wrong\.toml is not usable"):
        read_recipe(path)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRecipe, match=r"gone\.toml cannot be read"):
        read_recipe(tmp_path / "gone.toml")


def test_the_training_hash_follows_recipe_and_dataset() -> None:
    one = training_sha256(TrainConfig(), "a")
    assert one == training_sha256(TrainConfig(), "a")
    assert len({one, training_sha256(TrainConfig(), "b"), training_sha256(TrainConfig(seed=1), "a")}) == 3
