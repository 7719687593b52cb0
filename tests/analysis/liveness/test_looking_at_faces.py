"""Faces before the camera pass for such, faces on a screen mostly do not; without weights the stage is off."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from analysis.config import FaceConfig, PipelineConfig, VideoLimits
from analysis.faces.stage import FaceStage
from analysis.liveness.network import SHAPES, NoLiveness
from analysis.liveness.stage import LivenessStage, surroundings
from analysis.pipeline import Analysis
from analysis.types import MomentKind, Stage, StageState
from analysis.video.decode import Decoder

from ..media import write_video
from . import screens

PLAN = frozenset({Stage.FACES, Stage.LIVENESS})


@pytest.fixture
def models(shared: Callable[[str], Path]) -> Path:
    return shared(f"models/{SHAPES[0].file}").parent


def answers(path: Path, models: Path, shown: Callable[[screens.Picture], screens.Picture]) -> list[float]:
    """Of every sixth frame in which a face is found."""
    faces, liveness, found = FaceStage(FaceConfig(), threads=1), LivenessStage(models, 0), []
    with Decoder(path, VideoLimits(), side_px=640, on_wait=lambda: None) as decoder:
        for frame in decoder:
            if frame.index % 6 == 0 and frame.picture is not None:
                picture = shown(frame.picture)
                seen = faces.look(picture, frame.pts_ms)
                if seen.face is not None:
                    found.append(liveness.look(picture, seen.face.box, seen.face.track, frame.pts_ms))
    assert len(found) > 5
    return found


@pytest.mark.parametrize("name", ["expressive_d12.mp4", "grid_bbaf2n.mpg", "short_smile.mp4"])
def test_a_face_before_the_camera_passes_for_one(name: str, clip: Callable[[str], Path], models: Path) -> None:
    assert min(answers(clip(name), models, lambda picture: picture)) > 0.9


@pytest.mark.parametrize("name", ["expressive_d12.mp4", "grid_bbaf2n.mpg"])
def test_the_same_face_on_a_screen_does_not(name: str, clip: Callable[[str], Path], models: Path) -> None:
    assert float(np.median(answers(clip(name), models, screens.on_screen))) < 0.4


def test_a_run_looks_every_other_second_and_finds_nothing_in_a_recording_of_a_face(
    clip: Callable[[str], Path], models: Path
) -> None:
    analysis = Analysis(clip("expressive_s18.mp4"), PipelineConfig(plan=PLAN, model_dir=str(models)))
    seen = [row for window in analysis for row in window]
    outcome = analysis.outcome()
    assert outcome.manifest["stages"][Stage.LIVENESS] == StageState.DONE  # type: ignore[index]
    assert MomentKind.LIVENESS not in {moment.kind for moment in outcome.moments}
    looked_at = [row for row in seen if row.live is not None]
    assert len(looked_at) > 0.9 * len(seen)
    changes = sum(one.live != other.live for one, other in itertools.pairwise(looked_at))
    assert 1 < changes <= outcome.info.duration_ms / 2000 + 2


def test_without_weights_the_stage_is_off_and_the_run_says_so(tmp_path: Path) -> None:
    video = write_video(tmp_path / "nobody.mp4", pts_ms=range(0, 400, 40))
    analysis = Analysis(video, PipelineConfig(plan=PLAN, model_dir=str(tmp_path)))
    assert all(row.live is None for window in analysis for row in window)
    assert analysis.outcome().manifest["stages"][Stage.LIVENESS] == StageState.MODEL_MISSING  # type: ignore[index]


@pytest.mark.parametrize("harm", ["cut short", "not weights", "of the other network", "missing"])
def test_weights_that_cannot_be_used_are_refused(harm: str, models: Path, tmp_path: Path) -> None:
    first, second = (tmp_path / shape.file for shape in SHAPES)
    shutil.copyfile(models / first.name, first)
    if harm == "cut short":
        second.write_bytes((models / second.name).read_bytes()[:100_000])
    elif harm == "not weights":
        second.write_bytes(b"PK and nothing else")
    elif harm == "of the other network":
        shutil.copyfile(models / first.name, second)
    with pytest.raises(NoLiveness, match=second.name):
        LivenessStage(tmp_path, 500)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((300, 200, 340, 260), (270, 155, 371, 306)),  # room on all sides
        ((0, 0, 40, 60), (0, 0, 101, 151)),  # pushed back into the picture
        ((600, 420, 640, 480), (539, 329, 640, 480)),
        ((100, 0, 500, 479), (100, 0, 501, 480)),  # no room at all
    ],
)
def test_surroundings_stay_in_the_picture(box: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert surroundings(np.array(box, np.float32), 2.5, 640, 480) == expected
