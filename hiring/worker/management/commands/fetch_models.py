"""Download third-party weights into MODEL_DIR. The product runs without them: their stage reports that it is off."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

SPEECH_SIZES = ("tiny", "base", "small", "medium")

#: MediaPipe's Face Landmarker (Google, Apache-2.0), from its public bucket. docs/signals.md says what it is for.
LANDMARKER_URL = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/face_landmarker.task"
)
LANDMARKER_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
LANDMARKER_FILE = "face_landmarker.task"
#: MiniFASNet (Minivision, Apache-2.0): whether the camera saw a face or a picture of one. See docs/moments.md.
LIVENESS_URL = (
    "https://raw.githubusercontent.com/minivision-ai/Silent-Face-Anti-Spoofing/master/resources/anti_spoof_models"
)
LIVENESS_SHA256 = {
    "2.7_80x80_MiniFASNetV2.pth": "a5eb02e1843f19b5386b953cc4c9f011c3f985d0ee2bb9819eea9a142099bec0",
    "4_0_0_80x80_MiniFASNetV1SE.pth": "84ee1d37d96894d5e82de5a57df044ef80a58be2b218b5ed7cdfd875ec2f5990",
}
_MOST_BYTES = 16 * 1024 * 1024
_TIMEOUT_S = 60


class Command(BaseCommand):
    help = (
        "Download third-party weights into MODEL_DIR: Face Landmarker for eyes and head, MiniFASNet for pictures of "
        "faces, and a faster-whisper model for better transcripts."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", choices=("landmarks", "liveness", "speech"), help="fetch just one")
        parser.add_argument("--speech", choices=SPEECH_SIZES, default=settings.SPEECH_MODEL)
        parser.add_argument(
            "--landmarker-url", default=LANDMARKER_URL, help="a mirror of face_landmarker.task, http or https"
        )
        parser.add_argument(
            "--liveness-url", default=LIVENESS_URL, help="a mirror of the folder with both files, http or https"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.MODEL_DIR or settings.VAR_DIR / "models")
        only = options["only"]
        if only in (None, "landmarks"):
            self._fetch(folder / LANDMARKER_FILE, options["landmarker_url"], LANDMARKER_SHA256)
        if only in (None, "liveness"):
            for name, sha256 in LIVENESS_SHA256.items():
                self._fetch(folder / name, f"{options['liveness_url'].rstrip('/')}/{name}", sha256)
        if only in (None, "speech"):
            self._fetch_speech(folder / f"faster-whisper-{options['speech']}", options["speech"])
        if not settings.MODEL_DIR:
            self.stdout.write(f"Now set MODEL_DIR={folder}")

    def _fetch(self, target: Path, url: str, sha256: str) -> None:
        if target.is_file() and _sha256(target.read_bytes()) == sha256:
            self.stdout.write(f"{target.name} is already here.")
            return
        try:
            content = _downloaded(url)
            if _sha256(content) != sha256:
                raise ValueError("what came is not the expected file (its SHA-256 differs)")
            _replace(target, content)
        except (OSError, ValueError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise CommandError(f"{target.name} could not be fetched from {url}: {reason}.") from error
        self.stdout.write(f"{target.name} is here.")

    def _fetch_speech(self, target: Path, size: str) -> None:
        from faster_whisper import download_model

        target.mkdir(parents=True, exist_ok=True)
        try:
            download_model(size, output_dir=str(target))
        except Exception as error:
            raise CommandError(f"The speech model could not be fetched: {error}") from error
        self.stdout.write(f"{target.name} is here.")


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _downloaded(url: str) -> bytes:
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("the address must begin with http:// or https://")
    with urlopen(url, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the scheme has just been checked
        content: bytes = answer.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("what came is far too large")
    return content


def _replace(target: Path, content: bytes) -> None:
    """A reader sees the old file or the whole new one; a failure leaves nothing behind."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as part:
        path = Path(part.name)
        try:
            part.write(content)
            part.flush()
            path.chmod(0o644)  # the worker may be another user
            path.replace(target)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
