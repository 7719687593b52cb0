"""Small made-up datasets, written in the layouts in which the real ones are published."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from PIL import Image

#: What FER-2013, FER+ and the rest call their splits, and how each of our tests numbers them.
USAGES = ("Training", "PublicTest", "PrivateTest")


def picture(seed: int, side: int = 48) -> np.ndarray:
    """Smooth random grey, so that JPEG keeps it nearly as it is."""
    random = np.random.default_rng(seed)
    coarse = random.integers(20, 236, (6, 6), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC))


def save(path: Path, pixels: np.ndarray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def pixels_text(pixels: np.ndarray) -> str:
    return " ".join(map(str, pixels.ravel().tolist()))


def write_csv(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as opened:
        csv.writer(opened).writerows([header, *rows])
    return path


def fer2013_csv(folder: Path, labels: tuple[int, ...] = (0, 3, 6)) -> Path:
    """One picture a Usage: Training, PublicTest, PrivateTest, and again."""
    rows = [[label, pixels_text(picture(n)), USAGES[n % 3]] for n, label in enumerate(labels)]
    return write_csv(folder / "fer2013.csv", ["emotion", "pixels", "Usage"], rows)


FERPLUS_HEADER = ["Usage", "Image name", "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear"]
FERPLUS_HEADER += ["contempt", "unknown", "NF"]


def ferplus_csv(folder: Path, votes: list[list[int]]) -> Path:
    """A row with ten votes for NF has no image name, as in the real file."""
    rows = [[USAGES[n % 3], "" if counts[9] == 10 else f"fer{n:07d}.png", *counts] for n, counts in enumerate(votes)]
    return write_csv(folder / "fer2013new.csv", FERPLUS_HEADER, rows)


AFFECTNET_HEADER = ["subDirectory_filePath", "face_x", "face_y", "face_width", "face_height", "facial_landmarks"]
AFFECTNET_HEADER += ["expression", "valence", "arousal"]


def affectnet_lists(root: Path, training: list[tuple[int, tuple[int, int, int, int]]]) -> Path:
    """A white face box on black for each (expression, box), and one neutral picture to validate on."""
    images = root / "Manually_Annotated_Images"
    for name, listed in (("training", training), ("validation", [(0, (10, 10, 60, 60))])):
        rows = []
        for n, (expression, box) in enumerate(listed):
            left, top, width, height = box
            pixels = np.zeros((120, 100, 3), np.uint8)
            pixels[max(top, 0) : top + height, max(left, 0) : left + width] = 255
            save(images / "12" / f"{name}{n}.png", pixels)
            rows.append([f"12/{name}{n}.png", *box, "1;2;3;4", expression, 0.1, 0.2])
        write_csv(root / f"{name}.csv", AFFECTNET_HEADER, rows)
    return root


def affectnet_folders(root: Path, codes: dict[str, list[int]]) -> Path:
    for name, expressions in codes.items():
        for n, code in enumerate(expressions):
            save(root / name / "images" / f"{n}.jpg", picture(n, 224))
            annotation = root / name / "annotations" / f"{n}_exp.npy"
            annotation.parent.mkdir(exist_ok=True)
            np.save(annotation, np.array(str(code)))
    return root


def raf_db(root: Path, labels: dict[str, int]) -> Path:
    listed = root / "EmoLabel" / "list_patition_label.txt"
    listed.parent.mkdir(parents=True)
    listed.write_text("".join(f"{name}.jpg {label}\n" for name, label in labels.items()))
    for n, name in enumerate(labels):
        save(root / "Image" / "aligned" / f"{name}_aligned.jpg", np.stack([picture(n, 100)] * 3, axis=2))
    return root


#: Where 68 landmarks would be in a picture of 640 x 490: all at the chin, but for eyes, nose and mouth.
def ck_landmarks() -> np.ndarray:
    points = np.full((68, 2), (320.0, 330.0))
    points[36:42], points[42:48] = (280.0, 200.0), (360.0, 200.0)
    points[30], points[48], points[54] = (320.0, 247.0), (287.0, 285.0), (353.0, 285.0)
    return points


def ck_plus(root: Path, emotions: dict[str, int], frames: int = 5, landmarks: bool = True) -> Path:
    """{"S005/001": 3}: a sequence whose n-th frame has the grey level 20 n everywhere."""
    for sequence, emotion in emotions.items():
        person, number = sequence.split("/")
        for n in range(1, frames + 1):
            name = f"{person}_{number}_{n:08d}"
            save(root / "cohn-kanade-images" / sequence / f"{name}.png", np.full((490, 640), 20 * n, np.uint8))
            if landmarks:
                points = root / "Landmarks" / sequence / f"{name}_landmarks.txt"
                points.parent.mkdir(parents=True, exist_ok=True)
                np.savetxt(points, ck_landmarks(), fmt="   %.7e")
        annotation = root / "Emotion" / sequence / f"{person}_{number}_{frames:08d}_emotion.txt"
        annotation.parent.mkdir(parents=True, exist_ok=True)
        annotation.write_text(f"   {emotion:.7e}\n")
    return root
