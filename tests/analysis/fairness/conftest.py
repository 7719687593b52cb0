from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

#: Names of files and their bytes.
Files = Mapping[str, bytes]


def image_bytes(side_px: int = 64, seed: int = 0, kind: str = "JPEG") -> bytes:
    """Noise: no face, but a sound file."""
    noise = np.random.default_rng(seed).integers(0, 256, (side_px, side_px, 3), dtype=np.uint8)
    content = io.BytesIO()
    Image.fromarray(noise).save(content, kind)
    return content.getvalue()


def as_folder(place: Path, files: Files) -> Path:
    folder = place / "pictures"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def as_tar(place: Path, files: Files, mode: str = "w") -> Path:
    path = place / ("pictures.tar.gz" if mode == "w:gz" else "pictures.tar")
    with tarfile.open(path, mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def as_zip(place: Path, files: Files) -> Path:
    path = place / "pictures.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(params=["folder", "tar", "tar.gz", "zip"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Files], Path]:
    """Writes files as a folder, a tar, a compressed tar and a zip, one after the other."""
    kinds: dict[str, Callable[[Files], Path]] = {
        "folder": lambda files: as_folder(tmp_path, files),
        "tar": lambda files: as_tar(tmp_path, files),
        "tar.gz": lambda files: as_tar(tmp_path, files, "w:gz"),
        "zip": lambda files: as_zip(tmp_path, files),
    }
    return kinds[request.param]
