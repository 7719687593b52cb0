"""Read models: which one is in use, and whether it may be."""

from __future__ import annotations

from collections.abc import Mapping

from hiring.networks.models import Network

Kind = Network.Kind


def current(kind: Kind = Kind.EXPRESSION) -> Network | None:
    """The model that a worker reported most recently; None if no worker ever has."""
    return Network.objects.filter(kind=kind).order_by("-last_seen_at").first()


def is_on(kind: Kind = Kind.EXPRESSION, weights_sha256: str = "") -> bool:
    """Whether the model with these weights may be used; without a hash, the one that a worker reported most recently.

    An unknown model may be used: it gets its row, switched on, before it is used.
    """
    rows = Network.objects.filter(kind=kind)
    network = rows.filter(weights_sha256=weights_sha256).first() if weights_sha256 else current(kind)
    return network is None or network.is_on


def hashes_that_are_off(kind: Kind = Kind.EXPRESSION) -> list[str]:
    """The hashes of weights that must not be used."""
    return list(Network.objects.filter(kind=kind, is_on=False).values_list("weights_sha256", flat=True))


def of_manifest(manifest: Mapping[str, object], kind: Kind = Kind.EXPRESSION) -> Network | None:
    """The model that a run's manifest names, if it is registered."""
    weights = manifest.get("weights")
    sha256 = weights.get(kind.value) if isinstance(weights, Mapping) else None
    return Network.objects.filter(kind=kind, weights_sha256=sha256).first() if sha256 else None
