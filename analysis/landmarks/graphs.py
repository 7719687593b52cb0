"""The graphs inside `face_landmarker.task`: their names, how they are read, and how they are compiled.

The file is MediaPipe's Face Landmarker (Google, Apache-2.0), a zip of TFLite graphs. OpenVINO runs them as they are.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import openvino

TASK_FILE = "face_landmarker.task"

#: Side of the landmark model's square input.
INPUT_PX = 256
POINTS = 478

# fmt: off
#: From MediaPipe's face_blendshapes_graph.cc: the landmarks that its blendshape model reads …
LANDMARKS_READ = np.array([
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78,
    80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150,
    152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197,
    234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308,
    310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377,
    378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466,
    468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
])
#: … and the names of its 52 outputs, in their order. Left and right are the person's own.
BLENDSHAPES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft",
    "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft",
    "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft",
    "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft",
    "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight",
)
# fmt: on


def _mirrored(name: str) -> str:
    return name.replace("Left", "?").replace("Right", "Left").replace("?", "Right")


#: A mirrored face's coefficient i is the face's coefficient MIRRORED[i].
MIRRORED = tuple(BLENDSHAPES.index(_mirrored(name)) for name in BLENDSHAPES)

_GRAPHS = ("face_landmarks_detector", "face_blendshapes")
_MESH = "geometry_pipeline_metadata_landmarks.binarypb"


class NoLandmarker(FileNotFoundError):
    """The Face Landmarker file is missing or cannot be used. A run then continues without its stage."""


@dataclass(frozen=True, slots=True)
class LandmarkerFile:
    """What was read from a task file. landmarks takes (1, 256, 256, 3) of 0..1, blendshapes (1, 146, 2) points.

    mesh: the bytes of geometry_pipeline_metadata_landmarks.binarypb. sha256: of the whole file.
    """

    landmarks: openvino.Model
    blendshapes: openvino.Model
    mesh: bytes
    sha256: str


def read_landmarker(path: Path) -> LandmarkerFile:
    """Both graphs, for batches of one, and the mesh. Raises NoLandmarker."""
    core = openvino.Core()
    try:
        content = path.read_bytes()
        with zipfile.ZipFile(io.BytesIO(content)) as task, TemporaryDirectory() as folder:
            # OpenVINO reads TFLite only from a path. `extract` checks the zip's checksums.
            landmarks, blendshapes = (core.read_model(task.extract(f"{name}.tflite", folder)) for name in _GRAPHS)
            landmarks.reshape([1, INPUT_PX, INPUT_PX, 3])
            return LandmarkerFile(landmarks, blendshapes, task.read(_MESH), hashlib.sha256(content).hexdigest())
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise NoLandmarker(f"{path} is not a Face Landmarker task file: {error}.") from error
