"""Prints figures; asserts nothing. `make bench`, or `python -m tests.bench VIDEO …`.

Each video is analysed by `python -m analysis VIDEO --json` in a process of its own, as a user would.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench import engines, injected, injected_scenes, interviews, liveness, review_page, serving, speech

ROOT = Path(__file__).resolve().parent.parent.parent
CLIPS = ROOT.parent / "shared" / "media" / "clips"
DEFAULT = ("expressive_d14.mp4", "expressive_s18.mp4", "phone_portrait_speech_20s.mp4", "grid_bbaf2n.mpg")
HEAD = f"{'video':<34}{'size':>11}{'frames':>8}{'face %':>8}{'frames/s':>10}{'x real time':>13}{'cpu s':>8}{'MiB':>7}"


def videos() -> list[Path]:
    """The files named on the command line, else the developers' clips, else the demo's own interview."""
    if sys.argv[1:]:
        return [Path(argument) for argument in sys.argv[1:]]
    found = [CLIPS / name for name in DEFAULT if (CLIPS / name).exists()]
    if found:
        return found
    from hiring.worker import demo_clip

    folder = Path(tempfile.mkdtemp())
    demo_clip.write(folder / "interview.mp4", folder / "interview.json")
    return [folder / "interview.mp4"]


def measured(video: Path, *options: str) -> dict:
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "analysis", str(video), "--json", "--out", f"{out}/out", *options]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def line(name: str, facts: dict) -> str:
    speed = facts["frames"] / facts["wall_s"]
    share = 100 * facts["frames_with_face"] / max(1, facts["frames"])
    real_time = facts["duration_ms"] / 1000 / facts["wall_s"]
    size = f"{facts['width']}x{facts['height']}"
    return (
        f"{name:<34}{size:>11}{facts['frames']:>8}{share:>8.1f}{speed:>10.1f}{real_time:>13.2f}"
        f"{facts['cpu_s']:>8.1f}{facts['peak_rss_mb']:>7.0f}"
    )


def main() -> None:
    print(
        f"{platform.node()}: {platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    for title, options in (("whole analysis", ()), ("without speech", ("--without", "speech"))):
        print(f"\n{title}\n{HEAD}")
        for video in videos():
            facts = measured(video, *options)
            print(line(video.name, facts))
            stages = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in facts["stages"].items())
            print(f"{'':<6}{stages}")
    for part in (interviews, review_page, serving, engines, injected, injected_scenes, liveness, speech):
        part.measure()


if __name__ == "__main__":
    main()
