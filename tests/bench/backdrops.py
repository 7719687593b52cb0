"""Recordings into which events are put: real faces where clips are at hand, and noise that moves as faces do."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.config import PipelineConfig, SignalConfig
from analysis.expression import weights_file
from analysis.pipeline import Analysis
from analysis.signals.series import VISIBILITIES, Series, SeriesBuilder
from analysis.signals.smoothing import GAP, smooth
from analysis.types import EXPRESSIONS, FACE_SIGNALS, PICTURE_SIGNALS, Stage, Visibility

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared"
FOLDER = Path(os.environ.get("VAR_DIR", ROOT / "var")) / "injected"
PLAN = frozenset({Stage.FACES, Stage.EXPRESSION, Stage.LANDMARKS})
#: Shorter clips hold too little to be repeated.
MIN_CLIP_MS = 6000


@dataclass(frozen=True)
class Recording:
    """A series with its readings before smoothing, (N, 7): an event is put where a camera would have seen it."""

    name: str
    series: Series
    raw: NDArray[np.float32]

    def smoothed(self) -> Series:
        runs = np.where(np.isnan(self.raw[:, 0]), GAP, self.series.track).astype(np.int32)
        values, band = smooth(self.series.pts_ms, runs, self.raw, SignalConfig().smooth_ms)
        return replace(self.series, smoothed=values, uncertainty=band)

    def copy(self) -> Recording:
        values = {each.name: getattr(self.series, each.name).copy() for each in fields(Series)}
        return Recording(self.name, Series(**values), self.raw.copy())


def real(seconds: int) -> Iterator[Recording]:
    """Every expressive clip, there and back again until it is long enough, so that no seam is a jump."""
    for clip in sorted((SHARED / "media" / "clips").glob("expressive_*.mp4")):
        once = _analysed(clip)
        if int(once.series.end_ms[-1]) >= MIN_CLIP_MS:
            yield _repeated(once, seconds)


def of_noise(seed: int, seconds: int, fps: float) -> Recording:
    """A calm face: every value wanders around its middle, forgotten after half a second, and the eyes blink."""
    rng = np.random.default_rng(seed)
    pts_ms = np.round(np.arange(int(seconds * fps)) * 1000 / fps).astype(np.int64)
    count = len(pts_ms)
    logits = np.array([0.0] * 6 + [3.0]) + 0.7 * _wandering(rng, count, len(EXPRESSIONS), fps)
    raw = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    degrees = np.array([name.endswith("_deg") for name in FACE_SIGNALS])
    signals = np.where(degrees, 0.0, 0.1) + np.where(degrees, 4.0, 0.03) * _wandering(rng, count, len(degrees), fps)
    signals[:, ~degrees] = signals[:, ~degrees].clip(0, 1)
    for at_ms in np.cumsum(rng.gamma(4, 1000, seconds)):  # every four seconds, give or take two
        add_blink(pts_ms, signals[:, FACE_SIGNALS.index("eyes_closed")], at_ms, rng.uniform(120, 350))
    series = Series(
        pts_ms=pts_ms,
        end_ms=np.append(pts_ms[1:], pts_ms[-1] + round(1000 / fps)),
        faces=np.ones(count, np.int16),
        visibility=np.full(count, VISIBILITIES.index(Visibility.SEEN), np.int8),
        track=np.zeros(count, np.int32),
        quality=np.full(count, 0.9, np.float32),
        live=np.full(count, 0.98, np.float32),
        smoothed=raw.astype(np.float32),
        uncertainty=np.zeros((count, len(EXPRESSIONS)), np.float32),
        face_signals=signals.astype(np.float32),
        picture=np.zeros((count, len(PICTURE_SIGNALS)), np.float32),
    )
    return Recording(f"noise {seed}", series, raw.astype(np.float32))


def add_blink(pts_ms: NDArray[np.int64], closed: NDArray[np.floating], at_ms: float, long_ms: float) -> None:
    """Lids close in a third of the time and open in the rest."""
    apex_ms = at_ms + long_ms / 3
    share = np.minimum((pts_ms - at_ms) / (long_ms / 3), (at_ms + long_ms - pts_ms) / (long_ms * 2 / 3))
    if apex_ms < pts_ms[-1]:
        closed[:] = np.maximum(closed, closed + (0.8 - closed) * share.clip(0, 1))


def _wandering(rng: np.random.Generator, count: int, width: int, fps: float) -> NDArray[np.float64]:
    """(count, width) first-order autoregressive noise of standard deviation 1."""
    keep = float(np.exp(-1 / (0.5 * fps)))
    steps = rng.normal(0, np.sqrt(1 - keep**2), (count, width))
    steps[0] = rng.normal(0, 1, width)
    for i in range(1, count):
        steps[i] += keep * steps[i - 1]
    return steps


def _analysed(clip: Path) -> Recording:
    """One run of the pipeline, kept in var/ for the next time with the same weights and configuration."""
    kept = FOLDER / f"{clip.stem}-{_made_with()}.npz"
    if not kept.exists():
        config = PipelineConfig(plan=PLAN, threads=1, model_dir=str(SHARED / "models"))
        analysis, builder = Analysis(clip, config), SeriesBuilder()
        rows = [row for window in analysis for row in window]
        stages = analysis.outcome().manifest["stages"]
        if {stages[stage] for stage in PLAN} != {"done"}:  # type: ignore[index]
            raise RuntimeError(f"{clip.name} was not read whole: {stages}")
        builder.add(rows)
        series = builder.build(rows[-1].pts_ms - rows[-2].pts_ms)
        raw = np.array([row.expression or [np.nan] * len(EXPRESSIONS) for row in rows], np.float32)
        FOLDER.mkdir(parents=True, exist_ok=True)
        np.savez(kept, raw=raw, **{each.name: getattr(series, each.name) for each in fields(Series)})
    with np.load(kept) as found:
        series = Series(**{each.name: found[each.name] for each in fields(Series)})
        return Recording(clip.stem, series, found["raw"])


def _made_with() -> str:
    config = PipelineConfig(plan=PLAN)
    return hashlib.sha256(weights_file.SHIPPED.read_bytes() + config.fingerprint().encode()).hexdigest()[:12]


def _repeated(once: Recording, seconds: int) -> Recording:
    count = len(once.series)
    step_ms = float(np.median(np.diff(once.series.pts_ms)))
    there_and_back = np.concatenate([np.arange(count), np.arange(count - 2, 0, -1)])
    take = np.resize(there_and_back, int(seconds * 1000 / step_ms))
    values = {each.name: getattr(once.series, each.name)[take] for each in fields(Series)}
    pts_ms = np.round(np.arange(len(take)) * step_ms).astype(np.int64)
    values |= {"pts_ms": pts_ms, "end_ms": np.append(pts_ms[1:], pts_ms[-1] + round(step_ms))}
    return Recording(once.name, Series(**values), once.raw[take])
