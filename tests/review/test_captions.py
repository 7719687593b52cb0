"""Captions are WebVTT that other programs read."""

from __future__ import annotations

import io
from dataclasses import dataclass

import webvtt
from hypothesis import given
from hypothesis import strategies as st

from hiring.review.captions import webvtt as captions


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
