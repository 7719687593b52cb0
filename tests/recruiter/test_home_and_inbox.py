"""The start page and the inbox as pages."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories
from tests.recruiter.conftest import handed_in_recording

pytestmark = pytest.mark.django_db

INBOX = "/review/"


def test_whoever_is_signed_in_goes_on_to_the_inbox(desk):
    assert desk.get("/")["Location"] == reverse("recruiter:inbox")


def test_everybody_else_reads_what_this_is(client):
    assert "People decide." in client.get("/").content.decode()


def test_an_empty_inbox_says_what_to_do(desk, reviewer):
    assert "Open a position" in desk.get(INBOX).content.decode()
    factories.make_position(reviewer)
    assert "No one has been invited yet." in desk.get(INBOX).content.decode()
    assert "No interview fits" in desk.get(INBOX, {"search": "x"}).content.decode()


def test_typing_replaces_the_rows_alone(desk, reviewer):
    handed_in_recording(reviewer, name="Noor de Vries")
    answer = desk.get(INBOX, {"search": "noor"}, headers={"hx-request": "true"})
    assert "Noor de Vries" in answer.content.decode()
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    "query", [{"page": "x"}, {"page": "99"}, {"sort": "x"}, {"state": "x"}, {"position": "x"}, {"search": "a" * 500}]
)
def test_a_query_that_makes_no_sense_is_no_error(desk, query):
    assert desk.get(INBOX, query).status_code == 200


def test_the_choices_stay_while_the_filter_changes(desk, reviewer):
    handed_in_recording(reviewer, name="Noor de Vries")
    html = desk.get(INBOX, {"search": "noor", "sort": "name"}).content.decode()
    assert "?search=noor&amp;sort=name&amp;state=ready" in html
