"""The ways of making crops worse really do what their names say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from analysis.training import robustness as worse
from analysis.training.robustness import CONDITIONS, robustness


@pytest.fixture(scope="module")
def crops() -> np.ndarray:
    """Six soft pictures of 40 to 160 grey levels: nothing saturates unless it is made to."""
    random = np.random.default_rng(9)
    coarse = random.uniform(40, 160, (6, 6, 6))
    return np.kron(coarse, np.ones((8, 8))).astype(np.uint8)


def blob(row: int, column: int) -> np.ndarray:
    """One bright square on black: where it goes is easy to see."""
    crop = np.zeros((1, 48, 48), np.uint8)
    crop[0, row - 2 : row + 3, column - 2 : column + 3] = 200
    return crop


def centre_of(crop: np.ndarray) -> tuple[float, float]:
    rows, columns = np.indices(crop.shape)
    return float((rows * crop).sum() / crop.sum()), float((columns * crop).sum() / crop.sum())


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_gives_crops_of_the_same_form_twice_the_same_and_leaves_its_input(
    name: str, crops: np.ndarray
) -> None:
    before = crops.copy()
    changed = CONDITIONS[name](crops)
    assert changed.shape == crops.shape and changed.dtype == np.uint8
    assert (changed == CONDITIONS[name](crops)).all() and (crops == before).all()
    assert (changed != crops).any() == (name != "as it is")


def test_brightness_is_multiplied_and_cut_off_at_white(crops: np.ndarray) -> None:
    assert CONDITIONS["brightness +30 %"](crops).mean() == pytest.approx(crops.mean() * 1.3, rel=0.005)
    assert CONDITIONS["brightness -30 %"](crops).mean() == pytest.approx(crops.mean() * 0.7, rel=0.005)
    assert worse.light(np.array([[[100, 200]]], np.uint8), 1.3).tolist() == [[[130, 255]]]


def test_gamma_keeps_black_and_white_and_moves_what_lies_between() -> None:
    greys = np.array([[[0, 51, 255]]], np.uint8)  # 51 is a fifth of white
    assert worse.gamma(greys, 2.0).tolist() == [[[0, 10, 255]]]
    assert worse.gamma(greys, 0.5).tolist() == [[[0, 114, 255]]]


def test_blur_keeps_the_mean_and_takes_detail_the_more_the_wider_it_is(crops: np.ndarray) -> None:
    edges = [np.abs(np.diff(worse.blur(crops, sigma).astype(float))).mean() for sigma in (0.5, 1.0, 1.5, 2.0)]
    assert edges == sorted(edges, reverse=True)
    assert worse.blur(crops, 2.0).mean() == pytest.approx(crops.mean(), abs=1)


def test_a_blurred_dot_is_a_gaussian_of_the_width_asked_for() -> None:
    dot = np.zeros((1, 48, 48), np.uint8)
    dot[0, 24, 24] = 255
    blurred = worse.blur(dot, 1.5)[0].astype(float)
    assert blurred[24, 24] == pytest.approx(255 / (2 * np.pi * 1.5**2), abs=1)
    assert blurred[24, 27] / blurred[24, 24] == pytest.approx(np.exp(-0.5 * (3 / 1.5) ** 2), abs=0.06)


def test_jpeg_is_worse_the_lower_its_quality(crops: np.ndarray) -> None:
    noisy = worse.noise(crops, 10)
    errors = [np.abs(worse.jpeg(noisy, quality).astype(int) - noisy).mean() for quality in (95, 50, 30, 15, 8)]
    assert errors == sorted(errors) and errors[0] < 2 < errors[-1]


def test_noise_has_the_deviation_asked_for() -> None:
    flat = np.full((4, 48, 48), 128, np.uint8)
    noisy = worse.noise(flat, 10).astype(float)
    assert noisy.std() == pytest.approx(10, rel=0.05) and noisy.mean() == pytest.approx(128, abs=0.5)


def test_a_dark_room_is_dark_before_the_noise(crops: np.ndarray) -> None:
    dark = worse.dark_and_noisy(crops, factor=0.2, levels=5.0)
    assert dark.mean() == pytest.approx(crops.mean() * 0.2, rel=0.05)
    assert (dark.astype(float) - worse.light(crops, 0.2)).std() == pytest.approx(5, rel=0.15)


def test_a_positive_rotation_is_counter_clockwise_about_the_centre() -> None:
    turned = worse.rotation(blob(23, 38), 20)[0]  # right of the centre (23.5, 23.5) by 14.5
    row, column = centre_of(turned)
    angle = np.deg2rad(20)
    assert row == pytest.approx(23.5 - 14.5 * np.sin(angle) - 0.5 * np.cos(angle), abs=0.15)
    assert column == pytest.approx(23.5 + 14.5 * np.cos(angle) - 0.5 * np.sin(angle), abs=0.15)


def test_jitter_moves_crops_evenly_up_to_its_part_of_the_side() -> None:
    many = np.repeat(blob(24, 24), 200, axis=0)
    moved = np.array([centre_of(crop) for crop in worse.jitter(many, 0.10)]) - 24
    assert np.abs(moved).max() < 4.8 + 0.2  # a tenth of 48, and the scale's pull on half a pixel
    assert np.abs(moved).max() > 4.3 and np.abs(moved.mean(axis=0)).max() < 0.6
    areas = worse.jitter(many, 0.10).sum(axis=(1, 2)) / many[0].sum()
    assert 0.78 < areas.min() < 0.85 and 1.15 < areas.max() < 1.23  # 0.9 and 1.1 squared, in grey levels


def test_a_small_face_keeps_what_is_coarse_and_loses_what_is_fine() -> None:
    fine = np.indices((48, 48)).sum(axis=0) % 2 * 100  # a chequerboard of single pixels
    coarse = np.kron(np.indices((4, 4)).sum(axis=0) % 2 * 100, np.ones((12, 12), int))
    assert worse.small(fine[None].astype(np.uint8), 24).std() < 1
    assert worse.small(coarse[None].astype(np.uint8), 24).std() > 40


def test_a_covered_region_is_flat_and_the_rest_is_untouched(crops: np.ndarray) -> None:
    for box, eyes in ((worse.EYES_BOX, True), (worse.MOUTH_BOX, False)):
        hidden = worse.covered(crops, box)
        changed = (hidden != crops).any(axis=0)
        rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
        assert (rows.max() < 28) if eyes else (rows.min() > 28)  # the nose's tip is at row 28.8
        assert abs(columns.mean() - 23.9) < 1  # in the middle of the face
        inside = hidden[:, rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert (inside == inside[:, :1, :1]).all()
        assert inside[:, 0, 0] == pytest.approx(crops.mean(axis=(1, 2)), abs=0.5)


class ReadsBrightness:
    """Calls a crop happy (3), the surer the brighter it is, and sad (4) otherwise."""

    abstain_below = 0.6

    def __init__(self) -> None:
        self.seen = 0

    def predict(self, faces: np.ndarray) -> np.ndarray:
        self.seen += 1
        happy = np.clip(faces.mean(axis=(1, 2)) / 255, 0, 1)
        probs = np.zeros((len(faces), 7), np.float32)
        probs[:, 3], probs[:, 4] = happy, 1 - happy
        return probs


def test_each_condition_is_measured_through_the_classifier_with_its_own_bound() -> None:
    images = np.full((40, 48, 48), 140, np.uint8)  # happy at 0.549: right, but not sure
    classifier = ReadsBrightness()
    found = robustness(classifier, images, np.full(40, 3))  # type: ignore[arg-type]
    assert list(found) == list(CONDITIONS) and classifier.seen == len(CONDITIONS)
    assert found["as it is"] == {
        **{"accuracy": 1.0, "low": 1.0, "high": 1.0, "ece": 0.451},
        **{"coverage": 0.0, "accuracy_of_answers": None},
    }
    brighter, darker = found["brightness +30 %"], found["brightness -30 %"]
    assert (brighter["accuracy"], brighter["coverage"], brighter["accuracy_of_answers"]) == (1.0, 1.0, 1.0)
    assert (darker["accuracy"], darker["coverage"], darker["accuracy_of_answers"]) == (0.0, 1.0, 0.0)


def test_conditions_cover_what_the_card_promises() -> None:
    promised: dict[str, Callable[[str], bool]] = {
        "blur": lambda name: name.startswith("blur"),
        "JPEG": lambda name: name.startswith("JPEG"),
        "brightness up and down by 30 %": lambda name: name in ("brightness +30 %", "brightness -30 %"),
        "rotation by 20 degrees both ways": lambda name: name in ("rotated by +20 degrees", "rotated by -20 degrees"),
        "crop jitter": lambda name: name.startswith("crop off"),
        "32-pixel faces": lambda name: name == "face of 32 pixels",
    }
    counts = {what: sum(map(holds, CONDITIONS)) for what, holds in promised.items()}
    assert counts == dict(zip(promised, (4, 4, 2, 2, 2, 1), strict=True))
