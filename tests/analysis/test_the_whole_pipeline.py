"""From a file to observations, moments and a manifest; and that a stop leaves nothing."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from analysis.config import PipelineConfig
from analysis.observations import ObservationWriter
from analysis.pipeline import Analysis
from analysis.types import (
    BadTranscript,
    Cancelled,
    MomentKind,
    Observation,
    Outcome,
    Progress,
    Stage,
    Step,
    Visibility,
)

from .media import write_video

FACES = PipelineConfig(plan=frozenset({Stage.FACES}))
FULL = PipelineConfig(plan=frozenset({Stage.FACES, Stage.EXPRESSION}))


def analysed(path: Path, config: PipelineConfig, **options: object) -> tuple[list[Observation], Outcome]:
    analysis = Analysis(path, config, **options)  # type: ignore[arg-type]
    seen = [observation for window in analysis for observation in window]
    return seen, analysis.outcome()


def test_somebody_who_leaves_is_missed_from_then_on(clip: Callable[[str], Path]) -> None:
    seen, outcome = analysed(clip("leaves_frame.mov"), FACES)
    gone, moment = outcome.moments  # the clip is cut there: she is gone from one frame to the next
    assert (gone.kind, moment.kind) == (MomentKind.CUT, MomentKind.NOBODY_VISIBLE)
    assert gone.span.start_ms == moment.span.start_ms
    assert 1800 < moment.span.start_ms < 3000 and moment.span.end_ms > 6000
    assert [row.index for row in seen] == list(range(len(seen))) and outcome.frames == len(seen) == 169
    assert outcome.frames_with_face == sum(row.box is not None for row in seen)
    assert all((row.box is None) == (row.visibility == Visibility.NOBODY) for row in seen)


def test_a_room_without_a_face_is_nobody_throughout(clip: Callable[[str], Path]) -> None:
    seen, outcome = analysed(clip("no_face.mp4"), FACES)
    assert {row.visibility for row in seen} == {Visibility.NOBODY}
    assert [moment.kind for moment in outcome.moments] == [MomentKind.NOBODY_VISIBLE]


def test_several_people_are_more_than_one_face(clip: Callable[[str], Path]) -> None:
    seen, outcome = analysed(clip("several_faces.mp4"), FACES)
    assert max(row.faces or 0 for row in seen) >= 3
    together = [moment for moment in outcome.moments if moment.kind == MomentKind.ANOTHER_PERSON]
    assert together and together[-1].span.end_ms > 9500


def test_hands_are_no_second_person(clip: Callable[[str], Path]) -> None:
    _, outcome = analysed(clip("phone_portrait_speech_10s.mp4"), FACES)
    assert MomentKind.ANOTHER_PERSON not in {moment.kind for moment in outcome.moments}


def test_boxes_are_in_pixels_of_the_full_upright_picture(clip: Callable[[str], Path]) -> None:
    seen, outcome = analysed(clip("phone_portrait_speech_10s.mp4"), FACES)
    assert (outcome.info.width, outcome.info.height) == (1080, 1920)
    boxes = [row.box for row in seen if row.box]
    assert len(boxes) == 250
    assert all(400 < box[0] < box[2] < 800 and 500 < box[1] < box[3] < 1000 for box in boxes)


def test_a_smile_is_seen_and_smoothed(clip: Callable[[str], Path]) -> None:
    seen, outcome = analysed(clip("short_smile.mp4"), FULL)
    if outcome.manifest["stages"]["expression"] != "done":  # type: ignore[index]
        pytest.skip("the expression weights are missing")
    assert all(row.smoothed and abs(sum(row.smoothed) - 1) < 1e-3 for row in seen)
    assert all(row.uncertainty and max(row.uncertainty) <= 1 for row in seen)
    lane = [segment.value for segment in outcome.segments if segment.lane == "expression"]
    assert lane[-1] == "happy"


def test_the_same_file_gives_the_same_bytes_twice(clip: Callable[[str], Path]) -> None:
    files, manifests = [], []
    for _ in range(2):
        seen, outcome = analysed(clip("grid_bbaf2n.mpg"), FULL)
        sink = io.BytesIO()
        with ObservationWriter(sink) as writer:
            writer.write(seen)
        files.append(sink.getvalue())
        manifests.append({key: value for key, value in outcome.manifest.items() if key != "measured"})
    assert files[0] == files[1]
    assert manifests[0] == manifests[1]


LOADED = """
import sys
from pathlib import Path
from analysis.config import PipelineConfig
from analysis.pipeline import Analysis
from analysis.types import Stage
plan = frozenset(Stage(name) for name in sys.argv[2].split(",") if name)
analysis = Analysis(Path(sys.argv[1]), PipelineConfig(plan=plan))
seen = [row for window in analysis for row in window]
outcome = analysis.outcome()
assert all(row.expression is row.smoothed is None for row in seen)
print(*sys.modules)
"""


@pytest.mark.parametrize(
    ("plan", "absent"),
    [("", "torch openvino analysis.faces.cascade analysis.speech"), ("faces", "analysis.expression analysis.speech")],
)
def test_a_stage_that_is_not_planned_is_not_even_loaded(tmp_path: Path, plan: str, absent: str) -> None:
    path = write_video(tmp_path / "plain.mp4")
    run = subprocess.run(
        [sys.executable, "-c", LOADED, str(path), plan], capture_output=True, text=True, check=True, timeout=120
    )
    loaded = run.stdout.split()
    assert ("analysis.faces.cascade" in loaded) == (plan == "faces")
    assert not [name for name in loaded for stage in absent.split() if name == stage or name.startswith(stage + ".")]


def test_without_stages_there_are_frames_and_nothing_else(tmp_path: Path) -> None:
    seen, outcome = analysed(write_video(tmp_path / "plain.mp4"), PipelineConfig(plan=frozenset()))
    assert [row.pts_ms for row in seen] == list(range(0, 1000, 40))
    assert all(row.faces is None and row.visibility is None and row.box is None for row in seen)
    assert (outcome.moments, outcome.segments, dict(outcome.baseline)) == ((), (), {})
    assert (outcome.transcript.source, outcome.transcript.note) == ("none", "not in the plan")


def test_the_manifest_says_what_was_done(tmp_path: Path) -> None:
    plan = frozenset({Stage.FACES, Stage.LANDMARKS, Stage.TRANSCRIPT})
    _, outcome = analysed(write_video(tmp_path / "plain.mp4"), PipelineConfig(plan=plan))
    stages = outcome.manifest["stages"]
    assert stages == {
        "faces": "done",
        "expression": "not in the plan",
        "landmarks": "model missing",
        "liveness": "not in the plan",
        "speech": "not in the plan",
        "voice": "not in the plan",
        "transcript": "no words",
    }
    assert outcome.transcript.note == "The recording has no sound that can be read."
    assert set(outcome.manifest["weights"]) == {"pnet", "rnet", "onet"}  # type: ignore[call-overload]
    assert len(str(outcome.manifest["input_sha256"])) == 64


def test_a_missing_model_disables_its_stage_and_not_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from analysis.expression import weights_file

    monkeypatch.setattr(weights_file, "SHIPPED", tmp_path / "missing.safetensors")
    _, outcome = analysed(write_video(tmp_path / "plain.mp4"), FULL)
    assert outcome.manifest["stages"]["expression"] == "model missing"  # type: ignore[index]


def test_an_uploaded_transcript_is_used_and_a_bad_one_refused_at_once(tmp_path: Path) -> None:
    video = write_video(tmp_path / "plain.mp4")
    config = PipelineConfig(plan=frozenset({Stage.TRANSCRIPT}))
    (tmp_path / "good.json").write_text('[{"text": "hello", "start": 0.1, "end": 0.5}]')
    (tmp_path / "bad.json").write_text("nothing")
    _, outcome = analysed(video, config, transcript=tmp_path / "good.json")
    assert [word.text for word in outcome.transcript.words] == ["hello"]
    with pytest.raises(BadTranscript):
        analysed(video, config, transcript=tmp_path / "bad.json")


def test_there_is_no_outcome_before_the_end(tmp_path: Path) -> None:
    analysis = Analysis(write_video(tmp_path / "plain.mp4"), PipelineConfig(plan=frozenset()))
    with pytest.raises(RuntimeError):
        analysis.outcome()


def leftovers() -> tuple[list[str], list[Path], int]:
    """Child processes, named shared memory, and open descriptors of this process."""
    children = [" ".join(child.cmdline()) for child in psutil.Process().children(recursive=True)]
    decoders = [line for line in children if "analysis.video" in line]
    return decoders, sorted(Path("/dev/shm").iterdir()), len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize("step", [Step.PROBE, Step.FRAMES, Step.TRANSCRIPT, Step.MOMENTS])
def test_a_cancel_at_any_step_leaves_nothing_behind(clip: Callable[[str], Path], step: Step) -> None:
    path = clip("short_smile.mp4")
    config = replace(FACES, plan=frozenset({Stage.TRANSCRIPT}))
    analysed(path, config)  # what stays open after a first run (libraries' own files) is no leftover
    before = leftovers()
    told: list[Step] = []

    def report(progress: Progress) -> None:
        told.append(progress.step)
        if progress.step == step:
            raise Cancelled

    with pytest.raises(Cancelled):
        analysed(path, config, report=report)
    assert told[-1] == step and told.count(step) == 1
    assert leftovers() == before


def test_a_reader_that_stops_half_way_leaves_nothing_behind(clip: Callable[[str], Path]) -> None:
    before = leftovers()
    windows = iter(Analysis(clip("expressive_d14.mp4"), PipelineConfig(plan=frozenset())))
    next(windows)
    assert leftovers()[0]
    windows.close()  # type: ignore[attr-defined]
    assert leftovers()[:2] == before[:2]


PARENT = """
import sys
from pathlib import Path
from analysis.config import VideoLimits
from analysis.video.decode import Decoder
with Decoder(Path(sys.argv[1]), VideoLimits(), side_px=64) as decoder:
    next(iter(decoder))
    print(decoder._child._process.pid, flush=True)
    sys.stdin.read()
"""


def test_the_child_dies_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "long.mp4", pts_ms=range(0, 20_000, 40))
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running()
    parent.kill()
    parent.communicate()
    _gone, alive = psutil.wait_procs([child], timeout=10)
    assert not alive or all(process.status() == psutil.STATUS_ZOMBIE for process in alive)
