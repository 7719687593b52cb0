"""Stores what the pipeline saves along the way in the vault, and restores it for the next attempt."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

from django.db import Error

from analysis.observations import ObservationWriter, read
from analysis.savepoint import Saved, SoFar
from analysis.types import Observation
from hiring.recordings import vault
from hiring.runs import lease, savepoints
from hiring.runs.models import AnalysisRun
from hiring.worker.storing import remove_unreferenced_files

log = logging.getLogger(__name__)


def saved(run: AnalysisRun, folder: Path) -> Saved | None:
    """What a previous attempt has left of this run; its files are decrypted into `folder`."""
    row = savepoints.of(run)
    if row is None:
        return None
    interview_id = run.recording.interview_id
    paths = [folder / f"part-{number}.parquet" for number in range(len(row.parts))]
    try:
        with vault.open_file(interview_id, row.state_file) as file:
            state = file.read()
        for name, path in zip(row.parts, paths, strict=True):
            vault.extract(interview_id, name, path)
    except (OSError, vault.Damaged):
        log.warning("The savepoint of run %s cannot be read; the run starts over.", run.pk)
        return None
    return Saved(state, _observations(paths))


def _observations(paths: list[Path]) -> Iterator[Observation]:
    for path in paths:
        yield from read(path)


class Saver:
    """Pass it to the pipeline as `save`. Raises lease.LeaseLost.

    If disk or database refuse, the run continues: what could not be saved goes into the next savepoint.
    """

    def __init__(self, run: AnalysisRun) -> None:
        self._run = run
        self._waiting: list[Observation] = []

    def __call__(self, so_far: SoFar) -> None:
        self._waiting += so_far.observations
        part = io.BytesIO()
        with ObservationWriter(part) as writer:
            writer.write(self._waiting)
        part.seek(0)
        interview_id = self._run.recording.interview_id
        try:
            with remove_unreferenced_files(self._still_referenced, interview_id) as store:
                lease.save(
                    run=self._run,
                    state_file=store(io.BytesIO(so_far.savepoint), "state"),
                    part=store(part, "parquet"),
                    begins=self._waiting[0].index == 0,
                    moments=so_far.moments,
                    until_ms=so_far.until_ms,
                )
        except (Error, OSError):
            log.warning("Run %s could not be saved this time; it continues.", self._run.pk)
            return
        self._waiting = []

    def _still_referenced(self, names: list[str]) -> bool:
        row = savepoints.of(self._run)
        return row is not None and row.state_file in names
