"""Reading runs."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from hiring.networks import selectors as networks
from hiring.networks.models import Network
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun


def latest_run(recording: Recording) -> AnalysisRun | None:
    """The run that a screen shows: the newest that was not cancelled."""
    return recording.runs.exclude(state=AnalysisRun.State.CANCELLED).order_by("-queued_at").first()


def stopped() -> QuerySet[AnalysisRun]:
    """Runs that can be started again: each the newest of a recording that is here, and ended without results."""
    states = [AnalysisRun.State.FAILED, AnalysisRun.State.QUARANTINED]
    here = [Recording.State.RECEIVED, Recording.State.READY]
    of_the_same = AnalysisRun.objects.filter(recording=OuterRef("recording"), queued_at__gt=OuterRef("queued_at"))
    newer = of_the_same.exclude(state=AnalysisRun.State.CANCELLED)
    return AnalysisRun.objects.filter(~Exists(newer), state__in=states, recording__state__in=here)


def waiting() -> QuerySet[AnalysisRun]:
    """Runs that lacked room, storage or database and continue by themselves."""
    return AnalysisRun.objects.filter(state=AnalysisRun.State.QUEUED, waits__gt=0)


def complete_run(recording: Recording) -> AnalysisRun | None:
    """The newest run with results."""
    return recording.runs.filter(state=AnalysisRun.State.COMPLETE).order_by("-finished_at").first()


def network_of(run: AnalysisRun) -> Network | None:
    """The network that made a run's expressions, as its manifest names it; None where there are none."""
    return networks.of_manifest(run.manifest)


def network_is_off(run: AnalysisRun | None) -> bool:
    """Whether a run's expressions were made by a network that has since been switched off."""
    network = network_of(run) if run is not None else None
    return network is not None and not network.is_on


def weights_in_use(runs: int = 200) -> list[dict[str, Any]]:
    """Every file of weights that the newest finished runs named, by name: with its hash and when it was used last."""
    complete = AnalysisRun.objects.filter(state=AnalysisRun.State.COMPLETE)
    newest = complete.exclude(manifest={}).order_by("-finished_at")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for manifest, at in newest.values_list("manifest", "finished_at")[:runs]:
        for name, sha256 in manifest.get("weights", {}).items():
            if sha256:
                found.setdefault((name, sha256), {"name": name, "sha256": sha256, "last_used_at": at})
    return [found[key] for key in sorted(found)]


def results_of(network: Network) -> int:
    """How many finished runs, of those that are kept, this network took part in."""
    complete = AnalysisRun.objects.filter(state=AnalysisRun.State.COMPLETE)
    return complete.filter(manifest__weights__expression=network.weights_sha256).count()
