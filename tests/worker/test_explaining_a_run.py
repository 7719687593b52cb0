"""A run keeps the picture of each explained moment encrypted in the vault, or nothing at all."""

from __future__ import annotations

import pytest

from analysis.types import ELSEWHERE, REGIONS
from hiring.recordings import vault
from hiring.runs.models import Explanation
from hiring.worker import execute as module
from tests.worker.test_execute import _executed, received

pytestmark = pytest.mark.django_db(transaction=True)
CLIP = "media/clips/covers_face_then_smiles.mp4"


def test_a_real_run_explains_every_moment_of_an_expression(shared):
    run = _executed(received(shared(CLIP)))
    assert run.state == "complete", run.failure
    shifts = run.moments.filter(kind="expression_shift").select_related("explanation")
    assert shifts
    for moment in shifts:
        found = moment.explanation
        assert moment.start_ms <= found.at_ms < moment.end_ms
        assert found.expression == moment.values["expression"]
        assert set(found.regions) == {*REGIONS, ELSEWHERE}
        assert sum(found.regions.values()) == pytest.approx(1, abs=0.001)
        with vault.open_file(run.recording.interview_id, found.picture_file) as file:
            assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert Explanation.objects.count() == len(shifts)


def test_a_run_that_cannot_be_saved_leaves_no_picture(shared, monkeypatch):
    recording = received(shared(CLIP))
    stored = []

    def fails(*, pictures, observations_file, **_):
        stored.extend([observations_file, *pictures.values()])
        raise RuntimeError("power cut")

    monkeypatch.setattr(module.lease, "complete", fails)
    run = _executed(recording)
    assert run.state == "queued" and len(stored) > 1
    assert not set(stored) & set(vault.names(recording.interview_id))
