"""Four languages, whole: no text without a translation, no page that breaks, no word that judges."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import override
from django.utils.translation.template import templatize

from hiring.recordings import services as recordings
from tests import factories
from tests.candidate.conftest import video_bytes

LANGUAGES = ["es", "de", "fr"]
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2)}
#: What a candidate can meet: their templates, their screens, and the domains that word something for them.
SOURCES = [
    *("templates/candidate/*.html", "templates/base.html", "templates/error.html", "hiring/candidate/*.py"),
    *("hiring/recordings/*.py", "hiring/consent/*.py", "hiring/web/errors.py", "hiring/review/wording.py"),
]
PAGES = {
    "/interview/notice/": None,
    "/interview/choices/": "You decide what is analyzed",
    "/interview/choices/receipts/": "What you agreed to",
    "/interview/adjustment/": "I need an accommodation",
    "/interview/answers/": "Your answers",
    "/interview/status/": "People decide",
    "/interview/status/now/": "Waiting to be analyzed",
    "/interview/results/": "My results",
    "/interview/delete/": "Delete everything",
}
JUDGING = re.compile(
    r"\b(lie|lies|lying|honest|honesty|deception|authentic|fake|stressed|nervous|trustworthy|score|scores)\b", re.I
)


def _texts_in_code() -> set[str]:
    found = set()
    for pattern in SOURCES:
        for path in sorted(Path(settings.BASE_DIR).glob(pattern)):
            code = path.read_text()
            if path.suffix == ".html":
                # Brackets: what is left of a template has no sensible indentation.
                code = f"(\n{templatize(code, origin=path.name)}\n)"
            for _line, messages, _comments, _context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
                found.add(messages[0] if isinstance(messages, tuple) else messages)
    return found


def _catalogue(language: str):
    path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language):
    translated = set()
    for message in _catalogue(language):
        whole = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and all(whole) and not message.fuzzy:
            translated.add(message.id[0] if isinstance(message.id, tuple) else message.id)
    assert _texts_in_code() - translated == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_in_the_same_values(language):
    places = re.compile(r"%\(\w+\)s|\{\w+\}")
    for message in _catalogue(language):
        source = message.id[-1] if isinstance(message.id, tuple) else message.id
        last = message.string[-1] if isinstance(message.string, tuple) else message.string
        if source:
            assert sorted(places.findall(source)) == sorted(places.findall(last)), source


@pytest.fixture
def busy_interview(tus, interview):
    """One answer with results, one that waits."""
    factories.make_complete_run(factories.make_ready_recording(interview))
    tus.upload(interview.position.questions.last(), video_bytes(5000))
    return interview


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_every_page_opens_in_the_chosen_language(candidate, busy_interview, language):
    candidate.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    with override(language):
        pages = {**PAGES, f"/interview/results/{busy_interview.recordings.first().pk}/": "Marked moments"}
        for url, english in pages.items():
            answer = candidate.get(url)
            text = answer.content.decode()
            assert answer.status_code == 200, url
            if english:
                assert (english in text) == (language == "en"), (url, english)
            assert not JUDGING.search(re.sub(r"<[^>]+>", " ", text)), url
            assert "style=" not in text and not re.search(r"\son\w+=", text), url


@pytest.mark.django_db
def test_a_refusal_is_worded_in_the_language_of_the_reader(tus, candidate, question):
    candidate.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    answer = tus.patch(tus.start(question, 5000), 0, b"plain text " * 454)
    assert answer.json()["error"]["sentence"].startswith("Diese Datei ist kein lesbares Video")
    recording = tus.upload(question, video_bytes(5000))
    recordings.refuse(recording=recording, code="too_long", sentence="raw")
    assert "länger als drei Stunden" in candidate.get("/interview/answers/").content.decode()


@pytest.mark.django_db
def test_numbers_and_dates_are_written_as_the_language_does(candidate, interview):
    candidate.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    page = candidate.get("/interview/choices/receipts/").content.decode()
    assert re.search(r"\d+\. \w+\.? \d{4}, \d\d:\d\d:\d\d UTC", page)
