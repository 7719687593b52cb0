"""Read runs."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from hiring.networks import selectors as networks
from hiring.networks.models import Network
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun


def latest_run(recording: Recording) -> AnalysisRun | None:
    """The run that a screen shows: the newest that was not canceled."""
    return recording.runs.exclude(state=AnalysisRun.State.CANCELLED).order_by("-queued_at").first()


def stopped() -> QuerySet[AnalysisRun]:
    """Runs that can be restarted: each is the newest of an existing recording and ended without results."""
    states = [AnalysisRun.State.FAILED, AnalysisRun.State.QUARANTINED]
    here = [Recording.State.RECEIVED, Recording.State.READY]
    of_the_same = AnalysisRun.objects.filter(recording=OuterRef("recording"), queued_at__gt=OuterRef("queued_at"))
    newer = of_the_same.exclude(state=AnalysisRun.State.CANCELLED)
    return AnalysisRun.objects.filter(~Exists(newer), state__in=states, recording__state__in=here)


def waiting() -> QuerySet[AnalysisRun]:
    """Runs that lacked room, storage or database and continue automatically."""
    return AnalysisRun.objects.filter(state=AnalysisRun.State.QUEUED, waits__gt=0)


def complete_run(recording: Recording) -> AnalysisRun | None:
    """The newest run with results."""
    return recording.runs.filter(state=AnalysisRun.State.COMPLETE).order_by("-finished_at").first()


def network_of(run: AnalysisRun) -> Network | None:
    """The model that produced a run's expressions, as named in its manifest; None if there are none."""
    return networks.of_manifest(run.manifest)


def network_is_off(run: AnalysisRun | None) -> bool:
    """Whether a run's expressions were produced by a model that has since been switched off."""
    network = network_of(run) if run is not None else None
    return network is not None and not network.is_on


def weights_in_use(runs: int = 200) -> list[dict[str, Any]]:
    """Every weights file named by the newest finished runs, by name: with its hash and when it was last used."""
    complete = AnalysisRun.objects.filter(state=AnalysisRun.State.COMPLETE)
    newest = complete.exclude(manifest={}).order_by("-finished_at")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for manifest, at in newest.values_list("manifest", "finished_at")[:runs]:
        for name, sha256 in manifest.get("weights", {}).items():
            if sha256:
                found.setdefault((name, sha256), {"name": name, "sha256": sha256, "last_used_at": at})
    return [found[key] for key in sorted(found)]


def results_of(network: Network) -> int:
    """How many of the finished runs that are still kept used this model."""
    complete = AnalysisRun.objects.filter(state=AnalysisRun.State.COMPLETE)
    return complete.filter(manifest__weights__expression=network.weights_sha256).count()
