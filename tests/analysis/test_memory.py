"""Memory does not grow with the length of a recording."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from .media import write_video


def _peak_mib(video: Path, out: Path) -> float:
    """Of a process of its own that analyses the file; without models, words or a network to load."""
    command = [sys.executable, "-m", "analysis", str(video), "--json", "--out", str(out), "--model-dir", ""]
    done = subprocess.run([*command, "--without", "speech"], capture_output=True, text=True, check=True)
    facts = json.loads(done.stdout)
    assert facts["frames"] > 100
    return float(facts["peak_rss_mb"])


def test_memory_hardly_differs_between_two_and_twenty_minutes(tmp_path: Path) -> None:
    """Five frames a second: what is kept for each frame is 30 times less than a picture would be."""
    step_ms, minute_ms = 200, 60_000
    short = write_video(tmp_path / "2.mp4", pts_ms=range(0, 2 * minute_ms, step_ms), size=(320, 240))
    long = write_video(tmp_path / "20.mp4", pts_ms=range(0, 20 * minute_ms, step_ms), size=(320, 240))
    pictures_mib = 18 * minute_ms / step_ms * 320 * 240 * 3 / 2**20
    grown = _peak_mib(long, tmp_path / "long") - _peak_mib(short, tmp_path / "short")
    assert grown < 64 < pictures_mib / 10
