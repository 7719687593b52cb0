"""Reading runs."""

from __future__ import annotations

from hiring.networks import selectors as networks
from hiring.networks.models import Network
from hiring.recordings.models import Recording
from hiring.runs.models import AnalysisRun


def latest_run(recording: Recording) -> AnalysisRun | None:
    """The run that a screen shows: the newest that was not cancelled."""
    return recording.runs.exclude(state=AnalysisRun.State.CANCELLED).order_by("-queued_at").first()


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


def results_of(network: Network) -> int:
    """How many finished runs, of those that are kept, this network took part in."""
    complete = AnalysisRun.objects.filter(state=AnalysisRun.State.COMPLETE)
    return complete.filter(manifest__weights__expression=network.weights_sha256).count()
