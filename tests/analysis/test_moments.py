"""Each kind of moment is found where it was put, and nowhere in a calm recording."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from analysis.config import PipelineConfig, SignalConfig
from analysis.moments.find import bundled, find
from analysis.moments.reading import Reading
from analysis.signals.baseline import find_baselines
from analysis.signals.series import Series
from analysis.types import EXPRESSIONS, Moment, MomentKind, Span, Stage, Visibility

from .rules import assert_tells
from .series import between, calm_series, hide, show

CONFIG = PipelineConfig()
SHIFT = CONFIG.moments[MomentKind.EXPRESSION_SHIFT]
ALL = frozenset(Stage)


def found(series: Series, plan: frozenset[Stage] = ALL) -> tuple[Moment, ...]:
    return find(Reading(series, find_baselines(series, SignalConfig().baseline_ms), replace(CONFIG, plan=plan)))


def test_a_calm_recording_has_no_moments() -> None:
    assert found(calm_series(120)) == ()


def test_a_sudden_expression_is_found_with_its_evidence() -> None:
    series = calm_series(60)
    show(series, between(30_000, 31_200), "surprise")
    (moment,) = found(series)
    assert (moment.kind, moment.span) == (MomentKind.EXPRESSION_SHIFT, Span(30_000, 31_200))
    assert moment.values["expression"] == "surprise"
    (evidence,) = moment.evidence
    assert evidence.baseline < 0.05 < SHIFT.min_prob <= evidence.threshold < evidence.value
    assert moment.distance > SHIFT.robust_z
    assert moment.quality == pytest.approx(0.9)


def test_what_is_too_short_or_too_weak_is_no_shift() -> None:
    series = calm_series(60)
    show(series, between(20_000, 20_000 + SHIFT.min_ms - 80), "happy")
    show(series, between(40_000, 42_000), "happy", prob=SHIFT.min_prob - 0.05)
    assert MomentKind.EXPRESSION_SHIFT not in {moment.kind for moment in found(series)}


def test_an_expression_that_grows_slowly_is_no_sudden_change() -> None:
    series = calm_series(60)
    for i in range(100):
        show(series, between(20_000 + i * 100, 20_100 + i * 100), "sad", prob=0.15 + i * 0.007)
    assert found(series) == ()


def test_a_change_during_an_absence_was_not_seen() -> None:
    series = calm_series(60)
    hide(series, between(30_000, 32_000))
    show(series, between(32_000, 34_000), "angry")
    assert [moment.kind for moment in found(series)] == [MomentKind.NOBODY_VISIBLE]


def test_what_is_usual_for_a_person_is_no_moment() -> None:
    series = calm_series(60)
    show(series, slice(None), "happy", prob=0.7)
    show(series, between(30_000, 32_000), "happy", prob=0.75)
    assert found(series) == ()


def test_many_shifts_are_not_a_flood() -> None:
    series = calm_series(120)
    for start_ms in range(62_000, 118_000, 4000):
        show(series, between(start_ms, start_ms + 600), "fear", prob=0.5 + (start_ms % 7) / 100)
    starts = [moment.span.start_ms for moment in found(series)]
    assert len(starts) == SHIFT.max_per_min
    assert starts == sorted(starts)


def test_rises_close_together_are_one_moment() -> None:
    series = calm_series(60)
    show(series, between(30_000, 30_800), "happy")
    show(series, between(31_600, 32_400), "happy")
    (moment,) = found(series)
    assert moment.span == Span(30_000, 32_400)


def test_overlapping_moments_of_one_kind_become_one_with_all_evidence() -> None:
    series = calm_series(60)
    show(series, between(30_000, 32_000), "surprise", prob=0.5)
    happy, surprise = EXPRESSIONS.index("happy"), EXPRESSIONS.index("surprise")
    series.smoothed[between(31_000, 33_000), happy] = 0.45
    series.smoothed[between(31_000, 32_000), surprise] = 0.40
    (moment,) = found(series)
    assert moment.span == Span(30_000, 33_000)
    assert {item.signal for item in moment.evidence} == {"happy", "surprise"}
    assert bundled([]) == []


def test_an_absence_is_found_and_a_blink_of_one_is_not() -> None:
    series = calm_series(60)
    hide(series, between(10_000, 10_400))
    hide(series, between(20_000, 23_000))
    (moment,) = found(series)
    assert (moment.kind, moment.span, moment.confidence) == (MomentKind.NOBODY_VISIBLE, Span(20_000, 23_000), None)


def test_a_second_face_is_found_once_though_it_flickers() -> None:
    series = calm_series(60)
    series.faces[between(10_000, 12_000)] = 2
    series.faces[between(11_000, 11_400)] = 1
    series.faces[between(11_600, 11_800)] = 3
    (moment,) = found(series)
    assert (moment.kind, moment.span) == (MomentKind.ANOTHER_PERSON, Span(10_000, 12_000))
    assert moment.values["faces"] == 3


def test_a_face_that_is_hard_to_see_is_said_to_be() -> None:
    series = calm_series(60)
    hide(series, between(10_000, 13_000), Visibility.HARD_TO_SEE)
    (moment,) = found(series)
    assert (moment.kind, moment.span) == (MomentKind.HARD_TO_SEE, Span(10_000, 13_000))
    assert moment.evidence[0].value < moment.evidence[0].baseline


def test_kinds_whose_stages_were_not_planned_do_not_exist() -> None:
    series = calm_series(60)
    show(series, between(30_000, 32_000), "happy")
    hide(series, between(40_000, 43_000))
    assert found(series, frozenset()) == ()
    assert {moment.kind for moment in found(series, frozenset({Stage.FACES}))} == {MomentKind.NOBODY_VISIBLE}


def test_no_frames_have_no_moments() -> None:
    assert found(calm_series(0)) == ()


def test_every_sentence_can_be_filled_in_and_judges_nobody() -> None:
    series = calm_series(60)
    show(series, between(5_000, 6_000), "happy")
    hide(series, between(10_000, 13_000))
    hide(series, between(20_000, 23_000), Visibility.HARD_TO_SEE)
    series.faces[between(40_000, 42_000)] = 2
    moments = found(series)
    kinds = {
        MomentKind.EXPRESSION_SHIFT,
        MomentKind.NOBODY_VISIBLE,
        MomentKind.ANOTHER_PERSON,
        MomentKind.HARD_TO_SEE,
    }
    assert {moment.kind for moment in moments} == kinds  # the others have files of their own in moments/
    for moment in moments:
        assert_tells(moment)
        assert moment.config == asdict(CONFIG.moments[moment.kind])
