"""One format for days and times, in the reader's own zone, with the zone named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone, translation

from tests import factories

AT = datetime(2026, 11, 27, 23, 39, 5, tzinfo=UTC)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


def shown(text: str, at: object = AT) -> str:
    html = Template(text).render(Context({"at": at}))
    return html.partition(">")[2].removesuffix("</time>")


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("UTC", "Nov 27, 2026, 11:39 PM UTC"),
        ("America/New_York", "Nov 27, 2026, 6:39 PM EST"),
        ("Asia/Kolkata", "Nov 28, 2026, 5:09 AM IST"),
        ("America/Sao_Paulo", "Nov 27, 2026, 8:39 PM UTC-3"),
        ("Asia/Kathmandu", "Nov 28, 2026, 5:24 AM UTC+5:45"),
        ("Pacific/Apia", "Nov 28, 2026, 12:39 PM UTC+13"),
    ],
)
def test_a_time_is_in_the_readers_zone_and_names_it(zone: str, text: str) -> None:
    with timezone.override(zone):
        assert shown("{{ at|when }}") == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Nov 28, 2026, 12:39:05 AM CET (23:39:05 UTC)"),
        ("de", "28. Nov. 2026, 00:39:05 CET (23:39:05 UTC)"),
        ("es", "28 Nov 2026, 00:39:05 CET (23:39:05 UTC)"),
        ("fr", "28 nov 2026, 00:39:05 CET (23:39:05 UTC)"),
    ],
)
def test_what_is_on_record_can_be_read_in_any_zone(language: str, text: str) -> None:
    with timezone.override("Europe/Berlin"), translation.override(language):
        assert shown("{{ at|on_record }}").lower().replace("nov.", "nov") == text.lower().replace("nov.", "nov")


def test_a_day_is_the_readers_and_a_date_is_nobodys() -> None:
    with timezone.override("Asia/Tokyo"):
        assert shown("{{ at|day }}") == "Nov 28, 2026"
        assert shown("{{ at|day }}", date(2026, 11, 27)) == "Nov 27, 2026"
    assert Template("{{ at|when }}{{ at|day }}{{ at|on_record }}").render(Context({"at": None})) == ""


def test_no_template_has_a_format_of_its_own() -> None:
    own = [
        path.name
        for path in TEMPLATES.rglob("*.html")
        if "|date:" in path.read_text() or "|time:" in path.read_text()
    ]
    assert not own


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cookie", "zone"),
    [("Asia%2FTokyo", "JST"), ("Asia/Tokyo", "JST"), ("", "UTC"), ("Mars/Base", "UTC"), ("../../etc/passwd", "UTC")],
)
def test_the_browser_says_which_zone_and_nonsense_is_utc(cookie: str, zone: str) -> None:
    person = factories.make_user("administrator")
    client = Client()
    client.force_login(person)
    client.cookies["timezone"] = cookie
    page = client.get(f"/administration/people/{person.pk}/").content.decode()
    assert f" {zone}</time>" in page


@pytest.mark.django_db
def test_the_api_gives_utc_to_everybody() -> None:
    reviewer = factories.make_user()
    interview = factories.make_interview(factories.make_position(reviewer))
    client = Client()
    client.force_login(reviewer)
    client.cookies["timezone"] = "Asia%2FTokyo"
    assert client.get(f"/api/v1/interviews/{interview.pk}/").json()["created_at"].endswith("Z")
