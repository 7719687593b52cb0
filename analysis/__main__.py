"""`python -m analysis VIDEO`: the whole pipeline on one file, without a database.

Writes observations.parquet, timeline.json, moments.json, transcript.vtt and manifest.json (see results.py) into a
folder that appears only when all of them are complete. Exit code 2 and one line on stderr for bad input.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tqdm import tqdm

from analysis.config import PipelineConfig
from analysis.observations import ObservationWriter
from analysis.pipeline import Analysis
from analysis.results import OBSERVATIONS, summary, whole_folder, write_outcome
from analysis.stopping import end_in_order
from analysis.types import BadTranscript, BadVideo, Interrupted, Progress, Stage

_LEAVE_OUT = {
    "expression": {Stage.EXPRESSION},
    "landmarks": {Stage.LANDMARKS},
    "liveness": {Stage.LIVENESS},
    "speech": {Stage.SPEECH, Stage.VOICE, Stage.TRANSCRIPT},
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    source: Path = options.video
    out: Path = options.out or Path(f"{source.stem}-analysis")
    plan = PipelineConfig().plan.difference(*(_LEAVE_OUT[name] for name in options.without))
    started_s, started_cpu_s = time.perf_counter(), _cpu_s()
    try:
        with whole_folder(out) as folder, _Bar() as report:
            config = PipelineConfig(plan=plan, threads=options.threads, model_dir=options.model_dir)
            analysis = Analysis(source, config, transcript=options.transcript, report=report)
            with ObservationWriter(folder / OBSERVATIONS) as writer:
                for observations in analysis:
                    writer.write(observations)
            outcome = analysis.outcome()
            write_outcome(outcome, folder)
    except (BadVideo, BadTranscript, Interrupted) as error:
        print(f"{source}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{out}: the results cannot be written ({error.strerror or error}).", file=sys.stderr)
        return 2
    wall_s, cpu_s = time.perf_counter() - started_s, _cpu_s() - started_cpu_s
    result = summary(outcome, analysis.stage_seconds, wall_s, cpu_s, _peak_rss_mb())
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print(f"{out}: {outcome.frames} frames, {len(outcome.moments)} moments, {wall_s:.1f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path, metavar="VIDEO")
    parser.add_argument("--out", type=Path, help="folder for the results; default VIDEO's name with -analysis")
    parser.add_argument("--transcript", type=Path, help="a WebVTT, SRT or JSON file instead of recognition")
    parser.add_argument("--without", type=_names, default=(), help="of expression,landmarks,liveness,speech")
    parser.add_argument("--threads", type=_positive, default=2)
    models = os.environ.get("MODEL_DIR", "")
    parser.add_argument("--model-dir", default=models, help="folder with downloaded models; default $MODEL_DIR")
    parser.add_argument("--json", action="store_true", help="print one object with figures and results")
    return parser


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if unknown := set(names) - set(_LEAVE_OUT):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return names


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


class _Bar:
    """A progress bar, on a terminal only."""

    def __enter__(self) -> Callable[[Progress], None]:
        self._bar = tqdm(disable=None, unit="s", file=sys.stderr, leave=False)  # None: off when there is no terminal
        return self._show

    def _show(self, progress: Progress) -> None:
        self._bar.set_description(str(progress.step), refresh=False)
        self._bar.total = progress.total_ms / 1000 or None
        self._bar.n = round(progress.done_ms / 1000, 1)
        self._bar.refresh()

    def __exit__(self, *exc: object) -> None:
        self._bar.close()


def _cpu_s() -> float:
    """CPU seconds of this process and of its decoding children, which have ended when this is called."""
    import resource

    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, kinds))


def _peak_rss_mb() -> float:
    """Peak memory of this process, without its decoding child."""
    import resource

    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    end_in_order()
    sys.exit(main())
