"""What tests of voices need: the weights that Resemblyzer's wheel brings."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


def has_weights() -> bool:
    return find_spec("resemblyzer") is not None


needs_weights = pytest.mark.skipif(
    not has_weights(), reason="Resemblyzer's wheel (requirements-weights.txt) is not installed"
)
