"""The files that `python -m analysis` writes, and the figures that it prints.

timeline.json: {"duration_ms", "points": {"pts_ms": [...], "quality": [...], "visibility": [...], one list for each
expression: [...]}, "segments": [{"start_ms", "end_ms", "stage", "lane", "value", "mean_prob"}]}. Points are at most
2,000 frames picked evenly from all; expressions are smoothed, and null where nothing was read.
moments.json: a list of types.Moment as objects, with "text" and "rule", the sentence and the rule in English, and
each piece of evidence with its "unit"; where the moment is explained, "explanation" has "at_ms", "expression",
"regions" with their shares, "text", the same in words, and "picture", the name of a PNG in this folder.
explanation-1.png and so on: those pictures, of the candidate's face.
transcript.vtt: WebVTT with one cue for each stretch of words. manifest.json: see manifest.py.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np

from analysis.catalogue import CATALOGUE
from analysis.catalogue.render import Renderer
from analysis.catalogue.signals import SIGNALS
from analysis.observations import read_table
from analysis.speech.vtt import as_vtt
from analysis.types import (
    ELSEWHERE,
    EXPRESSIONS,
    NOT_SURE,
    REGIONS,
    SMOOTHED_COLUMNS,
    Moment,
    MomentKind,
    Outcome,
    Stage,
)

OBSERVATIONS = "observations.parquet"
_RENDERER = Renderer()
_MAX_POINTS = 2000


@contextlib.contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A temporary folder that takes the place of `out`, existing files and all, only if the block succeeds."""
    out = out.absolute()
    if out.exists() and not out.is_dir():
        raise NotADirectoryError(20, "it exists and is not a folder")
    parent = next(folder for folder in out.parents if folder.is_dir())
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=parent))
    try:
        yield draft
        draft.chmod(0o755)
        out.parent.mkdir(parents=True, exist_ok=True)
        if out.exists():  # only files that we write are replaced: the folder may be someone's home
            for picture in filter(_is_picture, out.iterdir()):
                picture.unlink()  # of an earlier recording, whose moments are replaced: perhaps another face
            for file in draft.iterdir():
                file.replace(out / file.name)
        else:
            draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _is_picture(path: Path) -> bool:
    return re.fullmatch(r"explanation-[0-9]+\.png", path.name) is not None


def write_outcome(outcome: Outcome, folder: Path) -> None:
    """Write everything but the observations, which must be in `folder` already."""
    _write_json(folder / "timeline.json", timeline(outcome, folder / OBSERVATIONS))
    pictures = (folder / f"explanation-{number}.png" for number in itertools.count(1))
    moments = [_moment(moment, picture) for moment, picture in zip(outcome.moments, pictures, strict=False)]
    _write_json(folder / "moments.json", moments)
    _write_json(folder / "manifest.json", dict(outcome.manifest))
    (folder / "transcript.vtt").write_text(as_vtt(outcome.transcript), encoding="utf-8")


def _moment(moment: Moment, picture: Path) -> dict[str, Any]:
    """One entry of moments.json; writes the picture that belongs to it."""
    kind = CATALOGUE[moment.kind]
    about = asdict(moment) | {
        "text": _RENDERER.sentence(kind, moment.sentence, moment.values),
        "rule": _RENDERER.rule(kind, moment.sentence, moment.config),
        "evidence": [asdict(piece) | {"unit": SIGNALS[piece.signal].unit} for piece in moment.evidence],
    }
    if moment.explanation is not None:
        picture.write_bytes(moment.explanation.picture)
        about["explanation"] |= {"picture": picture.name, "text": _in_words(moment.explanation.regions)}
    return about


def _in_words(regions: Mapping[str, float]) -> str:
    """What the picture shows, for anyone who cannot see it: the parts of the face, the greatest share first."""
    named = sorted(REGIONS, key=lambda name: -regions[name])
    return ", ".join(f"{name} {100 * regions[name]:.0f} %" for name in [*named, ELSEWHERE])


def timeline(outcome: Outcome, observations: Path) -> dict[str, Any]:
    """The content of timeline.json."""
    rows = read_table(observations, columns=["pts_ms", "quality", "visibility", *SMOOTHED_COLUMNS])
    picked = np.unique(np.linspace(0, max(rows.num_rows - 1, 0), _MAX_POINTS).round().astype(int))
    points = rows.take(picked[: rows.num_rows])
    series = {"pts_ms": points["pts_ms"].to_pylist(), "visibility": points["visibility"].to_pylist()}
    for name, column in (("quality", "quality"), *zip(EXPRESSIONS, SMOOTHED_COLUMNS, strict=True)):
        series[name] = [None if value is None else round(value, 4) for value in points[column].to_pylist()]
    segments = [
        {
            "start_ms": segment.span.start_ms,
            "end_ms": segment.span.end_ms,
            "stage": str(segment.stage),
            "lane": segment.lane,
            "value": segment.value,
            "mean_prob": None if segment.mean_prob is None else round(segment.mean_prob, 4),
        }
        for segment in outcome.segments
    ]
    return {"duration_ms": outcome.info.duration_ms, "points": series, "segments": segments}


def summary(
    outcome: Outcome, stage_seconds: Mapping[str, float], wall_s: float, cpu_s: float, peak_rss_mb: float
) -> dict[str, Any]:
    """The object that `--json` prints. rtf: wall time over media time, below 1 is faster than real time.

    peak_rss_mb: of this process; the decoding child's is added, as if both had peaked at once.
    """
    measured = cast("dict[str, float]", outcome.manifest["measured"])
    kinds = Counter(str(moment.kind) for moment in outcome.moments)
    shown_ms: Counter[str] = Counter()
    for segment in outcome.segments:
        if segment.stage == Stage.EXPRESSION:
            shown_ms[segment.value] += segment.span.duration_ms
    media_s = outcome.info.duration_ms / 1000
    return {
        "duration_ms": outcome.info.duration_ms,
        "frames": outcome.frames,
        "width": outcome.info.width,
        "height": outcome.info.height,
        "fps": outcome.info.fps,
        "frames_with_face": outcome.frames_with_face,
        "wall_s": round(wall_s, 3),
        "cpu_s": round(cpu_s, 3),
        "rtf": round(wall_s / media_s, 4) if media_s else math.inf,
        "peak_rss_mb": round(peak_rss_mb + measured["decoder_peak_rss_mb"], 1),
        "stages": {name: round(seconds, 3) for name, seconds in stage_seconds.items()},
        "moments": {str(kind): kinds[str(kind)] for kind in MomentKind},
        "expression_ms": {name: shown_ms[name] for name in (*EXPRESSIONS, NOT_SURE)},
        "transcript": " ".join(word.text for word in outcome.transcript.words),
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
