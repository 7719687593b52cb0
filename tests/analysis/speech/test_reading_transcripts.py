"""Uploaded transcripts: every form that is accepted, and a sentence for what is not."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.speech.uploaded import MAX_BYTES, read_transcript, spread
from analysis.speech.vtt import as_vtt
from analysis.text import is_plain, plain
from analysis.types import BadTranscript, Span, Transcript, Word


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "transcript.txt"
    path.write_text(text, encoding="utf-8")
    return path


VTT = """WEBVTT

NOTE made by hand

intro
00:01.000 --> 00:03.000
<v Ann>Hello there

00:00:04.000 --> 00:00:05.500
again
"""

SRT = """1
00:00:01,000 --> 00:00:03,000
Hello there

2
00:00:04,000 --> 00:00:05,500
again
"""


@pytest.mark.parametrize("text", [VTT, SRT, "\ufeff" + VTT], ids=["vtt", "srt", "with a byte order mark"])
def test_cues_become_words_with_shares_of_their_time(tmp_path: Path, text: str) -> None:
    found = read_transcript(written(tmp_path, text))
    assert [word.text for word in found.words] == ["Hello", "there", "again"]
    assert [word.span for word in found.words] == [Span(1000, 2000), Span(2000, 3000), Span(4000, 5500)]
    assert {word.confidence for word in found.words} == {None}
    assert (found.source, found.low_confidence) == ("uploaded", False)


def test_a_voice_is_the_speaker(tmp_path: Path) -> None:
    assert [word.speaker for word in read_transcript(written(tmp_path, VTT)).words] == ["Ann", "Ann", ""]


@pytest.mark.parametrize(
    "value",
    [
        [{"text": "one", "start_ms": 0, "end_ms": 500}, {"text": "two", "start_ms": 600, "end_ms": 900}],
        [{"word": "two", "start": 0.6, "end": 0.9}, {"word": "one", "start": 0, "end": 0.5}],
        {"words": [{"text": "one", "start": 0, "end": 0.5}, {"text": "two", "start": 0.6, "end": 0.9}]},
    ],
)
def test_json_words_may_be_in_ms_or_seconds_and_are_put_in_order(tmp_path: Path, value: object) -> None:
    words = read_transcript(written(tmp_path, json.dumps(value))).words
    assert [(word.text, word.span) for word in words] == [("one", Span(0, 500)), ("two", Span(600, 900))]


def test_a_json_words_confidence_is_kept_and_a_cues_is_not(tmp_path: Path) -> None:
    entries = [
        {"text": "sure", "start": 0, "end": 1, "confidence": 0.8},
        {"text": "a cue", "start": 1, "end": 2, "confidence": 0.8},
    ]
    words = read_transcript(written(tmp_path, json.dumps(entries))).words
    assert [word.confidence for word in words] == [0.8, None, None]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just some prose",
        "WEBVTT\n",
        "[]",
        "{}",
        "[1, 2]",
        '[{"text": "x"}]',
        '[{"text": 5, "start": 0, "end": 1}]',
        '[{"text": "x", "start": 2, "end": 1}]',
        '[{"text": "x", "start": -1, "end": 1}]',
        '[{"text": "x", "start": 0, "end": 1e300}]',
        '[{"text": "x", "start": NaN, "end": NaN}]',
        '[{"text": "x", "start": 0, "end": 1e400}]',
        '[{"text": "x", "start": -1e400, "end": 1e400}]',
        '[{"text": "x", "start_ms": -5, "end_ms": 1e400}]',
        f'[{{"text": "x", "start": 0, "end": {"9" * 400}}}]',
        f'[{{"text": "x", "start": 0, "end": {"9" * 5000}}}]',
        f'[{{"text": "x", "start": "{"9" * 5000}", "end": 1}}]',
        f'[{{"text": "x", "startOffset": "{"9" * 400}:00:01", "endOffset": "00:00:02"}}]',
        '[{"text": "x", "startOffset": "::::", "endOffset": ""}]',
        '[{"text": "x", "startOffset": "00:00:nan", "endOffset": "00:00:inf"}]',
        '[{"text": "x", "startOffset": 5, "endOffset": []}]',
        f'[{{"text": "x", "start": 0, "end": 1, "confidence": {"9" * 400}}}]',
        '[{"text": "\\ud800\\u0000", "start": 0, "end": 1}]',
        '[["text", "word"]]',
        '["text"]',
        f"WEBVTT\n\n{'9' * 5000}:00:01.000 --> {'9' * 5000}:00:02.000\nx\n",
        f"1\n{'9' * 5000}:00:01,000 --> {'9' * 5000}:00:02,000\nx\n",
        "WEBVTT\n\n00:00:01.000 --> 99999999:00:02.000\nx\n",
        "WEBVTT\n\n00:99:99.000 --> 00:99:99.999\n\x00\n",
        "[" * 100_000,
        '[{"text": "x", "start": 0, ',
        "WEBVTT\n\n00:05.000 --> 00:01.000\nbackwards\n",
    ],
)
def test_what_is_no_transcript_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadTranscript) as caught:
        read_transcript(written(tmp_path, text))
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_files_that_are_missing_binary_or_huge_are_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"WEBVTT\xff\xfe\x00")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    for name in ("missing", "binary", "huge", "."):
        with pytest.raises(BadTranscript):
            read_transcript(tmp_path / name)


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(0, 10**6), st.integers(0, 10**5))
def test_a_cues_words_fill_it_exactly(text: str, start_ms: int, lasts_ms: int) -> None:
    span = Span(start_ms, start_ms + lasts_ms)
    words = list(spread(text, span))
    assert [word.text for word in words] == plain(text).split()
    if words:
        assert (words[0].span.start_ms, words[-1].span.end_ms) == (span.start_ms, span.end_ms)
        assert all(a.span.end_ms == b.span.start_ms for a, b in itertools.pairwise(words))


@given(st.lists(st.tuples(st.text("ab<&>-", min_size=1, max_size=6), st.integers(0, 3000)), max_size=40))
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_webvtt_that_reads_back(parts: list[tuple[str, int]]) -> None:
    words, at = [], 0
    for text, lasts_ms in parts:
        words.append(Word(Span(at, at + lasts_ms), text))
        at += lasts_ms
    text = as_vtt(Transcript(tuple(words), "uploaded"))
    cues = list(webvtt.from_string(text))
    read = " ".join(cue.text for cue in cues).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert read.split() == [word.text for word in words]
    assert all(cue.start < cue.end for cue in cues)


ZOOM = """WEBVTT

