"""A warning about the words is for words that are there."""

from __future__ import annotations

from django.template.loader import render_to_string

from hiring.recruiter.transcript import shown

NOTE = "Recognized automatically by a small model; about one word in four is wrong."


def _html(**columns) -> str:
    empty = {
        "source": "none",
        "language": "",
        "low_confidence": False,
        "note": "",
        "words": [],
        "lines": [],
        "silences": [],
    }
    progress = {"standing": "complete"}
    return render_to_string(
        "recruiter/_transcript.html", {"transcript": shown(empty | columns), "progress": progress}
    )


def test_an_answer_without_words_has_no_warning_about_wrong_words():
    html = _html(low_confidence=True, note=NOTE)
    assert "There is no transcript of this answer." in html
    assert "wrong" not in html


def test_the_reason_why_there_is_no_transcript_is_kept():
    assert "no readable sound" in _html(note="There is no readable sound.")
