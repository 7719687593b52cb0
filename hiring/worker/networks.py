"""Tell the registry which expression model this worker has: its weights, its card, and its measurements."""

from __future__ import annotations

import hashlib
import json
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any

from analysis.expression import weights_file
from hiring.networks import services
from hiring.networks.models import Network
from hiring.networks.services import Shipped

log = logging.getLogger(__name__)
CARD, MEASURED, FAIRNESS = "MODEL_CARD.md", "measured.json", "fairness.json"


def register_own() -> Network | None:
    """Register the local model. None if none can be read: its stage then computes nothing."""
    shipped = shipped_here()
    return services.register(shipped=shipped) if shipped else None


def shipped_here() -> Shipped | None:
    """What this worker's files say. Files next to the weights that describe other weights are left out."""
    weights = weights_file.SHIPPED
    try:
        name, sha256 = _identity(weights, weights.stat().st_mtime_ns)
    except (OSError, weights_file.BadWeights) as error:
        log.warning("This worker has no expression model to register: %s", error)
        return None
    card = weights.with_name(CARD)
    return Shipped(
        name=name,
        weights_sha256=sha256,
        card=card.read_text() if card.is_file() else "",
        measured=_about(weights.with_name(MEASURED), sha256),
        fairness=_about(weights.with_name(FAIRNESS), sha256),
    )


@lru_cache(maxsize=4)
def _identity(weights: Path, _changed_ns: int) -> tuple[str, str]:
    """Name and SHA-256 of a weights file; the hash is the one named in a run's manifest. Raises BadWeights."""
    _, info = weights_file.read(weights)
    return info.name, hashlib.sha256(weights.read_bytes()).hexdigest()


def _about(path: Path, sha256: str) -> dict[str, Any]:
    """A JSON object that says it is about these weights, or nothing."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text())
    except ValueError:
        log.warning("%s is not JSON; it is left out of the registry.", path)
        return {}
    if not isinstance(found, dict) or found.get("weights_sha256") != sha256:
        log.warning("%s is about other weights; it is left out of the registry.", path)
        return {}
    return found
