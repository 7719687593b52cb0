"""Record which models workers have. Switching one off, which stops runs, is done by hiring.actions.switch_model."""

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
    """What a worker has: a model, its card, and what was measured for these exact weights ({} if nothing was)."""

    name: str
    weights_sha256: str
    card: str = ""
    measured: dict[str, Any] = field(default_factory=dict)
    fairness: dict[str, Any] = field(default_factory=dict)
    kind: Network.Kind = Network.Kind.EXPRESSION


@transaction.atomic
def register(*, shipped: Shipped) -> Network:
    """Record that a worker has this model. New weights create a new row, switched on.

    Safe to repeat and to run in several workers at once. Whether a model is on is never changed here. This runs on
    every claim of a run and all workers share the row, so unchanged values are not written again.
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
    """The columns that differ. Last-seen time is written once a minute, or if another model was reported since."""
    now = timezone.now()
    changed = {column: value for column, value in _facts(shipped).items() if getattr(network, column) != value}
    others = Network.objects.filter(kind=network.kind, last_seen_at__gt=network.last_seen_at)
    if changed or network.last_seen_at < now - _SEEN_AGAIN or others.exists():
        changed["last_seen_at"] = now
    return changed


def _facts(shipped: Shipped) -> dict[str, Any]:
    """The columns that a new release of the same weights may change: a card is rewritten, an audit is added."""
    return {
        "name": shipped.name[:120],
        "card": shipped.card,
        "measured": shipped.measured,
        "fairness": shipped.fairness,
    }
