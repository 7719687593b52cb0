"""How fast the `fer` package reads frames: run by the Python of its own environment, imports nothing of ours.

python3 -m venv /tmp/fer && /tmp/fer/bin/pip install fer
FER_PYTHON=/tmp/fer/bin/python make bench
"""

import json
import sys
import time

import cv2
from fer.fer import FER

FRAMES = 60


def main() -> None:
    with_mtcnn = sys.argv[2] == "mtcnn"
    detector = FER(mtcnn=with_mtcnn)
    video = cv2.VideoCapture(sys.argv[1])
    frames = [frame for frame in (video.read()[1] for _ in range(FRAMES)) if frame is not None]
    detector.detect_emotions(frames[0])  # the first one loads what is left to load
    started_s = time.perf_counter()
    faces = sum(bool(detector.detect_emotions(frame)) for frame in frames)
    seconds = time.perf_counter() - started_s
    print(json.dumps({"frames": len(frames), "with_face": faces, "ms": 1000 * seconds / len(frames)}))


if __name__ == "__main__":
    main()
