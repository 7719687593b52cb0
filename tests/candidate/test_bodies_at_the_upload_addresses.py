"""At the upload addresses nothing is read but a candidate's part of a file: a slow body would hold a thread."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from hiring.candidate import gate
from hiring.recordings import uploads
from hiring.recordings.models import Recording
from tests import factories
from tests.candidate.conftest import Tus, video_bytes

pytestmark = pytest.mark.django_db
TOKEN = "a" * 32
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x")
PART = "application/offset+octet-stream"


class NeverRead(io.BytesIO):
    """A body of which nothing has come yet."""

    def read(self, *size: int) -> bytes:
        raise AssertionError("the body was read")


@pytest.fixture
def strict(interview):
    """A candidate's browser, with the check against forged requests that tests leave out."""
    client = Client(enforce_csrf_checks=True)
    factories.sign_in_candidate(client, interview)
    client.cookies[settings.CSRF_COOKIE_NAME] = TOKEN
    return client


def send(client, method: str, path: str, content_type: str, length: int = 100_000, **headers: str):
    unread = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": content_type, "wsgi.input": NeverRead()}
    return client.generic(method, path, headers={"Tus-Resumable": "1.0.0", **headers}, **unread)


@pytest.mark.parametrize("content_type", [*FORMS, PART, "text/plain"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_nothing_of_a_stranger_is_read(client, interview, method, content_type):
    question = interview.position.questions.first()
    for path in (reverse("candidate:uploads", args=[question.pk]), reverse("candidate:upload", args=[question.pk])):
        answer = send(client, method, path, content_type)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
        assert answer["Tus-Resumable"] == "1.0.0"


@pytest.mark.parametrize("content_type", FORMS)
def test_no_form_of_a_candidate_is_read_with_or_without_a_token(strict, interview, content_type):
    path = reverse("candidate:uploads", args=[interview.position.questions.first().pk])
    assert send(strict, "POST", path, content_type).status_code == 403
    answer = send(strict, "POST", path, content_type, **{"X-CSRFToken": TOKEN, "Upload-Length": "10"})
    assert answer.status_code == 201


def test_without_the_header_a_real_part_is_still_a_forged_request(strict, interview):
    recording = Recording.objects.create(
        interview=interview, question=interview.position.questions.first(), size_bytes=10, file_name="a.mp4"
    )
    path = reverse("candidate:upload", args=[recording.pk])
    assert send(strict, "PATCH", path, PART, 10, **{"Upload-Offset": "0"}).status_code == 403


def test_a_part_that_comes_as_post_with_another_method_named_arrives(strict, interview):
    content, question = video_bytes(10_000), interview.position.questions.first()
    token = {"X-CSRFToken": TOKEN}
    created = Tus(strict).create(question, len(content), **token)
    answer = strict.generic(
        "POST", created["Location"], content, PART,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "X-HTTP-Method-Override": "PATCH", **token},
    )  # fmt: skip
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "10000")
    assert uploads.path_of(Recording.objects.get()).read_bytes() == content


def test_a_part_larger_than_any_page_sends_is_refused_unread(candidate, question):
    path = reverse("candidate:upload", args=[question.pk])
    answer = send(candidate, "PATCH", path, PART, gate.LARGEST_PART + 1, **{"Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "size")
    assert "32 MB at most" in answer.json()["error"]["sentence"]
