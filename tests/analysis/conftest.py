"""Real clips, sounds and models lie outside the repository: a test that needs one is skipped where it is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """shared("media/clips/no_face.mp4") -> its path, or a skipped test."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"{path} is missing")
        return path

    return find


@pytest.fixture
def clip(shared: Callable[[str], Path]) -> Callable[[str], Path]:
    return lambda name: shared(f"media/clips/{name}")


@pytest.fixture
def speech(shared: Callable[[str], Path]) -> Callable[[str], Path]:
    return lambda name: shared(f"media/speech/{name}")
