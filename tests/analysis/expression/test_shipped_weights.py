from __future__ import annotations

import hashlib
import json

import numpy as np
from numpy.typing import NDArray
from safetensors.torch import load_file

from analysis.expression import weights_file
from analysis.expression.calibration import expected_calibration_error, is_sure
from analysis.expression.inference import ExpressionClassifier
from analysis.training.card import FAIRNESS_NAME, FIGURES_NAME
from analysis.training.config import DEFAULT_RECIPE, read_recipe, training_sha256

CARD = weights_file.SHIPPED.with_name("MODEL_CARD.md")


def test_the_reported_hash_is_that_of_the_file_and_of_its_card(shipped: ExpressionClassifier) -> None:
    assert shipped.weights_sha256 == hashlib.sha256(weights_file.SHIPPED.read_bytes()).hexdigest()
    assert shipped.weights_sha256 in CARD.read_text(encoding="utf-8")


def test_the_hash_inside_is_that_of_the_tensors() -> None:
    _, info = weights_file.read(weights_file.SHIPPED)
    assert weights_file.tensors_sha256(load_file(weights_file.SHIPPED)) == info.tensors_sha256


def test_the_weights_come_from_the_recipe_in_the_repository() -> None:
    _, info = weights_file.read(weights_file.SHIPPED)
    recipe = read_recipe(DEFAULT_RECIPE)
    assert info.training_sha256 == training_sha256(recipe, str(info.training["dataset_sha256"]))
    assert info.training["epochs_done"] == recipe.epochs


def test_the_weights_stay_under_eight_megabytes() -> None:
    assert weights_file.SHIPPED.stat().st_size <= 8_000_000


def test_a_face_and_its_mirror_image_get_the_same_answer(
    shipped: ExpressionClassifier, faces: NDArray[np.uint8]
) -> None:
    assert np.allclose(shipped.predict(faces), shipped.predict(faces[:, :, ::-1]), atol=0.01)  # bf16


def test_the_figures_and_the_audit_beside_the_weights_are_of_these_weights(shipped: ExpressionClassifier) -> None:
    for name in (FIGURES_NAME, FAIRNESS_NAME):
        figures = json.loads(weights_file.SHIPPED.with_name(name).read_text(encoding="utf-8"))
        assert figures["weights_sha256"] == shipped.weights_sha256


def test_some_of_the_faces_that_training_never_saw_are_not_surely_anything(
    shipped: ExpressionClassifier, public_test: tuple[NDArray[np.uint8], NDArray[np.int64]]
) -> None:
    images, labels = public_test
    probs = shipped.predict(images)
    sure = is_sure(probs, shipped.abstain_below)
    right = probs.argmax(axis=1) == labels
    assert 0.85 < sure.mean() < 0.95
    assert right[sure].mean() > right.mean() + 0.02


def test_the_card_says_what_the_weights_must_not_do() -> None:
    card = " ".join(CARD.read_text(encoding="utf-8").replace("*", "").split())
    for sentence in (
        "An expression shown is not an emotion felt",
        "must not be used to score, rank, filter, accept or reject people",
        "the rights of single images are unclear",
        "Research use.",
        "Not measured on interview video yet",
        "PublicTest was used for development",
    ):
        assert sentence in card


def test_six_in_ten_faces_of_public_test_are_named_right_with_calibrated_probabilities(
    shipped: ExpressionClassifier, public_test: tuple[NDArray[np.uint8], NDArray[np.int64]]
) -> None:
    images, labels = public_test
    probs = shipped.predict(images)
    assert np.mean(probs.argmax(axis=1) == labels) >= 0.60
    assert expected_calibration_error(probs, labels) <= 0.06
