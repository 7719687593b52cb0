"""`manage.py fetch_models` brings face_landmarker.task whole and right, or says in one sentence why not."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from analysis.liveness.network import SHAPES
from hiring.worker.management.commands import fetch_models

CONTENT = b"graphs" * 1000


class Bucket:
    """A web server on this machine. `answer` is what it sends, `cut` how many promised bytes it keeps back."""

    def __init__(self) -> None:
        self.answer, self.status, self.cut, self.asked = CONTENT, 200, 0, 0
        bucket = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                bucket.asked += 1
                self.send_response(bucket.status)
                self.send_header("Content-Length", str(len(bucket.answer)))
                self.end_headers()
                self.wfile.write(bucket.answer[: len(bucket.answer) - bucket.cut])

            def log_message(self, *args: object) -> None: ...

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/face_landmarker.task"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    monkeypatch.setattr(fetch_models, "LANDMARKER_SHA256", hashlib.sha256(CONTENT).hexdigest())
    bucket = Bucket()
    thread = threading.Thread(target=bucket.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield bucket
    bucket.server.shutdown()
    bucket.server.server_close()
    thread.join()


@pytest.fixture
def folder(settings, tmp_path: Path) -> Path:
    settings.MODEL_DIR = str(tmp_path / "models")
    return tmp_path / "models"


def fetch(url: str) -> str:
    out = io.StringIO()
    call_command("fetch_models", only="landmarks", landmarker_url=url, stdout=out)
    return out.getvalue()


def test_the_file_is_fetched_once_and_then_left_alone(bucket: Bucket, folder: Path) -> None:
    assert fetch(bucket.url) == "face_landmarker.task is here.\n"
    assert (folder / "face_landmarker.task").read_bytes() == CONTENT
    assert fetch(bucket.url) == "face_landmarker.task is already here.\n"
    assert bucket.asked == 1
    assert [path.name for path in folder.iterdir()] == ["face_landmarker.task"]


def test_a_damaged_file_is_replaced(bucket: Bucket, folder: Path) -> None:
    folder.mkdir()
    (folder / "face_landmarker.task").write_bytes(CONTENT[:100])
    fetch(bucket.url)
    assert (folder / "face_landmarker.task").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"answer": b"<html>something else</html>"}, "SHA-256 differs"),
        ({"cut": 10}, "SHA-256 differs|bytes read"),
        ({"status": 404}, "Not Found"),
        ({"answer": b"0" * (fetch_models._MOST_BYTES + 2)}, "far too large"),
    ],
)
def test_what_is_wrong_is_said_and_the_old_file_stays(
    bucket: Bucket, folder: Path, change: dict[str, object], reason: str
) -> None:
    folder.mkdir()
    (folder / "face_landmarker.task").write_bytes(b"older")
    vars(bucket).update(change)
    with pytest.raises(
        CommandError, match=rf"^face_landmarker\.task could not be fetched from http.*({reason}).*\.$"
    ):
        fetch(bucket.url)
    assert (folder / "face_landmarker.task").read_bytes() == b"older"
    assert [path.name for path in folder.iterdir()] == ["face_landmarker.task"]


def test_nobody_answering_and_other_kinds_of_address_are_said(bucket: Bucket, folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="must begin with http"):
        fetch((tmp_path / "face_landmarker.task").as_uri())
    bucket.server.server_close()
    with pytest.raises(CommandError, match="could not be fetched"):
        fetch(bucket.url)
    assert not folder.exists()


def test_without_a_folder_of_models_it_says_what_to_set(bucket: Bucket, settings, tmp_path: Path) -> None:
    settings.MODEL_DIR, settings.VAR_DIR = "", tmp_path
    assert f"Now set MODEL_DIR={tmp_path / 'models'}" in fetch(bucket.url)
    assert (tmp_path / "models" / "face_landmarker.task").exists()


def test_the_address_and_the_hash_are_those_of_the_published_file(shared) -> None:
    assert fetch_models.LANDMARKER_URL.endswith("/face_landmarker/face_landmarker/float16/1/face_landmarker.task")
    content = shared("models/face_landmarker.task").read_bytes()
    assert hashlib.sha256(content).hexdigest() == fetch_models.LANDMARKER_SHA256


def test_both_files_of_liveness_come_from_one_folder(
    bucket: Bucket, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = dict.fromkeys(fetch_models.LIVENESS_SHA256, hashlib.sha256(CONTENT).hexdigest())
    monkeypatch.setattr(fetch_models, "LIVENESS_SHA256", expected)
    call_command("fetch_models", only="liveness", liveness_url=bucket.url, stdout=io.StringIO())
    assert {path.name for path in folder.iterdir()} == set(expected) == {shape.file for shape in SHAPES}
    assert all(path.read_bytes() == CONTENT for path in folder.iterdir())


@pytest.mark.parametrize("name", fetch_models.LIVENESS_SHA256)
def test_the_hashes_of_liveness_are_those_of_the_published_files(shared, name: str) -> None:
    content = shared(f"models/{name}").read_bytes()
    assert hashlib.sha256(content).hexdigest() == fetch_models.LIVENESS_SHA256[name]
