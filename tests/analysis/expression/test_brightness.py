"""Preprocessing and the whole classifier under changes of light of 30 % either way."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from analysis.expression import weights_file
from analysis.expression.inference import ExpressionClassifier
from analysis.expression.preprocessing import normalise

LIGHTS = (0.7, 0.85, 1.15, 1.3)


def lit(faces: NDArray[np.uint8], gain: float) -> NDArray[np.uint8]:
    """As a camera would: rounded, and white stays white."""
    return np.clip(np.rint(faces * gain), 0, 255).astype(np.uint8)


def test_a_normalised_crop_has_mean_zero_and_deviation_one(faces: NDArray[np.uint8]) -> None:
    x = normalise(torch.tensor(faces))
    assert x.shape == (len(faces), 1, 48, 48) and x.dtype == torch.float32
    assert torch.allclose(x.mean(dim=(1, 2, 3)), torch.zeros(len(faces)), atol=1e-5)
    assert torch.allclose(x.std(dim=(1, 2, 3), correction=0), torch.ones(len(faces)), atol=1e-4)


@pytest.mark.parametrize("gain", LIGHTS)
def test_the_normalised_crop_does_not_follow_the_light(faces: NDArray[np.uint8], gain: float) -> None:
    change = normalise(torch.tensor(lit(faces, gain))) - normalise(torch.tensor(faces))
    assert change.abs().max() < 0.06  # of one deviation: the rounding to whole grey levels


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_crop_becomes_zeros_and_not_noise(level: int) -> None:
    flat = torch.full((1, 48, 48), level, dtype=torch.uint8)
    flat[0, 0, 0] = abs(level - 1)  # one grey level of sensor noise
    assert normalise(flat).abs().max() < 0.3


@pytest.mark.parametrize("gain", LIGHTS)
def test_light_alone_changes_no_probability(faces: NDArray[np.uint8], gain: float) -> None:
    network, _ = weights_file.read(weights_file.SHIPPED)
    grey = torch.tensor(faces).to(torch.float32)
    with torch.inference_mode():
        before, after = (network(normalise(each)).softmax(dim=1) for each in (grey, grey * gain))
    assert (before - after).abs().max() < 1e-4


@pytest.mark.parametrize("gain", LIGHTS)
def test_light_and_its_rounding_change_probabilities_little(
    shipped: ExpressionClassifier, faces: NDArray[np.uint8], gain: float
) -> None:
    change = np.abs(shipped.predict(lit(faces, gain)) - shipped.predict(faces)).max(axis=1)  # (N,)
    # smooth waves show every step of the rounding: up to 0.13 was seen and 0.044 in the mean, whether in float32 or
    # in bf16; 0.03 on 99 % of real faces
    assert change.mean() < 0.07


@pytest.fixture
def some(public_test: tuple[NDArray[np.uint8], NDArray[np.int64]]) -> NDArray[np.uint8]:
    """Every fourth image of PublicTest: all of them take minutes where the processor has no bf16."""
    return public_test[0][::4]


@cache
def _of_these(classifier: ExpressionClassifier, content: bytes) -> NDArray[np.float32]:
    return classifier.predict(np.frombuffer(content, np.uint8).reshape(-1, 48, 48))


@pytest.fixture
def before(shipped: ExpressionClassifier, some: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What is said of them as they are, asked once."""
    return _of_these(shipped, some.tobytes())


@pytest.mark.parametrize(("gain", "same"), [(0.7, 0.98), (0.85, 0.98), (1.15, 0.96), (1.3, 0.92)])
def test_real_faces_keep_their_expression_in_other_light(
    shipped: ExpressionClassifier, some: NDArray[np.uint8], before: NDArray[np.float32], gain: float, same: float
) -> None:
    after = shipped.predict(lit(some, gain))
    # many of these photographs hold white already, and what saturates is lost
    assert np.mean(before.argmax(axis=1) == after.argmax(axis=1)) > same
    assert np.abs(before - after).mean() < 0.02


@pytest.mark.parametrize("gain", [0.7, 0.85])
def test_darker_real_faces_keep_their_probabilities(
    shipped: ExpressionClassifier, some: NDArray[np.uint8], before: NDArray[np.float32], gain: float
) -> None:
    change = np.abs(before - shipped.predict(lit(some, gain)))
    assert np.quantile(change.max(axis=1), 0.99) < 0.05
