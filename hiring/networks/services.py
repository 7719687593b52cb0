"""Writing down which networks workers have. Switching one off, which stops runs, is hiring.actions.switch_model."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from hiring.audit import services as audit
from hiring.audit.actions import Action
from hiring.networks.models import Network

_SEEN_AGAIN = timedelta(minutes=1)


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

    Safe to repeat and to run in several workers at once. Whether a network is on is never changed here. Each claim of
    a run comes by here and all workers share the row, so what stands there already is not written again.
    """
    network, is_new = Network.objects.get_or_create(
        weights_sha256=shipped.weights_sha256,
        defaults={"kind": shipped.kind, **_facts(shipped)},
    )
    if is_new:
        audit.record(actor=audit.SYSTEM, action=Action.NETWORK_REGISTERED, obj=network, weights=network.short_hash)
    elif new := _news(network, shipped):
        Network.objects.filter(pk=network.pk).update(**new)
        for column, value in new.items():
            setattr(network, column, value)
    return network


def _news(network: Network, shipped: Shipped) -> dict[str, Any]:
    """The columns that differ. When it was seen is worth a write once a minute, or if another was named since."""
    now = timezone.now()
    changed = {column: value for column, value in _facts(shipped).items() if getattr(network, column) != value}
    others = Network.objects.filter(kind=network.kind, last_seen_at__gt=network.last_seen_at)
    if changed or network.last_seen_at < now - _SEEN_AGAIN or others.exists():
        changed["last_seen_at"] = now
    return changed


def _facts(shipped: Shipped) -> dict[str, Any]:
    """The columns that a new release of the same weights may change: a card is written again, an audit is added."""
    return {
        "name": shipped.name[:120],
        "card": shipped.card,
        "measured": shipped.measured,
        "fairness": shipped.fairness,
    }
