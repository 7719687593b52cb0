"""A body that no form can hold is refused before it is read."""

import io

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


class _Counted(io.BytesIO):
    taken = 0

    def read(self, *size):
        piece = super().read(*size)
        _Counted.taken += len(piece)
        return piece


def test_a_large_form_is_refused_unread(client):
    body = _Counted(b"x" * 5_000_000)
    answer = client.generic(
        "POST",
        reverse("accounts:sign_in"),
        b"",
        "multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": "5000000", "wsgi.input": body},
    )
    assert answer.status_code == 413 and _Counted.taken == 0


def test_a_form_of_ordinary_size_is_read(client):
    answer = client.post(reverse("accounts:sign_in"), {"username": "a@example.org", "password": "x" * 1000})
    assert answer.status_code == 200
