"""Stretches in which the face looks like a picture of one."""

from __future__ import annotations

import pytest

from analysis.moments.kinds import liveness
from analysis.signals.series import Series
from analysis.types import MomentKind

from .faces import RATES, assert_moves_with_time, assert_near, face, found, lose


def look_flat(series: Series, start_ms: int, end_ms: int, live: float = 0.2) -> None:
    series.live[(series.pts_ms >= start_ms) & (series.pts_ms < end_ms)] = live


@pytest.mark.parametrize("fps", RATES)
def test_it_is_found_with_its_evidence(fps: float | None) -> None:
    series = face(60, fps)
    look_flat(series, 20_000, 26_000)
    (moment,) = found(liveness, series)
    assert moment.kind == MomentKind.LIVENESS
    assert_near(moment, 20_000, 26_000, within_ms=160)
    (evidence,) = moment.evidence
    assert (evidence.signal, evidence.value, evidence.threshold) == ("live", pytest.approx(0.2), 0.5)
    assert evidence.baseline == pytest.approx(0.98)


def test_a_recording_that_shows_a_screen_throughout_is_one_moment() -> None:
    series = face(60)
    look_flat(series, 0, 60_000)
    (moment,) = found(liveness, series)
    assert_near(moment, 0, 60_000)


def test_a_face_short_answers_and_a_missing_face_have_none() -> None:
    series = face(60)
    look_flat(series, 10_000, 12_500)
    lose(series, 30_000, 40_000)
    assert found(liveness, series) == []


def test_one_other_answer_does_not_end_it() -> None:
    series = face(60)
    look_flat(series, 10_000, 16_000)
    look_flat(series, 12_000, 13_000, live=0.8)
    assert len(found(liveness, series)) == 1


def test_it_moves_with_time() -> None:
    series = face(60)
    look_flat(series, 10_000, 16_000)
    assert_moves_with_time(liveness, series)
