"""What is measured of every picture."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.video.scene import SceneWatch

from .scenes import brighter, room, shoot, times, watched, with_person

SIZES = [(640, 360), (360, 640), (512, 512), (160, 120), (640, 40), (17, 9)]


def test_the_first_frame_has_nothing_to_be_compared_with() -> None:
    watch = SceneWatch()
    assert watch.look(room(1), None, 0) is None
    assert watch.look(room(1), None, 40) == (0.0, 0.0, 0.0)


def test_a_picture_of_another_size_begins_anew() -> None:
    watch = SceneWatch()
    watch.look(room(1), None, 0)
    assert watch.look(room(1, (180, 320)), None, 40) is None
    assert watch.look(room(1, (180, 320)), None, 80) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("size", SIZES)
def test_pictures_of_any_shape_are_measured(size: tuple[int, int]) -> None:
    watch, picture = SceneWatch(), np.random.default_rng(2).integers(0, 255, (size[1], size[0], 3), np.uint8)
    box = np.array([-5.0, -5.0, size[0] + 5.0, size[1] / 2], np.float32)
    for at_ms in range(0, 4000, 40):
        watch.look(picture, box, at_ms)
    values = watch.look(np.ascontiguousarray(picture[:, ::-1]), box, 4000)
    assert values is not None and np.isfinite(values).all()
    assert values[0] > 10


def test_motion_is_the_mean_difference_in_grey_levels() -> None:
    watch, picture = SceneWatch(), np.full((360, 640, 3), 100, np.uint8)
    watch.look(picture, None, 0)
    values = watch.look(picture + 3, None, 40)
    assert values is not None and values[0] == pytest.approx(3.0)


def test_a_scene_changes_with_its_content_and_not_with_its_light() -> None:
    first, other = with_person(room(1), 0)[0], with_person(room(9), 0, 1)[0]

    def change(now: np.ndarray) -> float:
        watch = SceneWatch()
        watch.look(first, None, 0)
        values = watch.look(now, None, 40)
        assert values is not None
        return values[1]

    assert change(other) > 0.5
    assert change(brighter(60)(first, 0)) < 0.1
    assert change((first * 0.4).astype(np.uint8)) < 0.1
    assert change(np.roll(first, 12, 1)) < 0.1
    assert change(np.zeros_like(first)) == 0.0


def test_a_face_that_goes_on_makes_another_background_no_other_scene() -> None:
    watch, (before, box), (now, _) = SceneWatch(), with_person(room(1), 0), with_person(room(9), 40)
    watch.look(before, box, 0)
    with_face = watch.look(now, box, 40)
    watch = SceneWatch()
    watch.look(before, None, 0)
    without = watch.look(now, None, 40)
    assert with_face is not None and without is not None
    assert with_face[1] < 0.1 < without[1]


@pytest.mark.parametrize("fps", [8, 15, 30, 60])
def test_the_background_is_judged_alike_at_every_frame_rate(fps: float) -> None:
    series = watched(shoot(times(10, fps), background=lambda ms: room(1 if ms < 5000 else 9)))
    change = series.picture_signal("background_change")
    assert np.nanmax(change[series.pts_ms < 5900]) == 0
    assert change[(series.pts_ms > 6600) & (series.pts_ms < 9900)].min() > 0.3
