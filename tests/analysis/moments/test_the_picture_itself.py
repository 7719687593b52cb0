"""Rules on the picture: a cut, a picture that stands still, another background, and what is none of them."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from analysis.moments.kinds import background_changed, cut, frozen
from analysis.signals.baseline import Baselines
from analysis.signals.series import Series
from analysis.types import Moment, MomentKind, Span, Visibility
from tests.analysis import rules
from tests.analysis.series import between, calm_series, hide


def put(series: Series, where: slice | int, **signals: float) -> None:
    for name, value in signals.items():
        series.picture_signal(name)[where] = value


def found(rule: ModuleType, series: Series) -> list[Moment]:
    return rules.found(rule, series, baselines=Baselines())


@pytest.mark.parametrize("rule", [cut, frozen, background_changed])
def test_a_calm_recording_and_one_without_picture_signals_have_none(
    rule: ModuleType,
) -> None:
    series, without = calm_series(30), calm_series(30)
    without.picture[:] = np.nan
    assert found(rule, series) == found(rule, without) == found(rule, calm_series(0)) == []


def test_a_change_in_one_step_is_a_cut() -> None:
    series = calm_series(20)
    put(series, 250, scene_change=0.7, motion=45)
    (moment,) = found(cut, series)
    assert (moment.kind, moment.span, moment.peak_ms) == (MomentKind.CUT, Span(9960, 10_040), 10_000)
    assert moment.values == {"at_ms": 10_000, "percent": 70}
    assert [(e.signal, e.value, e.threshold) for e in moment.evidence] == [
        ("scene_change", 0.7, rules.CONFIG.moments[MomentKind.CUT].min_share),
        ("motion", 45.0, 6.0),
    ]


def test_a_change_there_and_back_is_a_flash() -> None:
    series = calm_series(20)
    put(series, 250, scene_change=0.7, motion=60)
    put(series, 253, scene_change=0.6, motion=60)
    assert found(cut, series) == []


def test_a_change_among_lively_frames_is_a_movement() -> None:
    series = calm_series(20)
    put(series, slice(240, 262), motion=12)
    put(series, 250, scene_change=0.5, motion=25)
    assert found(cut, series) == []


def test_a_lively_scene_after_a_calm_one_is_a_cut() -> None:
    series = calm_series(20)
    put(series, slice(250, 300), motion=12)
    put(series, 250, scene_change=0.5, motion=25)
    assert [moment.peak_ms for moment in found(cut, series)] == [10_000]


def test_a_change_across_missing_frames_is_no_cut() -> None:
    series = calm_series(20)
    series.pts_ms[250:] += 2000
    series.end_ms[249:] += 2000
    put(series, 250, scene_change=0.8, motion=60)
    assert found(cut, series) == []


def test_a_picture_that_stands_still_is_frozen_from_the_frame_that_repeats() -> None:
    series = calm_series(20)
    put(series, between(8000, 11_000), motion=0.0)
    put(series, between(9600, 9720), motion=0.5)  # the codec writes it anew
    (moment,) = found(frozen, series)
    assert (moment.kind, moment.span) == (MomentKind.FROZEN, Span(7960, 11_000))
    assert moment.values == {"duration_s": 3.0}
    assert [(e.signal, e.value, e.baseline) for e in moment.evidence] == [
        ("motion", 0.0, 2.0),
        ("still_picture", 3040.0, 0.0),
    ]


def test_a_short_stand_and_a_picture_that_never_moved_are_not_frozen() -> None:
    series = calm_series(20)
    put(series, between(8000, 8900), motion=0.0)
    still = calm_series(20)
    put(still, slice(None), motion=0.0)
    assert found(frozen, series) == found(frozen, still) == []


def test_repeats_between_the_frames_of_a_slow_camera_are_not_frozen() -> None:
    series = calm_series(20)
    put(series, np.arange(500)[np.arange(500) % 5 > 0], motion=0.0)  # type: ignore[arg-type]
    assert found(frozen, series) == []


def test_frames_that_are_missing_are_not_frozen() -> None:
    series = calm_series(20)
    series.pts_ms[250:] += 3000
    series.end_ms[249:] += 3000
    put(series, 250, motion=0.0)
    assert found(frozen, series) == []


def test_another_background_begins_when_it_began_to_differ() -> None:
    series = calm_series(20)
    put(series, between(8000, 13_000), background_change=0.6)
    (moment,) = found(background_changed, series)
    assert (moment.kind, moment.span) == (MomentKind.BACKGROUND_CHANGED, Span(7000, 13_000))
    assert moment.values == {"percent": 60, "duration_s": 6.0}
    assert [(e.signal, e.value) for e in moment.evidence] == [
        ("background_change", 0.6),
        ("other_background", 6000.0),
    ]


def test_a_background_is_not_judged_while_nobody_sits_before_it() -> None:
    series = calm_series(20)
    put(series, between(8000, 13_000), background_change=0.6)
    hide(series, between(7800, 12_600))
    hide(series, between(12_600, 12_700), Visibility.HARD_TO_SEE)
    assert found(background_changed, series) == []


def test_the_background_after_a_cut_is_told_by_the_cut() -> None:
    series = calm_series(20)
    put(series, between(8000, 13_000), background_change=0.9)
    put(series, 175, scene_change=0.7, motion=45)
    assert found(background_changed, series) == []
    assert len(found(cut, series)) == 1
