"""An administrator who is signed in."""

from __future__ import annotations

import pytest

from tests import factories


@pytest.fixture
def administrator(db):
    return factories.make_user("administrator", name="Grace Administrator")


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(response) -> str:
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())
