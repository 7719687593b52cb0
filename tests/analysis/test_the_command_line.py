"""`python -m analysis`: its files, its figures, and that bad input leaves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import webvtt

from .media import write_video

ROOT = Path(__file__).resolve().parents[2]
FILES = {"observations.parquet", "timeline.json", "moments.json", "transcript.vtt", "manifest.json"}
FIGURES = {
    *("duration_ms", "frames", "width", "height", "fps", "frames_with_face", "wall_s", "cpu_s", "rtf"),
    *("peak_rss_mb", "stages", "moments", "expression_ms", "transcript"),
}


def run(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "analysis", *map(str, arguments)],
        *(),
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=180,
    )


def test_a_clip_gives_all_files_and_one_json_object(clip: Callable[[str], Path], tmp_path: Path) -> None:
    (tmp_path / "said.json").write_text('[{"text": "hello", "start": 0.1, "end": 0.5}]')
    done = run(clip("short_smile.mp4"), "--transcript", "said.json", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    figures = json.loads(done.stdout)
    assert set(figures) == FIGURES
    assert (figures["frames"], figures["width"], figures["height"], figures["transcript"]) == (72, 640, 360, "hello")
    out = tmp_path / "short_smile-analysis"
    assert {file.name for file in out.iterdir()} == FILES
    assert pq.read_metadata(out / "observations.parquet").num_rows == 72
    assert [cue.text for cue in webvtt.read(out / "transcript.vtt")] == ["hello"]
    timeline = json.loads((out / "timeline.json").read_text())
    assert len(timeline["points"]["pts_ms"]) == len(timeline["points"]["happy"]) == 72
    assert json.loads((out / "moments.json").read_text()) == []
    assert json.loads((out / "manifest.json").read_text())["complete"] is True


def test_stages_can_be_left_out_and_an_old_result_is_replaced(tmp_path: Path) -> None:
    video = write_video(tmp_path / "plain.mp4", pts_ms=range(0, 100_000, 40), size=(64, 48))
    out = tmp_path / "results" / "here"
    out.mkdir(parents=True)
    (out / "mine.txt").write_text("stays")
    (out / "moments.json").write_text("old")
    done = run(video, "--out", out, "--without", "expression,landmarks,speech", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in out.iterdir()} == FILES | {"mine.txt"}
    timeline = json.loads((out / "timeline.json").read_text())
    assert len(timeline["points"]["pts_ms"]) == 2000
    assert set(timeline["points"]["happy"]) == {None}
    (moment,) = json.loads((out / "moments.json").read_text())
    assert moment["kind"] == "nobody_visible" and "100 s" in moment["text"]
    assert [file.name for file in out.parent.iterdir()] == ["here"]


@pytest.mark.parametrize("kind", ["text", "empty", "missing", "folder", "transcript", "out"])
def test_bad_input_is_one_line_and_code_2_and_nothing_written(tmp_path: Path, kind: str) -> None:
    video, extra = tmp_path / "video.mp4", []
    if kind == "text":
        video.write_text("not a video")
    elif kind == "empty":
        video.touch()
    elif kind == "folder":
        video.mkdir()
    elif kind == "transcript":
        write_video(video)
        (tmp_path / "bad.vtt").write_text("prose")
        extra = ["--transcript", "bad.vtt"]
    elif kind == "out":
        write_video(video)
        extra = ["--out", "video.mp4"]
    before = sorted(tmp_path.rglob("*"))
    done = run(video, *extra, "--json", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == "" and len(done.stderr.splitlines()) == 1
    assert sorted(tmp_path.rglob("*")) == before