1
00:00:01.000 --> 00:00:03.000
Ana Díaz: Good morning

2
00:00:03.500 --> 00:00:05.000
Interviewer 2: Note: please begin

3
00:00:05.500 --> 00:00:06.000
Ana Díaz: Gladly
"""
TEAMS = {
    "version": "1.0.0",
    "type": "Transcript",
    "entries": [
        {
            "text": "Good morning",
            "speakerDisplayName": "Ana Díaz",
            "confidence": 0.8,
            "startOffset": "00:00:01.2500000",
            "endOffset": "00:00:02.5000000",
        }
    ],
}


def test_speakers_before_a_colon_are_read_as_zoom_writes_them(tmp_path: Path) -> None:
    words = read_transcript(written(tmp_path, ZOOM)).words
    assert {word.speaker for word in words} == {"Ana Díaz", "Interviewer 2"}
    assert [word.text for word in words] == ["Good", "morning", "Note:", "please", "begin", "Gladly"]


def test_a_colon_now_and_then_is_no_speaker(tmp_path: Path) -> None:
    cues = "\n\n".join(f"00:00:{i:02}.000 --> 00:00:{i:02}.900\nfact {i}: it works" for i in range(30))
    words = read_transcript(written(tmp_path, f"WEBVTT\n\n{cues}\n")).words
    assert {word.speaker for word in words} == {""} and words[0].text == "fact"


def test_teams_json_is_read_with_its_offsets_and_names(tmp_path: Path) -> None:
    words = read_transcript(written(tmp_path, json.dumps(TEAMS))).words
    assert [(word.text, word.speaker) for word in words] == [("Good", "Ana Díaz"), ("morning", "Ana Díaz")]
    assert (words[0].span.start_ms, words[-1].span.end_ms) == (1250, 2500)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_whatever_its_form(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "words.vtt"
    path.write_bytes(ZOOM.encode(encoding))
    assert "Ana Díaz" in {word.speaker for word in read_transcript(path).words}


def test_other_encodings_are_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "words.vtt"
    path.write_bytes(ZOOM.encode("latin-1"))
    with pytest.raises(BadTranscript, match="UTF-8"):
        read_transcript(path)


HIDDEN = "\ud800a\x00b\x0cc\x85d\x1b\udfff"


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([{"text": HIDDEN, "start": 0, "end": 1, "speaker": HIDDEN}]),
        json.dumps({"entries": [{"text": HIDDEN, "speakerDisplayName": HIDDEN, "start": 0, "end": 1}]}),
        "WEBVTT\n\n00:00.000 --> 00:01.000\n<v ab c d>\x00ab\x0cc\x85d\x1b\n",
        "1\n00:00:00,000 --> 00:00:01,000\na\x00b\x0cc\x1dd\x7f\n",
    ],
    ids=["json", "json of Teams", "vtt", "srt"],
)
def test_what_no_database_stores_is_left_out_of_the_words(tmp_path: Path, text: str) -> None:
    words = read_transcript(written(tmp_path, text)).words
    assert "".join(word.text for word in words) == "abcd"
    assert {word.speaker.split() == ["ab", "c", "d"] for word in words if word.speaker} <= {True}


def test_a_pair_of_surrogates_is_the_letter_that_it_stands_for(tmp_path: Path) -> None:
    text = '[{"text": "\\ud83d\\ude00", "start": 0, "end": 1}]'
    assert [word.text for word in read_transcript(written(tmp_path, text)).words] == ["\U0001f600"]


@given(st.text(st.characters(), max_size=40))
def test_a_word_is_plain_text_whoever_recognised_it(text: str) -> None:
    word = Word(Span(0, 1), text, speaker=text)
    assert is_plain(word.text) and is_plain(word.speaker) and word.text.encode().decode() == word.text
    assert word.text == text or not is_plain(text)


def test_a_confidence_that_is_no_number_is_none(tmp_path: Path) -> None:
    entries = ('{"text": "x", "start": 0, "end": 1, "confidence": ' + share + "}" for share in ("NaN", "1e400"))
    text = f"[{','.join(entries)}]"
    assert [word.confidence for word in read_transcript(written(tmp_path, text)).words] == [None, 1.0]
