"""The canonical face that comes with Face Landmarker: a face's landmarks are compared with it for head pose.

geometry_pipeline_metadata_landmarks.binarypb is a GeometryPipelineMetadata message of MediaPipe
(tasks/cc/vision/face_geometry/proto/): the mesh (field 1) and the weighted landmarks of its fit (field 2). A dozen
lines read it, so no protobuf library is needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.landmarks.graphs import NoLandmarker

#: The mesh has no irises: those are the ten landmarks after these.
MESH_POINTS = 468
_FLOATS_PER_VERTEX = 5  # x, y, z, u, v

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class CanonicalFace:
    """points: (468, 3) in centimeters: x to the face's own left, y up, z out of the face. It is its own mirror image.

    weights: (468,) how much each landmark counts in a fit, 0 for most: those that move little with expression.
    """

    points: NDArray[np.float64]
    weights: NDArray[np.float64]


def read_canonical_face(message: bytes) -> CanonicalFace:
    """Raises NoLandmarker if the message is not as expected."""
    try:
        points, weights = _read(message)
    except (IndexError, KeyError, TypeError, ValueError, struct.error) as error:
        raise NoLandmarker(f"The canonical face of the Face Landmarker file cannot be read: {error}.") from error
    return CanonicalFace(points, weights)


def _read(message: bytes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    floats = b""
    weights = np.zeros(MESH_POINTS)
    for number, value in _fields(message):
        if number == 1:  # Mesh3d: vertex_buffer is its field 3
            floats += b"".join(_bytes(part) for name, part in _fields(_bytes(value)) if name == 3)
        elif number == 2:  # WeightedLandmarkRef: landmark_id 1, weight 2
            basis = dict(_fields(_bytes(value)))
            weights[_number(basis.get(1, 0))] = struct.unpack("<f", _bytes(basis[2]))[0]
    vertices = np.frombuffer(floats, "<f4").reshape(MESH_POINTS, _FLOATS_PER_VERTEX)
    if not np.isfinite(vertices).all() or not weights.sum() > 0:
        raise ValueError("no finite mesh with weights")
    return vertices[:, :3].astype(np.float64), weights / weights.sum()


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise TypeError("a number where bytes were expected")
    return value


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise TypeError("bytes where a number was expected")
    return value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The (number, value) pairs of a protobuf message; fixed-size values are left as bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            number, at = _varint(message, at)
            yield key >> 3, number
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        else:
            size = {_FIXED64: 8, _FIXED32: 4}[kind]
        if at + size > len(message):
            raise ValueError("it ends too early")
        yield key >> 3, message[at : at + size]
        at += size


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | message[at] << shift, at + 1
