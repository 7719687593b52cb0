"""Images in, the whole result out, through the product's own detector and network."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from analysis.expression.weights_file import SHIPPED, BadWeights
from analysis.fairness.audit import audit
from analysis.fairness.stills import answers_of, picture
from analysis.fairness.storage import BadImages, Unreadable
from analysis.fairness.table import as_table
from analysis.types import EXPRESSIONS

from .conftest import as_folder, image_bytes

NAMES = [f"{age}_{sex}_{group}_{i}.jpg" for i, (age, sex, group) in enumerate([(25, 0, 0), (70, 1, 1), (30, 1, 2)])]


def without_time(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name != "made_at"}


@pytest.fixture
def forty_faces(shared: Callable[[str], Path], tmp_path: Path) -> Path:
    """Four UTKFace images of each sex in each group."""
    taken: dict[str, int] = {}
    folder = tmp_path / "faces"
    folder.mkdir()
    with tarfile.open(shared("data/utkface_balanced2000.tar")) as archive:
        for member in archive:
            place, _, name = member.name.rpartition("/")
            if name.endswith(".jpg") and taken.get(place, 0) < 4:
                taken[place] = taken.get(place, 0) + 1
                (folder / name).write_bytes(archive.extractfile(member).read())  # type: ignore[union-attr]
    return folder


def test_real_faces_are_found_and_every_share_adds_up(forty_faces: Path) -> None:
    told: list[tuple[int, int]] = []
    result = audit(forty_faces, SHIPPED, threads=1, report=lambda done, total: told.append((done, total)))
    assert result["dataset"]["images"] == 40 and result["dataset"]["reader"] == "utkface"
    assert result["dataset"]["unreadable"] == result["dataset"]["without_group"] == 0
    assert len(result["weights_sha256"]) == len(result["dataset"]["sha256"]) == 64
    assert not result["labelled"] and result["schema"] == 1
    by_sex = [group for group in result["groups"] if list(group["of"]) == ["sex"]]
    assert [group["n"] for group in by_sex] == [20, 20]
    assert sum(group["readable"] for group in by_sex) >= 36
    for group in result["groups"]:
        if group["readable"]:
            assert sum(share["value"] for share in group["predicted"].values()) == pytest.approx(1, abs=1e-4)
    assert [one["measure"] for one in result["comparisons"] if one["by"] == ["sex"]][:2] == [
        "detection_rate",
        "readable_rate",
    ]
    assert told[-1] == (40, 40)
    assert json.loads(json.dumps(result)) == result


def test_the_same_images_and_weights_give_the_same_result(forty_faces: Path) -> None:
    for path in sorted(forty_faces.iterdir())[8:]:
        path.unlink()
    assert without_time(audit(forty_faces, SHIPPED, 1)) == without_time(audit(forty_faces, SHIPPED, 1))


def test_labels_are_measured_where_there_are_some(forty_faces: Path) -> None:
    images = sorted(path.name for path in forty_faces.iterdir())
    rows = [f"{name},{'one' if i % 2 else 'two'},happy" for i, name in enumerate(images)]
    (forty_faces / "groups.csv").write_text("file,half,label\n" + "\n".join(rows), encoding="utf-8")
    result = audit(forty_faces, SHIPPED, 1)
    assert result["labelled"] and result["dataset"]["reader"] == "csv"
    for group in result["groups"]:
        # all labels are "happy", so accuracy is the share of "happy" among what was named
        named = 1 - group["predicted"]["not_sure"]["value"]
        assert group["accuracy"]["value"] == pytest.approx(group["predicted"]["happy"]["value"] / named, abs=1e-4)
    assert "accuracy" in as_table(result)


def test_damaged_images_are_counted_and_skipped(tmp_path: Path) -> None:
    sound = image_bytes(side_px=80)
    files = {NAMES[0]: sound, NAMES[1]: sound[: len(sound) // 2], NAMES[2]: b"no image"}
    result = audit(as_folder(tmp_path, files), SHIPPED, 1)
    assert result["dataset"]["images"] == 1 and result["dataset"]["unreadable"] == 2
    assert result["dimensions"] == {"sex": ["male"], "age": ["18-29"], "group": ["White"]}
    assert any(note.startswith("2 images were damaged") for note in result["notes"])
    assert result["groups"][0]["detection_rate"]["value"] == 0 and result["groups"][0]["predicted"] is None


def test_without_a_single_readable_image_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadImages, match=r"^None of the 3 images in .*pictures can be read\.$"):
        audit(as_folder(tmp_path, dict.fromkeys(NAMES, b"no image")), SHIPPED, 1)


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadWeights, match=r"gone\.safetensors"):
        audit(as_folder(tmp_path, {NAMES[0]: image_bytes()}), tmp_path / "gone.safetensors", 1)


def test_images_too_small_for_the_detector_are_said(tmp_path: Path) -> None:
    result = audit(as_folder(tmp_path, dict.fromkeys(NAMES, image_bytes(side_px=48))), SHIPPED, 1)
    assert any(note.startswith("3 images are narrower than 60 pixels") for note in result["notes"])


def test_what_report_raises_ends_the_audit(tmp_path: Path) -> None:
    def stop(done: int, total: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        audit(as_folder(tmp_path, dict.fromkeys(NAMES, image_bytes())), SHIPPED, 1, report=stop)


def test_the_notes_say_what_the_audit_cannot(tmp_path: Path) -> None:
    result = audit(as_folder(tmp_path, dict.fromkeys(NAMES, image_bytes(side_px=80))), SHIPPED, 1)
    text = " ".join(result["notes"])
    assert "no expression labels" in text and "cannot separate the pictures from the model" in text
    assert "No two groups were large enough" in text
    table = as_table(result)
    assert "pictures: 3 images" in table and "accuracy" not in table.split("\n- ")[0]


def test_a_picture_is_turned_upright_and_shrunk_as_a_frame_is() -> None:
    content = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter to the right
    pixels = np.zeros((600, 1280, 3), np.uint8)
    pixels[:, :640] = 255  # the left half, which becomes the upper one
    Image.fromarray(pixels).save(content, "JPEG", exif=exif)
    shown = picture(content.getvalue(), side_px=640)
    assert shown.shape == (640, 300, 3)
    assert shown[:300].mean() > 250 and shown[340:].mean() < 5


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP"])
def test_each_kind_of_image_is_read_and_its_truncated_half_is_not(kind: str) -> None:
    content = image_bytes(side_px=80, kind=kind)
    assert picture(content, 640).shape == (80, 80, 3)
    with pytest.raises(Unreadable):
        picture(content[: len(content) // 2], 640)


def test_a_file_of_another_format_is_not_decoded() -> None:
    with pytest.raises(Unreadable):
        picture(image_bytes(kind="TIFF"), 640)


def test_below_the_bound_the_answer_is_not_sure() -> None:
    probs = np.full((2, 7), 0.1, np.float32)
    probs[0, EXPRESSIONS.index("sad")], probs[1, EXPRESSIONS.index("fear")] = 0.4, 0.6
    assert answers_of(probs, 0.5) == ["not_sure", "fear"]
