"""How fast whole interviews are analysed: 10 minutes of 720p and 1080p, 30 of 480p, made by repeating one clip.

Each is made once, by encoding a clip in its size and rate (x264, veryfast, crf 23) and copying the packets again and
again; it stays in `var/interviews`. BENCH_MINUTES=2 makes all of them that long, for a quick look.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av

from analysis.config import VideoLimits
from analysis.video.decode import Decoder

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared"
FOLDER = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "interviews"


@dataclass(frozen=True)
class Recipe:
    """One long interview: `clip`, scaled to fit into width x height with black beside it, at `fps`, repeated."""

    name: str
    clip: str
    width: int
    height: int
    fps: int
    minutes: float

    def path(self) -> Path:
        return FOLDER / f"{self.name}-{self.minutes:g}min.mp4"


def recipes() -> list[Recipe]:
    minutes = os.environ.get("BENCH_MINUTES")
    return [
        Recipe(name, clip, width, height, fps, float(minutes or usual))
        for name, clip, width, height, fps, usual in (
            ("720p30", "expressive_s18.mp4", 1280, 720, 30, 10),
            ("1080p30", "expressive_s32.mp4", 1920, 1080, 30, 10),
            ("480p25", "expressive_d12.mp4", 640, 480, 25, 30),
        )
    ]


def make(recipe: Recipe) -> Path:
    """The interview's file, made if it is not there."""
    if recipe.path().exists():
        return recipe.path()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        once, whole = Path(folder) / "once.mp4", Path(folder) / "whole.mp4"
        _encode(recipe, once)
        _repeat(once, whole, recipe.minutes * 60)
        whole.replace(recipe.path())
    return recipe.path()


def _encode(recipe: Recipe, out: Path) -> None:
    with av.open(str(SHARED / "media" / "clips" / recipe.clip)) as source, av.open(str(out), "w") as sink:
        stream = sink.add_stream("libx264", rate=recipe.fps, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, "yuv420p"
        video = source.streams.video[0]
        graph = av.filter.Graph()
        fit = f"{recipe.width}:{recipe.height}"
        graph.link_nodes(
            graph.add_buffer(template=video),
            graph.add("fps", str(recipe.fps)),
            graph.add("scale", f"{fit}:force_original_aspect_ratio=decrease"),
            graph.add("pad", f"{fit}:-1:-1"),
            graph.add("buffersink"),
        ).configure()
        count = 0
        for frame in [*source.decode(video), None]:
            graph.push(frame)
            while True:
                try:
                    scaled = graph.pull()
                except (av.error.BlockingIOError, av.error.EOFError):
                    break
                scaled.pts, scaled.time_base = count, Fraction(1, recipe.fps)
                count += 1
                sink.mux(stream.encode(scaled))
        sink.mux(stream.encode(None))


def _repeat(once: Path, whole: Path, seconds: float) -> None:
    with av.open(str(whole), "w") as sink:
        out, shift = None, 0
        while True:
            with av.open(str(once)) as source:
                video = source.streams.video[0]
                out = out or sink.add_stream_from_template(video)
                for packet in source.demux(video):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, out
                    sink.mux(packet)
                assert video.duration is not None and video.time_base is not None
                shift += video.duration
                if shift * video.time_base >= seconds:
                    return


def decoding_alone(path: Path) -> float:
    """Frames a second of the sandboxed child alone, as small pictures: the limit of everything else."""
    started_s, count = time.perf_counter(), 0
    with Decoder(path, VideoLimits(), side_px=640) as decoder:
        for _ in decoder:
            count += 1
    return count / (time.perf_counter() - started_s)


def analysed(path: Path, *options: str) -> dict:
    """What `python -m analysis --json` prints, in a process of its own, with the models of ../shared."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "analysis", str(path), "--json", "--out", f"{out}/out", *options]
        environment = {**os.environ, "MODEL_DIR": os.environ.get("MODEL_DIR") or str(SHARED / "models")}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


PLANS = {
    "faces, expression": ("--without", "landmarks,liveness,speech"),
    "the same and landmarks": ("--without", "liveness,speech"),
    "and pictures of faces": ("--without", "speech"),
}


def measure() -> None:
    if not (SHARED / "media" / "clips").is_dir():
        print("\nLong interviews: the developers' clips are not here.")
        return
    print(f"\nlong interviews, without speech{__doc__.partition('.')[2].partition('BENCH')[0]}")
    print(
        f"{'interview':<12}{'what':<26}{'frames/s':>9}{'x real time':>12}{'MiB':>6}"
        f"{'core-s/min':>11}{'30 min a day':>13}"
    )
    for recipe in recipes():
        path = make(recipe)
        print(f"{recipe.name:<12}{'decoding alone':<26}{decoding_alone(path):>9.0f}  {recipe.clip} repeated")
        for what, options in PLANS.items():
            facts = analysed(path, *options)
            minutes = facts["duration_ms"] / 60_000
            # of 30-minute interviews, with every core at work
            a_day = 24 * 3600 * (os.cpu_count() or 1) / (30 * facts["cpu_s"] / minutes)
            print(
                f"{'':<12}{what:<26}{facts['frames'] / facts['wall_s']:>9.0f}"
                f"{facts['duration_ms'] / 1000 / facts['wall_s']:>12.1f}{facts['peak_rss_mb']:>6.0f}"
                f"{facts['cpu_s'] / minutes:>11.1f}{a_day:>13.0f}"
            )
            print(f"{'':<14}" + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in facts["stages"].items()))
    short = make(replace(recipes()[0], minutes=2))
    workers(short)
    beside_fer(short)


def workers(path: Path) -> None:
    """Several analyses at once, one thread each."""
    print("\nworker processes on two minutes of the first of them, loading and all, one thread each")
    for count in (1, 2, 4):
        started_s = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            options = (*PLANS["faces, expression"], "--threads", "1")
            found = list(pool.map(lambda _: analysed(path, *options), range(count)))  # noqa: B023 - ends before the next
        wall_s = time.perf_counter() - started_s
        frames = sum(facts["frames"] for facts in found)
        mib = sum(facts["peak_rss_mb"] for facts in found)
        print(f"{count} at once: {frames / wall_s:.0f} frames/s together, {mib:.0f} MiB")


def beside_fer(path: Path) -> None:
    """The same frames by `fer`, in the environment that FER_PYTHON names: see fer_alone.py."""
    python = os.environ.get("FER_PYTHON")
    if not python:
        print("\nfer: not installed; tests/bench/fer_alone.py says how")
        return
    print("\nfer on frames of the same interview")
    for detector in ("mtcnn", "haar"):
        script = str(Path(__file__).parent / "fer_alone.py")
        done = subprocess.run([python, script, str(path), detector], capture_output=True, text=True, check=True)
        facts = json.loads(done.stdout.splitlines()[-1])
        print(f"  {detector:<6} {facts['ms']:.0f} ms a frame, a face in {facts['with_face']} of {facts['frames']}")


if __name__ == "__main__":
    measure()
