"""The turn of a head is recovered from a mesh that was turned, and follows a picture that is turned or mirrored."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.landmarks.canonical import MESH_POINTS, CanonicalFace, read_canonical_face
from analysis.landmarks.graphs import NoLandmarker, read_landmarker
from analysis.landmarks.pose import angles_deg, rotation_from, rotations, turned_back
from analysis.types import FACE_SIGNALS, HEAD_SIGNALS
from tests.analysis.landmarks.conftest import Portrait

HEAD = [FACE_SIGNALS.index(name) for name in HEAD_SIGNALS]
POSES = [(0, 0, 0), (25, 0, 0), (-40, 15, 0), (10, -20, 35), (-5, 30, -80), (60, 10, 10)]


def projected(face: CanonicalFace, pose: tuple[float, float, float], distance_cm: float = 0) -> NDArray[np.float64]:
    """(1, 468, 3) as the network sees the mesh: y down, z away, 10 pixels a centimetre, perhaps in perspective."""
    turned = face.points @ rotation_from(*pose).T
    if distance_cm:
        turned = turned * (distance_cm / (distance_cm - turned[:, 2:]))
    return (turned * 10 * [1, -1, -1] + [130, 120, 7])[None]


@pytest.mark.parametrize("pose", POSES)
def test_a_turned_mesh_gives_its_angles_back(made_up_face: CanonicalFace, pose: tuple[float, float, float]) -> None:
    rotation, scale, shift = rotations(projected(made_up_face, pose), made_up_face)
    assert np.allclose(angles_deg(rotation), [pose], atol=1e-6)
    assert scale[0] == pytest.approx(10) and np.allclose(shift, [[130, -120, -7]])


@pytest.mark.parametrize("pose", POSES)
def test_so_does_the_real_one_with_some_noise(task_file: Path, pose: tuple[float, float, float]) -> None:
    face = read_canonical_face(read_landmarker(task_file).mesh)
    noise = np.random.default_rng(1).normal(0, 1, (1, MESH_POINTS, 3))  # a tenth of a centimetre
    rotation, _, _ = rotations(projected(face, pose) + noise, face)
    assert np.abs(angles_deg(rotation) - [pose]).max() < 1


def test_leaving_perspective_out_costs_little(task_file: Path) -> None:
    face = read_canonical_face(read_landmarker(task_file).mesh)
    for pose in ((0, 0, 0), (20, 0, 0), (0, -20, 0), (30, 15, 10)):
        rotation, _, _ = rotations(projected(face, pose, distance_cm=60), face)
        assert np.abs(angles_deg(rotation) - [pose]).max() < 3


def test_the_signs_are_as_stated() -> None:
    forward = np.array([0, 0, 1])
    assert (rotation_from(20, 0, 0) @ forward)[0] > 0  # to the picture's right
    assert (rotation_from(0, 20, 0) @ forward)[1] > 0  # up
    crown = rotation_from(0, 0, 20) @ np.array([0, 1, 0])
    assert crown[0] > 0  # clockwise: the top of the head goes to the picture's right


@pytest.mark.parametrize("turn_deg", [-70.0, 0.0, 12.0])
def test_the_view_s_rotation_is_put_back(turn_deg: float) -> None:
    turn = np.radians(turn_deg)  # the picture's face leans clockwise by this, and the view stands it up
    matrix = 0.7 * np.array([[np.cos(turn), np.sin(turn), 3], [-np.sin(turn), np.cos(turn), 5]])
    seen = rotation_from(12, -8, 3)[None]
    assert np.allclose(angles_deg(turned_back(seen, matrix[None])), [[12, -8, 3 + turn_deg]])


@pytest.mark.parametrize("clockwise_deg", [-35, -10, 20])
def test_rotating_the_picture_moves_roll_by_as_much(
    frontal: Portrait, signals_of: Callable[..., NDArray[np.float32]], clockwise_deg: float
) -> None:
    before, after = signals_of(frontal, frontal.rotated(clockwise_deg))[:, HEAD]
    assert np.abs(after - before - [0, 0, clockwise_deg]).max() < 1.5


@pytest.mark.parametrize("name", ["short_smile.mp4", "expressive_s18.mp4", "expressive_s32.mp4"])
def test_mirroring_the_picture_turns_yaw_and_roll_round(
    portraits: Callable[[str, int], list[Portrait]], signals_of: Callable[..., NDArray[np.float32]], name: str
) -> None:
    faces = portraits(name, 40)
    before, after = signals_of(*faces)[:, HEAD], signals_of(*[face.mirrored() for face in faces])[:, HEAD]
    assert np.abs(after - before * [-1, 1, -1]).max() < 3.5


def test_heads_turned_either_way_have_yaw_of_either_sign(
    portraits: Callable[[str, int], list[Portrait]], signals_of: Callable[..., NDArray[np.float32]]
) -> None:
    to_the_right, to_the_left = (
        signals_of(*portraits(name, 40))[:, HEAD[0]] for name in ("expressive_s18.mp4", "expressive_s32.mp4")
    )
    assert np.median(to_the_right) > 10 and np.median(to_the_left) < -10


def test_a_mesh_that_ends_early_or_says_nonsense_is_refused() -> None:
    short = b"\x0a\x05\x1d" + struct.pack("<f", 1)
    for message in (b"", b"\x0a\xff", b"\x08\x01", short, b"\xff" * 40, b"\x12\x02\x08\x05", b"\x0b"):
        with pytest.raises(NoLandmarker, match="canonical face"):
            read_canonical_face(message)
