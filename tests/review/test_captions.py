"""Captions are WebVTT that other programs read."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from hiring.review import services
from hiring.review.captions import spoken
from hiring.review.captions import webvtt as captions
from hiring.runs.models import Word
from tests import factories


@dataclass
class Said:
    start_ms: int
    end_ms: int
    text: str


def _read(text: str) -> list[webvtt.Caption]:
    return list(webvtt.from_buffer(io.StringIO(text)))


def _said(texts: list[str], step_ms: int = 400) -> list[Said]:
    return [Said(i * step_ms, i * step_ms + 300, text) for i, text in enumerate(texts)]


said = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=30)
words = st.lists(said, max_size=80)


@given(words)
def test_captions_can_be_read_whatever_was_said(texts):
    read = _read(captions(_said(texts)))
    assert len(read) <= len(texts)
    assert all(caption.start_in_seconds <= caption.end_in_seconds for caption in read)


def test_a_caption_is_short_and_ends_at_a_pause():
    said = _said(["word"] * 60)
    said[10:] = [Said(w.start_ms + 5000, w.end_ms + 5000, w.text) for w in said[10:]]
    read = _read(captions(said))
    assert all(len(caption.text) <= 81 for caption in read)
    assert any(caption.end == "00:00:03.900" for caption in read)


def test_markup_in_a_transcript_stays_text():
    assert "<b>" not in captions(_said(["<b>bold</b>", "-->", "&"]))
    assert "--&gt;" in captions(_said(["-->"]))


def test_without_words_the_file_is_empty_but_valid():
    assert _read(captions([])) == []


@pytest.mark.django_db
def test_a_line_that_the_candidate_corrected_is_captioned_in_their_words():
    run = factories.make_complete_run(text="we scrolled back in eleven minutes")
    services.correct(recording=run.recording, start_ms=1000, text="We rolled back in eleven minutes.")
    (caption,) = _read(captions(spoken(run)))
    assert caption.text.replace("\n", " ") == "[corrected] We rolled back in eleven minutes."
    assert (caption.start, caption.end) == ("00:00:01.000", "00:00:03.300")
    assert [word.text for word in run.words.all()][1] == "scrolled"


@pytest.mark.django_db
def test_speech_that_nobody_understood_is_captioned_as_that():
    run = factories.make_complete_run(text="well")
    Word.objects.create(run=run, position=1, start_ms=4000, end_ms=6000, text="", mark="unclear")
    assert [caption.text for caption in _read(captions(spoken(run)))] == ["well", "[not understood]"]
