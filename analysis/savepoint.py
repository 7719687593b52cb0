"""What a run must remember to continue in the middle as if it had never stopped.

A savepoint is bytes that only this program reads again, with the same file, configuration, weights, packages and
code. It holds faces of the candidate, so it is kept like the recording itself and removed when the run ends.
"""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis.manifest import versions
from analysis.types import Moment, Observation

#: A savepoint is made whenever this much more media time is settled.
EVERY_MS = 60_000

# What a savepoint may be made of: the memories of the stages, and what numpy needs for its arrays.
_OWN = ("analysis.faces.", "analysis.signals.", "analysis.video.scene", "analysis.video.background")
_CLASSES = frozenset(
    {
        ("analysis.config", "FaceConfig"),
        ("analysis.types", "Visibility"),
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy._core.numeric", "_frombuffer"),
        ("collections", "deque"),
    }
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A savepoint and every observation up to it, in order of time."""

    savepoint: bytes
    observations: Iterable[Observation]


@dataclass(frozen=True, slots=True)
class SoFar:
    """What a run passes on to be saved: a savepoint, the observations since the one before, and what they show.

    moments: of everything up to until_ms; the rest of the recording may still change them.
    """

    savepoint: bytes
    observations: list[Observation]
    moments: tuple[Moment, ...]
    until_ms: int


@dataclass(frozen=True, slots=True)
class Savepoint:
    """frames: how many were analyzed. state: what the stages remember of them, and what is not settled yet.

    key: identifies what the run was made from and with; a savepoint with another key is of no use.
    """

    key: str
    frames: int
    state: dict[str, Any]

    def to_bytes(self) -> bytes:
        return pickle.dumps((self.key, self.frames, self.state), protocol=5)


def key_of(
    config_fingerprint: str,
    input_sha256: str,
    weights: Mapping[str, str],
    stages: Mapping[Any, str],
    engines: Mapping[str, str],
) -> str:
    """SHA-256 of everything that decides what a run finds."""
    parts = {
        "config": config_fingerprint,
        "input": input_sha256,
        "weights": dict(weights),
        "engines": dict(engines),
        "stages": {str(stage): state for stage, state in stages.items()},
        "versions": versions(),
        "code": _code_sha256(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _code_sha256() -> str:
    """SHA-256 of this package's modules: an update between two attempts may change what they remember, and how."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read(savepoint: bytes, key: str) -> Savepoint | None:
    """The savepoint, or None if it is damaged or has another key: then a run starts from the beginning."""
    try:
        found = Savepoint(*_Unpickler(io.BytesIO(savepoint)).load())
    except Exception:
        return None
    return found if found.key == key else None


class _Unpickler(pickle.Unpickler):
    """Creates what a savepoint is made of and nothing else: a file that was tampered with must not run code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _CLASSES or module.startswith(_OWN):
            found = super().find_class(module, name)
            if isinstance(found, type) or (module, name) in _CLASSES:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is not for savepoints")
