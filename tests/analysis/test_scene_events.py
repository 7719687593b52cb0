"""Events that are put into whole pictures are found after encoding; what only looks like one is not."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.types import Moment, MomentKind

from . import scenes
from .scenes import CODECS, Shot, changed, coded, found, room, shoot, times, uneven_times

TIMES = {"25 fps": times(12), "30 fps": times(12, 30), "29.97 fps": times(12, 29.97), "uneven": uneven_times(12)}
every_time = pytest.mark.parametrize("pts_ms", TIMES.values(), ids=TIMES.keys())
every_codec = pytest.mark.parametrize("codec", CODECS, ids=["file", "realtime", "vp8"])


def kinds(moments: list[Moment]) -> list[MomentKind]:
    return [moment.kind for moment in moments]


@every_codec
def test_a_person_who_talks_is_no_event(codec: tuple[str, dict[str, str], int | None]) -> None:
    assert found(coded(shoot(times(12)), codec)) == []


@every_time
def test_a_cut_to_another_room_is_found_at_its_frame(pts_ms: list[int]) -> None:
    shot = scenes.cut_to(shoot(pts_ms), shoot(pts_ms, seed=9, person=4), 6000)
    (moment,) = found(coded(shot))
    assert (moment.kind, moment.peak_ms) == (MomentKind.CUT, pts_ms[shot.at(6000)])
    assert moment.evidence[0].value >= moment.evidence[0].threshold > moment.evidence[0].baseline


@every_codec
def test_a_cut_is_found_whatever_the_codec(codec: tuple[str, dict[str, str], int | None]) -> None:
    shot = scenes.cut_to(shoot(times(8)), shoot(times(8), seed=9, person=4), 4000)
    assert [(m.kind, m.peak_ms) for m in found(coded(shot, codec))] == [(MomentKind.CUT, 4000)]


def test_a_cut_through_black_is_found_where_the_new_scene_begins() -> None:
    shot = scenes.cut_to(shoot(times(8)), shoot(times(8), seed=9, person=4), 4000)
    black = changed(shot, lambda picture, _: np.zeros_like(picture), 3960, 4200)
    assert [(m.kind, m.peak_ms) for m in found(coded(black))] == [(MomentKind.CUT, 4200)]


@every_time
def test_a_frozen_picture_is_found(pts_ms: list[int]) -> None:
    (moment,) = found(coded(scenes.frozen_at(shoot(pts_ms), 5000, 8000)))
    assert moment.kind == MomentKind.FROZEN
    assert abs(moment.span.start_ms - 5000) < 700 and abs(moment.span.end_ms - 8000) < 200
    assert {piece.signal for piece in moment.evidence} == {"motion", "still_picture"}


@every_codec
def test_a_frozen_picture_is_found_though_the_codec_refines_it(
    codec: tuple[str, dict[str, str], int | None],
) -> None:
    (moment,) = found(coded(scenes.frozen_at(shoot(times(14)), 4000, 11_000), codec))
    assert moment.kind == MomentKind.FROZEN
    assert moment.span.duration_ms > 2500


def test_a_picture_that_never_moved_is_not_frozen() -> None:
    assert found(coded(scenes.frozen_at(shoot(times(8)), 0, 8000))) == []


def test_repeats_of_a_slow_camera_are_not_frozen() -> None:
    shot = shoot(times(8, 30))
    held = tuple(shot.pictures[i // 6 * 6] for i in range(len(shot.pictures)))  # 5 frames a second
    assert found(coded(Shot(held, shot.pts_ms, shot.boxes))) == []


@every_time
def test_another_background_is_found_and_is_no_cut(pts_ms: list[int]) -> None:
    shot = coded(shoot(pts_ms, background=lambda ms: room(1 if ms < 5000 else 9)))
    (moment,) = found(shot)
    assert moment.kind == MomentKind.BACKGROUND_CHANGED
    assert abs(moment.span.start_ms - 5000) < 600
    assert {piece.signal for piece in moment.evidence} == {"background_change", "other_background"}


def test_a_background_that_comes_for_a_second_is_no_event() -> None:
    assert found(coded(shoot(times(12), background=lambda ms: room(9 if 5000 <= ms < 6000 else 1)))) == []


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_a_flash_is_no_event(frames: int) -> None:
    flash = changed(shoot(times(8)), scenes.brighter(140), 4000, 4000 + 40 * frames)
    assert found(coded(flash)) == []


@pytest.mark.parametrize("over_ms", [1, 300, 2000])
def test_another_exposure_is_no_event(over_ms: int) -> None:
    assert found(coded(changed(shoot(times(10)), scenes.dimmed(0.5, over_ms), 4000, 10_000))) == []


def test_a_shaken_camera_is_no_event() -> None:
    assert found(coded(changed(shoot(times(10)), scenes.moved(scenes.shaken), 4000, 6000))) == []


def test_a_nudged_camera_is_no_event() -> None:
    nudge = scenes.moved(lambda since_ms: (14.0, 8.0))
    assert found(coded(changed(shoot(times(12)), nudge, 5000, 12_000))) == []


def test_a_slow_pan_is_no_event() -> None:
    wide = room(5, (720, 180))
    shot = shoot(times(12), background=lambda ms: wide[:, min(ms, 8000) // 40 : min(ms, 8000) // 40 + 320])
    assert found(coded(shot)) == []


@pytest.mark.parametrize("over_ms", [40, 160, 400])
def test_a_hand_before_the_lens_is_no_event(over_ms: int) -> None:
    hand = changed(shoot(times(10)), scenes.covered(over_ms, 2000), 4000, 6000)
    assert MomentKind.CUT not in kinds(found(coded(hand)))
    assert MomentKind.BACKGROUND_CHANGED not in kinds(found(coded(hand)))
