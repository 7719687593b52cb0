"""A candidate's browser, and a small tus client in terms of Django's test client."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils.translation import trans_real

from hiring.positions.models import Interview
from hiring.recordings.models import Recording
from tests import factories

QUESTIONS = ("Tell us about an incident.", "Why this position?")


def video_bytes(size: int) -> bytes:
    """So many bytes that begin like an MP4."""
    return (factories.MP4_HEAD + bytes(range(256)) * (size // 256 + 1))[:size]


@pytest.fixture(scope="session", autouse=True)
def compiled_texts() -> None:
    """Compile the catalogues where nobody has: .mo files are not kept in the repository."""
    for source in Path(django_settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            with source.open("rb") as texts, target.open("wb") as compiled:
                write_mo(compiled, read_po(texts))
            trans_real._translations = {}


@pytest.fixture
def interview(db) -> Interview:
    return factories.make_interview(factories.make_position(questions=QUESTIONS))


@pytest.fixture
def candidate(client, interview):
    """A browser that opened the interview's link."""
    factories.sign_in_candidate(client, interview)
    return client


class Tus:
    """Speaks tus 1.0 through a test client."""

    def __init__(self, client) -> None:
        self.client = client

    def create(self, question, size: int, name: str = "answer.mp4", **headers: str):
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        sent = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata, **headers}
        return self.client.post(reverse("candidate:uploads", args=[question.pk]), headers=sent)

    def start(self, question, size: int, name: str = "answer.mp4") -> Recording:
        answer = self.create(question, size, name)
        assert answer.status_code == 201, answer.content
        return Recording.objects.get(pk=answer["Location"].rstrip("/").rpartition("/")[2])

    def _item(self, method: str, recording: Recording, body: bytes = b"", extra=None, **headers: str):
        return self.client.generic(
            method,
            reverse("candidate:upload", args=[recording.pk]),
            body,
            CONTENT_TYPE=headers.pop("Content-Type", "application/offset+octet-stream"),
            headers={"Tus-Resumable": "1.0.0", **headers},
            **(extra or {}),
        )

    def head(self, recording: Recording):
        return self._item("HEAD", recording)

    def patch(self, recording: Recording, offset: int | str, body: bytes, checksum: str = "", **headers: str):
        if checksum:
            digest = base64.b64encode(hashlib.new(checksum, body).digest()).decode()
            headers.setdefault("Upload-Checksum", f"{checksum} {digest}")
        return self._item("PATCH", recording, body, **{"Upload-Offset": str(offset), **headers})

    def patch_that_drops(self, recording: Recording, offset: int, body: bytes, promised: int, **headers: str):
        """Send `body` of `promised` bytes, then lose the line."""
        extra = {"wsgi.input": _DroppedLine(body), "CONTENT_LENGTH": str(promised)}
        return self._item("PATCH", recording, b"x", extra, **{"Upload-Offset": str(offset), **headers})

    def delete(self, recording: Recording):
        return self._item("DELETE", recording)

    def upload(self, question, body: bytes) -> Recording:
        recording = self.start(question, len(body))
        assert self.patch(recording, 0, body).status_code == 204
        recording.refresh_from_db()
        return recording


class _DroppedLine:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def read(self, size: int = -1) -> bytes:
        if not self._body:
            raise ConnectionResetError("the line is gone")
        piece, self._body = self._body[:size], self._body[size:]
        return piece

    readline = read

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def tus(candidate) -> Tus:
    return Tus(candidate)


@pytest.fixture
def question(interview):
    return interview.position.questions.first()
