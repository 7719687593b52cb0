"""Data is compressed where it was asked for; what can hold a secret is not."""

from __future__ import annotations

import gzip
import json

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
GZIP = {"accept-encoding": "gzip, br"}


@pytest.fixture
def desk(client):
    person = factories.make_user()
    for _ in range(10):
        factories.make_interview(factories.make_position(person))
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_answers_of_the_api_are_compressed_for_whoever_can_read_them(desk):
    plain, packed = desk.get("/api/v1/interviews/"), desk.get("/api/v1/interviews/", headers=GZIP)
    assert packed["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed["Vary"]
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert len(packed.content) < len(plain.content) / 2 and not plain.has_header("Content-Encoding")


def test_pages_and_new_tokens_are_not(desk):
    answers = [
        desk.get("/review/", headers=GZIP),
        desk.post("/api/v1/tokens/", {"name": "a" * 60}, content_type="application/json", headers=GZIP),
    ]
    assert [answer.status_code for answer in answers] == [200, 201]
    assert not any(answer.has_header("Content-Encoding") for answer in answers)
