"""Whoever reads a log must not be let in by it."""

from __future__ import annotations

import logging

import pytest
from django.urls import reverse

from tests import factories

pytestmark = pytest.mark.django_db


def _logged(caplog) -> str:
    return "\n".join(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("ending", ["extra", "extra/", "%20/", "a/", "/./x/"])
def test_a_personal_link_with_something_too_many_leaves_no_token_in_the_log(client, caplog, ending):
    interview = factories.make_interview(opened=False, granted=None)
    with caplog.at_level(logging.INFO):
        answer = client.get(reverse("candidate:link", args=[interview.token]) + ending)
    assert answer.status_code == 404
    assert interview.token not in _logged(caplog)


def test_a_personal_link_that_is_posted_to_leaves_no_token_in_the_log(client, caplog):
    interview = factories.make_interview(opened=False, granted=None)
    client.handler.enforce_csrf_checks = True
    with caplog.at_level(logging.INFO):
        assert client.post(reverse("candidate:link", args=[interview.token])).status_code == 403
        client.handler.enforce_csrf_checks = False
        assert client.post(reverse("candidate:link", args=[interview.token])).status_code == 405
    assert _logged(caplog).count("/i/-") == 2 and interview.token not in _logged(caplog)


def test_a_link_for_a_password_leaves_no_token_in_the_log(client, caplog):
    with caplog.at_level(logging.INFO):
        assert client.get("/accounts/password/NQ/c0ffee-5ec2e7/more/").status_code == 404
    assert "/accounts/password/-" in _logged(caplog) and "5ec2e7" not in _logged(caplog)


def test_other_addresses_are_logged_as_they_are(client, caplog):
    with caplog.at_level(logging.INFO):
        client.get("/interview/nothing-here/")
    assert "/interview/nothing-here/" in _logged(caplog)
