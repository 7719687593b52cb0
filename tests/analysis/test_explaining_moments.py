"""Moments that rest on an expression say which parts of the face carried it; no explanation ends a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import __main__ as command
from analysis import pipeline
from analysis.config import PipelineConfig
from analysis.expression.explanation import Explainer
from analysis.expression.weights_file import BadWeights
from analysis.frames import FrameStages
from analysis.moments.explained import explained
from analysis.moments.find import find
from analysis.moments.reading import Reading
from analysis.pipeline import Analysis
from analysis.signals.baseline import find_baselines
from analysis.signals.peak_crops import PeakCrops
from analysis.types import (
    ELSEWHERE,
    EXPRESSIONS,
    REGIONS,
    Cancelled,
    Explanation,
    Moment,
    MomentKind,
    Span,
    Stage,
    Visibility,
)

from .series import STEP_MS, between, calm_series, hide, show

HAPPY, SAD = EXPRESSIONS.index("happy"), EXPRESSIONS.index("sad")


def kept(probs: dict[int, tuple[str, float]], count: int, crops: PeakCrops | None = None) -> PeakCrops:
    """Crops of `count` frames, the i-th grey all over with level i % 256, calm but for `probs` at some frames."""
    crops = PeakCrops() if crops is None else crops
    smoothed = np.tile(np.float32([0.02] * 6 + [0.88]), (count, 1))
    for frame, (expression, prob) in probs.items():
        smoothed[frame, EXPRESSIONS.index(expression)] = prob
    pictures = [np.full((48, 48), frame % 256, np.uint8) for frame in range(count)]
    crops.offer(np.arange(count) * STEP_MS, smoothed, pictures)
    return crops


def test_of_each_second_the_strongest_face_of_an_expression_is_kept_and_calm_ones_are_not() -> None:
    crops = kept({10: ("happy", 0.5), 12: ("happy", 0.9), 14: ("happy", 0.6), 15: ("sad", 0.4)}, 100)
    assert len(crops) == 2
    found = crops.nearest("happy", 10 * STEP_MS, Span(0, 1000))
    assert found is not None and (found.at_ms, int(found.crop[0, 0])) == (12 * STEP_MS, 12)


def test_a_face_outside_of_the_moment_does_not_speak_for_it() -> None:
    crops = kept({10: ("happy", 0.9), 60: ("happy", 0.9)}, 100)
    assert crops.nearest("happy", 60 * STEP_MS, Span(500, 2000)) is None
    assert crops.nearest("sad", 10 * STEP_MS, Span(0, 1000)) is None
    nearest = crops.nearest("happy", 50 * STEP_MS, Span(0, 4000))
    assert nearest is not None and nearest.at_ms == 60 * STEP_MS


def test_faces_that_could_not_be_read_are_not_kept() -> None:
    crops = PeakCrops()
    crops.offer(np.array([0, 40]), np.array([[np.nan] * 7, [0.9] + [0.1 / 6] * 6]), [None, None])
    assert len(crops) == 0


def test_memory_is_bounded_and_what_is_kept_spans_the_whole_recording() -> None:
    crops = PeakCrops(most=50)
    probs = {frame: ("happy", 0.3 + 0.6 * (frame % 25 == 7)) for frame in range(25 * 200)}
    kept(probs, 25 * 200, crops)
    assert 20 <= len(crops) <= 50
    for second in (0, 60, 120, 190):
        near = crops.nearest("happy", second * 1000, Span(second * 1000, second * 1000 + 10_000))
        assert near is not None and near.prob == pytest.approx(0.9)


def _moments() -> tuple[Moment, ...]:
    """A smile at 30 s and an absence at 40 s."""
    series = calm_series(60)
    show(series, between(30_000, 31_200), "happy")
    hide(series, between(40_000, 42_000), Visibility.NOBODY)
    return find(Reading(series, find_baselines(series, 60_000), PipelineConfig(plan=frozenset(Stage))))


def _smile() -> PeakCrops:
    return kept(dict.fromkeys(range(750, 780), ("happy", 0.8)), 1500)


def _flat_crop(crops: PeakCrops) -> PeakCrops:
    """Give what was kept a texture: a flat crop has nothing that could be explained."""
    texture = np.random.default_rng(1).integers(0, 256, (48, 48), dtype=np.uint8)
    for key, crop in crops._kept.items():
        crops._kept[key] = replace(crop, crop=texture)
    return crops


def test_the_moment_of_an_expression_is_explained_and_no_other() -> None:
    beats: list[int] = []
    found = explained(_moments(), _flat_crop(_smile()), beat=lambda: beats.append(1))
    smile, absence = found.moments
    assert (smile.kind, absence.kind) == (MomentKind.EXPRESSION_SHIFT, MomentKind.NOBODY_VISIBLE)
    assert absence.explanation is None and smile.explanation is not None
    assert smile.explanation.expression == "happy" and smile.explanation.at_ms == smile.peak_ms
    assert set(smile.explanation.regions) == {*REGIONS, ELSEWHERE}
    assert sum(smile.explanation.regions.values()) == pytest.approx(1, abs=0.001)
    assert smile.explanation.picture.startswith(b"\x89PNG")
    assert (found.count, found.note, len(beats)) == (1, "", 2)


def test_without_moments_of_expression_no_network_is_loaded() -> None:
    def load() -> Explainer:
        raise AssertionError("nothing needs it")

    only = tuple(moment for moment in _moments() if moment.kind == MomentKind.NOBODY_VISIBLE)
    assert explained(only, PeakCrops(), load=load).moments == only


def test_what_cannot_be_explained_stays_a_moment_and_the_reason_is_noted() -> None:
    def missing() -> Explainer:
        raise BadWeights("There are no weights.")

    class Broken(Explainer):
        def __init__(self) -> None:
            pass

        def attribution(self, *_: object) -> object:  # type: ignore[override]
            raise RuntimeError("out of memory")

    for crops, load, note in (
        (_smile(), missing, "the model cannot be loaded"),
        (_smile(), Broken, "1 could not be explained"),
        (_smile(), Explainer.load, "1 could not be explained"),  # a flat crop: nothing carried the label
        (PeakCrops(), Explainer.load, "1 could not be explained"),  # no crop was kept
    ):
        found = explained(_moments(), crops, load=load)
        assert found.moments == _moments()
        assert (found.count, found.note) == (0, note)


def test_a_cancelled_run_stops_between_explanations() -> None:
    def cancelled() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        explained(_moments(), _smile(), beat=cancelled)


def test_regions_that_do_not_add_up_are_no_explanation() -> None:
    with pytest.raises(ValueError):
        Explanation(0, "happy", {**dict.fromkeys(REGIONS, 0.3), ELSEWHERE: 0.0}, b"")
    with pytest.raises(ValueError):
        Explanation(0, "happy", {"mouth": 1.0}, b"")


def test_a_real_recording_has_its_moments_explained_and_its_pictures_beside_them(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "explanation-9.png").write_bytes(b"another face")
    (out / "holiday.png").write_bytes(b"not ours")
    assert command.main([str(clip("covers_face_then_smiles.mp4")), "--without", "speech", "--out", str(out)]) == 0
    moments = json.loads((out / "moments.json").read_text())
    shifts = [moment for moment in moments if moment["kind"] == "expression_shift"]
    assert shifts
    for moment in shifts:
        found = moment["explanation"]
        assert moment["span"]["start_ms"] <= found["at_ms"] < moment["span"]["end_ms"]
        assert found["expression"] == moment["values"]["expression"]
        assert sum(found["regions"].values()) == pytest.approx(1, abs=0.001)
        assert (out / found["picture"]).read_bytes().startswith(b"\x89PNG")
        assert all(f"{name} " in found["text"] for name in found["regions"])
    assert json.loads((out / "manifest.json").read_text())["explanations"] == {"explained": len(shifts), "note": ""}
    pictures = {path.name for path in out.glob("*.png")}
    assert pictures == {"holiday.png", *(moment["explanation"]["picture"] for moment in shifts)}


def test_a_plan_without_expression_keeps_no_face(
    clip: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[FrameStages] = []

    class Kept(FrameStages):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            built.append(self)

    monkeypatch.setattr(pipeline, "FrameStages", Kept)
    analysis = Analysis(clip("short_smile.mp4"), PipelineConfig(plan=frozenset({Stage.FACES})))
    list(analysis)
    assert len(built[0].peaks) == 0 and not built[0]._unsettled_crops
    assert analysis.outcome().manifest["explanations"] == {}
