"""Writing down which networks workers have. Switching one off, which stops runs, is hiring.runs.networks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from hiring.audit import services as audit
from hiring.networks.models import Network


@dataclass(frozen=True)
class Shipped:
    """What a worker has: a network, its card, and what was measured of these very weights ({} where nothing was)."""

    name: str
    weights_sha256: str
    card: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    fairness: dict[str, Any] = field(default_factory=dict)
    kind: Network.Kind = Network.Kind.EXPRESSION


@transaction.atomic
def register(*, shipped: Shipped) -> Network:
    """Note that a worker has this network. New weights are a new row, switched on.

    Safe to repeat and to run in several workers at once. Whether a network is on is never changed here.
    """
    network, is_new = Network.objects.get_or_create(
        weights_sha256=shipped.weights_sha256,
        defaults={"kind": shipped.kind, **_facts(shipped)},
    )
    if is_new:
        audit.record(actor=audit.SYSTEM, action="network.registered", obj=network, weights=network.short_hash)
    else:
        Network.objects.filter(pk=network.pk).update(last_seen_at=timezone.now(), **_facts(shipped))
        network.refresh_from_db()
    return network


def _facts(shipped: Shipped) -> dict[str, Any]:
    """The columns that a new release of the same weights may change: a card is written again, an audit is added."""
    return {
        "name": shipped.name[:120],
        "card": shipped.card,
        "measured": shipped.measured,
        "fairness": shipped.fairness,
    }
