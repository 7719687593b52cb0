from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.expression.inference import ExpressionClassifier


@pytest.fixture(scope="session")
def shipped() -> ExpressionClassifier:
    return ExpressionClassifier.load(threads=2)


@cache
def _public_test(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    with np.load(path) as arrays:
        ours = arrays["split"] == 1
        return arrays["images"][ours], arrays["labels"][ours].astype(np.int64)


@pytest.fixture
def public_test(shared: Callable[[str], Path]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(3589, 48, 48) grey crops and (3589,) labels of FER-2013's PublicTest."""
    return _public_test(shared("data/fer2013_train_valid.npz"))


@pytest.fixture(scope="session")
def faces() -> NDArray[np.uint8]:
    """(40, 48, 48) smooth pictures with the grey range of a photograph, without a real person in them."""
    random = np.random.default_rng(5)
    rows, columns = np.mgrid[0:48, 0:48] / 48
    waves = random.uniform(1, 9, (40, 4, 1, 1))
    picture = np.sin(waves[:, 0] * rows + waves[:, 1]) + np.cos(waves[:, 2] * columns + waves[:, 3])  # -2..2
    return np.rint(105 + 40 * picture).astype(np.uint8)  # 25..185: 30 % brighter does not saturate
