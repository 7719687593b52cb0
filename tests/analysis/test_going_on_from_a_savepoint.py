"""A run that goes on where another stopped finds what one run in one piece finds, to the last digit."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analysis import savepoint
from analysis.config import PipelineConfig
from analysis.pipeline import Analysis
from analysis.savepoint import Saved, Savepoint, SoFar
from analysis.types import MomentKind, Observation, Outcome, Stage

CLIPS = ["several_faces.mp4", "covers_face_then_smiles.mp4", "leaves_frame.mov", "grid_bbaf2n.mpg"]
PLAN = frozenset({Stage.FACES, Stage.EXPRESSION, Stage.LANDMARKS, Stage.LIVENESS})

Points = list[SoFar]


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.pipeline.EVERY_MS", 2000)


@pytest.fixture
def config(shared: Callable[[str], Path]) -> PipelineConfig:
    return PipelineConfig(plan=PLAN, model_dir=str(shared("models/face_landmarker.task").parent))


def whole(analysis: Analysis) -> tuple[list[Observation], Outcome]:
    seen = [row for window in analysis for row in window]
    outcome = analysis.outcome()
    assert outcome.manifest.pop("measured")  # type: ignore[attr-defined]
    return seen, outcome


def saving(path: Path, config: PipelineConfig) -> tuple[tuple[list[Observation], Outcome], Points]:
    points: Points = []
    found = whole(Analysis(path, config, save=points.append))
    return found, points


def up_to(points: Points, last: int) -> Saved:
    return Saved(points[last].savepoint, (row for point in points[: last + 1] for row in point.observations))


@pytest.mark.parametrize("name", CLIPS)
def test_going_on_anywhere_equals_one_piece(name: str, clip: Callable[[str], Path], config: PipelineConfig) -> None:
    path = clip(name)
    in_one_piece = whole(Analysis(path, config))
    saved, points = saving(path, config)
    assert points and saved == in_one_piece
    for last in {0, len(points) - 1}:
        assert whole(Analysis(path, config, saved=up_to(points, last))) == in_one_piece


def test_who_goes_on_looks_at_no_frame_again_and_saves_only_what_is_new(
    clip: Callable[[str], Path], config: PipelineConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = clip("covers_face_then_smiles.mp4")
    (seen, _), points = saving(path, config)
    looked: list[int] = []
    from analysis.faces.stage import FaceStage

    look = FaceStage.look
    monkeypatch.setattr(
        FaceStage, "look", lambda self, picture, pts_ms: looked.append(pts_ms) or look(self, picture, pts_ms)
    )
    later: Points = []
    analysis = Analysis(path, config, saved=up_to(points, 0), save=later.append)
    assert [row for window in analysis for row in window] == seen
    assert looked == [row.pts_ms for row in seen][-len(looked) :] and len(looked) < len(seen) - 32
    assert [point.observations for point in later] == [point.observations for point in points[1:]]


def test_a_stop_between_two_savepoints_loses_only_what_came_after(
    clip: Callable[[str], Path], config: PipelineConfig
) -> None:
    path, points = clip("covers_face_then_smiles.mp4"), list[SoFar]()
    running = iter(Analysis(path, config, save=points.append))
    while not points:
        next(running)
    later = next(running)
    assert later[-1].index > points[-1].observations[-1].index
    running.close()  # the worker dies here
    assert whole(Analysis(path, config, saved=up_to(points, len(points) - 1))) == whole(Analysis(path, config))


def test_a_savepoint_of_another_configuration_is_not_used(
    clip: Callable[[str], Path], config: PipelineConfig
) -> None:
    path = clip("several_faces.mp4")
    _, points = saving(path, config)
    other = replace(config, faces=replace(config.faces, detect_every_ms=800))
    assert whole(Analysis(path, other, saved=up_to(points, 0))) == whole(Analysis(path, other))


def test_a_savepoint_of_another_file_is_not_used(clip: Callable[[str], Path], config: PipelineConfig) -> None:
    _, points = saving(clip("several_faces.mp4"), config)
    path = clip("leaves_frame.mov")
    assert whole(Analysis(path, config, saved=up_to(points, 0))) == whole(Analysis(path, config))


def test_what_is_marked_so_far_is_told_on_the_way(clip: Callable[[str], Path], config: PipelineConfig) -> None:
    (_, outcome), points = saving(clip("leaves_frame.mov"), config)
    assert [point.until_ms for point in points] == sorted(point.until_ms for point in points)
    for point in points:
        assert all(moment.span.end_ms <= point.until_ms for moment in point.moments)
    told = {moment.kind for moment in points[-1].moments}
    assert MomentKind.CUT in told and told <= {moment.kind for moment in outcome.moments}


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("/tmp/sightline-savepoint-ran-code"),)


@pytest.mark.parametrize("state", [{"faces": Evil()}, {"faces": np.load}, {"faces": pickle.loads}])
def test_a_savepoint_runs_no_code(state: dict[str, object]) -> None:
    content = Savepoint("key", 3, state).to_bytes()
    assert savepoint.read(content, "key") is None
    assert not Path("/tmp/sightline-savepoint-ran-code").exists()


def test_a_damaged_savepoint_or_one_of_another_key_is_none() -> None:
    content = Savepoint("key", 3, {"scene": np.arange(3), "faces": None}).to_bytes()
    found = savepoint.read(content, "key")
    assert found is not None and found.frames == 3 and found.state["scene"].tolist() == [0, 1, 2]
    assert savepoint.read(content[: len(content) // 2], "key") is None
    assert savepoint.read(content, "another key") is None
    assert savepoint.read(b"", "key") is None
