"""The landmark stage of a pipeline: views of one face in, signals for head, gaze and muscle groups out."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

import numpy as np
import openvino
from numpy.typing import NDArray
from openvino.preprocess import PrePostProcessor

from analysis.cpu import compiled, engine_name
from analysis.landmarks.canonical import read_canonical_face
from analysis.landmarks.graphs import (
    BLENDSHAPES,
    INPUT_PX,
    LANDMARKS_READ,
    POINTS,
    TASK_FILE,
    NoLandmarker,
    read_landmarker,
)
from analysis.landmarks.signals import FaceReader
from analysis.landmarks.view import FaceView as FaceView
from analysis.landmarks.view import cut_view
from analysis.types import FACE_SIGNALS

#: Views that go through the landmark model at once.
BATCH = 8
#: The presence output is a logit: from here on MediaPipe takes it for a face (a probability of 0.5).
_PRESENT = 0.0


class LandmarkStage:
    """Several threads may call one instance: readings wait for each other."""

    def __init__(self, model_dir: Path, threads: int) -> None:
        """Raises NoLandmarker, a FileNotFoundError, if face_landmarker.task in model_dir is missing or damaged."""
        if model_dir == Path():  # an empty setting is not a folder, and must not mean the working directory
            raise NoLandmarker(f"There is no folder of models, so no {TASK_FILE}.")
        path = model_dir / TASK_FILE
        read = read_landmarker(path)
        self.weights_sha256 = read.sha256
        self._reader = FaceReader(read_canonical_face(read.mesh))
        try:
            # One stream for each thread, so that a result does not depend on how many there are.
            landmarks, blendshapes = (
                compiled(graph, threads, "f16", streams=threads)  # the package's docstring states the cost
                for graph in (_of_pixels(read.landmarks), read.blendshapes)
            )
        except RuntimeError as error:
            raise NoLandmarker(f"The graphs of {path} cannot be used: {error}.") from error
        self.engine_name = engine_name(landmarks)
        self._landmarks = openvino.AsyncInferQueue(landmarks, threads)
        self._landmarks.set_callback(_keep_landmarks)
        self._blendshapes = openvino.AsyncInferQueue(blendshapes, threads)
        self._blendshapes.set_callback(_keep_blendshapes)
        self._reading = Lock()  # a queue is drained as a whole: two readings must not share it

    def view(self, picture: NDArray[np.uint8], points: NDArray[np.float32]) -> FaceView:
        """An RGB picture (height, width, 3) and five points (5, 2) of a face in it -> the input of `read`."""
        return cut_view(picture, points)

    def read(self, views: list[FaceView]) -> NDArray[np.float32]:
        """(N, len(FACE_SIGNALS)), a row of NaN if the model sees no face. The same view gives the same bytes."""
        signals = np.full((len(views), len(FACE_SIGNALS)), np.nan, np.float32)
        if not views:
            return signals
        with self._reading:
            return self._filled(signals, views)

    def _filled(self, signals: NDArray[np.float32], views: list[FaceView]) -> NDArray[np.float32]:
        points, presence = self._read_points(views)
        seen = np.flatnonzero(presence > _PRESENT)
        if len(seen):
            matrices = np.stack([views[row].matrix for row in seen])
            signals[seen] = self._reader.signals(points[seen], self._read_blendshapes(points[seen]), matrices)
        return signals

    def _read_points(self, views: list[FaceView]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Landmarks in pixels of the views (N, 478, 3), presence (N,)."""
        count = -(-len(views) // BATCH) * BATCH
        pixels = np.zeros((count, INPUT_PX, INPUT_PX, 3), np.uint8)  # lives until the queue is empty
        np.stack([view.pixels for view in views], out=pixels[: len(views)])
        points = np.zeros((count, POINTS, 3), np.float32)
        presence = np.zeros(count, np.float32)
        for start in range(0, count, BATCH):
            rows = slice(start, start + BATCH)
            self._landmarks.start_async({0: pixels[rows]}, (points[rows], presence[rows]))
        self._landmarks.wait_all()
        return points[: len(views)], presence[: len(views)]

    def _read_blendshapes(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 478, 3) -> (N, 52)."""
        inputs = points[:, LANDMARKS_READ, :2].copy()  # (N, 146, 2)
        coefficients = np.zeros((len(points), len(BLENDSHAPES)), np.float32)
        for row in range(len(points)):
            self._blendshapes.start_async({0: inputs[row : row + 1]}, coefficients[row])
        self._blendshapes.wait_all()
        return coefficients


def _of_pixels(landmarks: openvino.Model) -> openvino.Model:
    """The landmark graph for (BATCH, 256, 256, 3) bytes of 0..255: the division is part of the graph."""
    landmarks.reshape([BATCH, INPUT_PX, INPUT_PX, 3])
    graph = PrePostProcessor(landmarks)
    graph.input().tensor().set_element_type(openvino.Type.u8)
    graph.input().preprocess().convert_element_type(openvino.Type.f32).scale(255.0)
    return graph.build()


def _keep_landmarks(request: openvino.InferRequest, into: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    points, presence = into
    points[:] = request.get_output_tensor(0).data.reshape(points.shape)
    presence[:] = request.get_output_tensor(1).data.reshape(presence.shape)


def _keep_blendshapes(request: openvino.InferRequest, into: NDArray[np.float32]) -> None:
    into[:] = request.get_output_tensor(0).data.reshape(into.shape)
