"""kill -9 of the worker in the middle of a run: afterwards the run completes, once."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.conftest import Product, wait_for

UPLOAD = """
from tests import factories
from hiring.recordings import uploads
from hiring.runs import services as runs
from hiring.policy.rules import Purpose
import pathlib
everything = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION, Purpose.EYES_HEAD)
interview = factories.make_interview(granted=everything)
video = pathlib.Path({path!r})
question = interview.position.questions.first()
recording = uploads.create(
    interview=interview, question=question, size_bytes=video.stat().st_size, file_name="a.mp4"
)
uploads.append(recording=recording, offset=0, pieces=iter([video.read_bytes()]))
assert uploads.mark_received(recording)
answer = str(runs.queue(recording=recording).pk)
"""
LOOK = """
from hiring.runs.models import AnalysisRun
answer = AnalysisRun.objects.filter(pk={run!r}).values("state", "attempt", "step", "done_ms").get()
"""
RESULT = """
from hiring.audit.models import Event
from hiring.recordings import vault
from hiring.runs.models import AnalysisRun
run = AnalysisRun.objects.get(pk={run!r})
recording = run.recording
answer = {{
    "state": run.state,
    "attempt": run.attempt,
    "frames": run.frames,
    "words": run.words.count(),
    "positions": len(set(run.words.values_list("position", flat=True))),
    "moments": sorted(run.moments.values_list("kind", flat=True)),
    "completions": Event.objects.filter(action="run.complete", object_id=str(run.pk)).count(),
    "runs": AnalysisRun.objects.count(),
    "recording": recording.state,
    "named": [recording.original_file, recording.playable_file, recording.poster_file, run.observations_file],
    "kept": vault.names(recording.interview_id),
}}
"""


def _run_until(product: Product, run: str, reached) -> dict:
    return wait_for(lambda: (row := product.ask(LOOK.format(run=run))) and reached(row) and row, f"run {run}", 180)


def test_after_kill_9_in_the_middle_of_a_run_it_completes_once(product: Product, clip: Path):
    run = product.ask(UPLOAD.format(path=str(clip)))
    first = product.start_worker()
    _run_until(product, run, lambda row: row["step"] == "frames" and row["state"] == "running")
    product.kill(first)
    assert product.ask(LOOK.format(run=run))["state"] == "running"
    product.start_worker()
    _run_until(product, run, lambda row: row["state"] not in ("running", "queued"))
    result = product.ask(RESULT.format(run=run))
    assert (result["state"], result["attempt"], result["completions"], result["runs"]) == ("complete", 2, 1, 1)
    assert result["frames"] == 1008 and result["words"] == result["positions"]
    assert "nobody_visible" in result["moments"] and "another_person" in result["moments"]
    assert result["recording"] == "ready" and set(result["named"]) <= set(result["kept"])
    assert not list((product.folder / "var" / "uploads").iterdir())


def test_what_was_queued_while_no_worker_ran_is_found_by_the_next_one(product: Product, clip: Path):
    """The message is thrown away, as a broker without memory does: the row alone must be enough."""
    run = product.ask(UPLOAD.format(path=str(clip)))
    product.ask("from hiring.celery import app\nanswer = app.control.purge()")
    product.start_worker()
    _run_until(product, run, lambda row: row["state"] == "complete")
