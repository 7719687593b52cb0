"""N blinks are counted as N, at every frame rate that can show them, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.signals.blinks import blink_rate_per_min, blink_rates, blinks, closed_share, watched_ms

from .moments.faces import blink, face, lose, move

#: Blinks at these times, in ms, and of these lengths: from the shortest to a slow one, two of them close together.
TIMES = [(5000 + 2900 * i + 137 * (i % 5), 120 + 20 * (i % 10)) for i in range(18)] + [(58_000, 180), (58_400, 180)]


@pytest.mark.parametrize("fps", [15, 25, 30, 60, None])
@pytest.mark.parametrize("offset_ms", [0, 13, 29, 47])
def test_as_many_are_counted_as_there_were(fps: float | None, offset_ms: int) -> None:
    series = face(62, fps)
    for at_ms, long_ms in TIMES:
        blink(series, at_ms + offset_ms, long_ms)
    counted = blinks(series)
    assert len(counted) == len(TIMES)
    for span, (at_ms, long_ms) in zip(counted, sorted(TIMES), strict=True):
        assert at_ms + offset_ms - 70 <= span.start_ms < span.end_ms <= at_ms + offset_ms + long_ms + 70
    assert blink_rate_per_min(series) == pytest.approx(len(TIMES) * 60 / 62, rel=0.03)


@pytest.mark.parametrize("fps", [15, 25, 30, 60, None])
def test_open_eyes_do_not_blink(fps: float | None) -> None:
    series = face(120, fps)
    assert blinks(series) == [] and blink_rate_per_min(series) == 0 and closed_share(series) == 0


def test_a_flutter_halfway_is_one_blink_not_two() -> None:
    series = face(60, 60)
    blink(series, 30_000, 300)
    lids = series.face_signal("eyes_closed")
    at = int(np.searchsorted(series.pts_ms, 30_150))
    lids[at] = 0.37  # below what makes a blink, above where one ends
    blink(series, 40_000, 200)
    assert len(blinks(series)) == 2


def test_what_is_too_short_too_long_or_too_slight_is_no_blink() -> None:
    series = face(60, 60)
    blink(series, 10_000, 200)
    move(series, 20_000, 20_020, eyes_closed=0.8)
    move(series, 30_000, 30_700, eyes_closed=0.8)
    blink(series, 40_000, 200, closed=0.25)
    assert [span.start_ms // 1000 for span in blinks(series)] == [10]


@pytest.mark.parametrize(("from_ms", "to_ms"), [(29_900, 30_030), (30_060, 30_120), (30_150, 30_400)])
def test_a_blink_that_a_gap_cuts_is_not_counted(from_ms: int, to_ms: int) -> None:
    series = face(60, 30)
    blink(series, 30_000, 200)
    lose(series, from_ms, to_ms)
    assert blinks(series) == []


def test_under_15_frames_a_second_nothing_is_counted_or_watched() -> None:
    series = face(60, 12)
    blink(series, 30_000, 300)
    assert blinks(series) == [] and watched_ms(series) == 0 and blink_rate_per_min(series) is None


def test_rates_slide_by_a_second_and_windows_that_were_not_watched_have_none() -> None:
    series = face(120, 30)
    for at_ms in range(500, 120_000, 3000):
        blink(series, at_ms)
    rates = blink_rates(series, 30_000)
    assert list(np.diff(rates.start_ms)) == [1000] * 90
    assert rates.per_min == pytest.approx(np.full(91, 20), abs=2.1)
    lose(series, 60_000, 100_000)
    rates = blink_rates(series, 30_000)
    assert np.isnan(rates.per_min[rates.start_ms == 65_000]).all()
    assert rates.per_min[rates.start_ms == 35_000] == pytest.approx(20, abs=3)


def test_the_share_of_time_with_closed_eyes() -> None:
    series = face(100, 25)
    move(series, 30_000, 40_000, eyes_closed=0.9)
    assert closed_share(series) == pytest.approx(0.1, abs=0.002)


def test_eyes_that_were_never_read_have_no_figures() -> None:
    series = face(20)
    lose(series, 0, 20_000)
    assert blinks(series) == [] and blink_rate_per_min(series) is None and closed_share(series) is None
    assert blinks(face(0.001)) == [] and len(blink_rates(face(10), 30_000).start_ms) == 0
