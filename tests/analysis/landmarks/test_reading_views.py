"""The stage reads any number of views, says where there is no face, repeats itself, refuses what it cannot use."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from analysis.config import PipelineConfig
from analysis.landmarks.graphs import INPUT_PX, TASK_FILE, NoLandmarker
from analysis.landmarks.stage import BATCH, FaceView, LandmarkStage
from analysis.landmarks.view import TEMPLATE, cut_view, view_matrix
from analysis.pipeline import Analysis
from analysis.types import FACE_SIGNALS, Stage, StageState
from tests.analysis.landmarks.conftest import Portrait
from tests.analysis.media import write_video

PLAN = frozenset({Stage.FACES, Stage.LANDMARKS})


def five_points(scale: float, angle_deg: float) -> np.ndarray:
    angle = np.radians(angle_deg)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = np.insert(TEMPLATE, 2, TEMPLATE.mean(axis=0), axis=0)
    return (points @ turn.T + [80, 40]).astype(np.float32)


@pytest.mark.parametrize("angle_deg", [-60, 0, 25])
@pytest.mark.parametrize("scale", [0.2, 1.0, 3.1])
def test_a_view_stands_upright_with_eyes_and_mouth_in_their_places(scale: float, angle_deg: float) -> None:
    points = five_points(scale, angle_deg)
    matrix = view_matrix(points)
    placed = points @ matrix[:, :2].T + matrix[:, 2]
    assert np.allclose(placed[[0, 1, 3, 4]], TEMPLATE, atol=1e-3)


def test_points_all_in_one_place_make_a_view_and_no_error() -> None:
    view = cut_view(np.zeros((40, 50, 3), np.uint8), np.full((5, 2), 20, np.float32))
    assert view.pixels.shape == (INPUT_PX, INPUT_PX, 3) and view.pixels.dtype == np.uint8
    assert np.isfinite(view.matrix).all()


def test_no_views_give_no_rows(stage: LandmarkStage) -> None:
    assert stage.read([]).shape == (0, len(FACE_SIGNALS))


def test_a_view_without_a_face_is_a_row_of_nan_between_the_others(stage: LandmarkStage, frontal: Portrait) -> None:
    face = stage.view(frontal.picture, frontal.points)
    empty = FaceView(np.full((INPUT_PX, INPUT_PX, 3), 90, np.uint8), face.matrix)
    noise = np.random.default_rng(3).integers(0, 256, (INPUT_PX, INPUT_PX, 3), np.uint8)
    signals = stage.read([face, empty, FaceView(noise, face.matrix), face])
    assert signals.shape == (4, len(FACE_SIGNALS)) and signals.dtype == np.float32
    assert np.isnan(signals).all(axis=1).tolist() == [False, True, True, False]
    assert np.isfinite(signals[[0, 3]]).all() and np.array_equal(signals[0], signals[3])
    assert np.isnan(stage.read([empty])).all()


def test_the_same_face_gives_the_same_bytes_alone_in_company_and_with_more_threads(
    stage: LandmarkStage, task_file: Path, portraits: Callable[[str, int], list[Portrait]]
) -> None:
    faces = portraits("short_smile.mp4", 5)[: BATCH + 3]
    views = [stage.view(face.picture, face.points) for face in faces]
    together = stage.read(views)
    assert together.tobytes() == stage.read(views).tobytes()
    assert together.tobytes() == np.concatenate([stage.read([view]) for view in views]).tobytes()
    assert together.tobytes() == LandmarkStage(task_file.parent, threads=2).read(views).tobytes()


def test_two_threads_may_read_at_once(stage: LandmarkStage, portraits: Callable[[str, int], list[Portrait]]) -> None:
    faces = portraits("short_smile.mp4", 5)
    halves = [[stage.view(face.picture, face.points) for face in faces[start::2]] for start in (0, 1)] * 4
    expected = [stage.read(half).tobytes() for half in halves]
    with ThreadPoolExecutor(2) as threads:
        assert [signals.tobytes() for signals in threads.map(stage.read, halves)] == expected


def test_values_keep_to_their_ranges(stage: LandmarkStage, portraits: Callable[[str, int], list[Portrait]]) -> None:
    faces = portraits("expressive_d14.mp4", 20)
    signals = stage.read([stage.view(face.picture, face.points) for face in faces])
    shares = signals[:, FACE_SIGNALS.index("asymmetry") :]
    assert ((shares >= 0) & (shares <= 1)).all()
    assert (np.abs(signals[:, : FACE_SIGNALS.index("asymmetry")]) < 90).all()


def test_the_stage_knows_the_hash_of_its_file(stage: LandmarkStage, task_file: Path) -> None:
    assert stage.weights_sha256 == hashlib.sha256(task_file.read_bytes()).hexdigest()


def test_no_folder_or_no_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoLandmarker):
        LandmarkStage(tmp_path, threads=1)
    (tmp_path / TASK_FILE).write_bytes(b"a file where the process happens to stand")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoLandmarker, match="no folder of models"):
        LandmarkStage(Path(), threads=1)


def test_a_file_that_is_no_landmarker_is_refused(tmp_path: Path) -> None:
    path = tmp_path / TASK_FILE
    path.write_bytes(b"")
    with pytest.raises(NoLandmarker):
        LandmarkStage(tmp_path, threads=1)
    with zipfile.ZipFile(path, "w") as task:
        task.writestr("another.tflite", b"graph")
    with pytest.raises(NoLandmarker, match="not a Face Landmarker task"):
        LandmarkStage(tmp_path, threads=1)
    with zipfile.ZipFile(path, "w") as task:
        for name in ("face_landmarks_detector.tflite", "face_blendshapes.tflite"):
            task.writestr(name, b"not a graph" * 100)
    with pytest.raises(NoLandmarker, match="not a Face Landmarker task"):
        LandmarkStage(tmp_path, threads=1)
    path.unlink()
    path.mkdir()
    with pytest.raises(NoLandmarker):
        LandmarkStage(tmp_path, threads=1)


@pytest.mark.parametrize("harm", ["cut", "flipped", "swapped", "mesh"])
def test_a_damaged_landmarker_is_refused(task_file: Path, tmp_path: Path, harm: str) -> None:
    whole, path = task_file.read_bytes(), tmp_path / TASK_FILE
    if harm == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif harm == "flipped":
        middle = len(whole) // 3
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    else:
        with zipfile.ZipFile(task_file) as task, zipfile.ZipFile(path, "w") as damaged:
            parts = {name: task.read(name) for name in task.namelist()}
            graphs = ("face_landmarks_detector.tflite", "face_blendshapes.tflite")
            if harm == "swapped":
                parts[graphs[0]], parts[graphs[1]] = parts[graphs[1]], parts[graphs[0]]
            else:
                parts["geometry_pipeline_metadata_landmarks.binarypb"] = b"\x0a\x02\x08\x00"
            for name, part in parts.items():
                damaged.writestr(name, part)
    with pytest.raises(NoLandmarker):
        LandmarkStage(tmp_path, threads=1)


def test_a_run_with_a_damaged_landmarker_goes_on_and_says_that_the_stage_is_off(tmp_path: Path) -> None:
    (tmp_path / TASK_FILE).write_bytes(b"PK cut short")
    video = write_video(tmp_path / "nobody.mp4", pts_ms=range(0, 400, 40))
    analysis = Analysis(video, PipelineConfig(plan=PLAN, threads=1, model_dir=str(tmp_path)))
    frames = [seen for observations in analysis for seen in observations]
    assert len(frames) == 10 and all(seen.face_signals is None for seen in frames)
    assert analysis.outcome().manifest["stages"][Stage.LANDMARKS] == StageState.MODEL_MISSING


def test_a_run_with_the_landmarker_has_signals_wherever_the_face_shows_well(
    clip: Callable[[str], Path], task_file: Path
) -> None:
    config = PipelineConfig(plan=PLAN, threads=1, model_dir=str(task_file.parent))
    analysis = Analysis(clip("short_smile.mp4"), config)
    frames = [seen for observations in analysis for seen in observations]
    read = [seen for seen in frames if seen.face_signals is not None]
    assert len(read) > 0.9 * len(frames)
    assert all(seen.box is not None and np.isfinite(seen.face_signals).all() for seen in read)
    outcome = analysis.outcome()
    assert outcome.manifest["stages"][Stage.LANDMARKS] == StageState.DONE
