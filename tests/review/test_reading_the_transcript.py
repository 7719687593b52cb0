"""Words in lines, with long pauses as rows of their own."""

from __future__ import annotations

import pytest

from analysis.types import MomentKind
from hiring.review.moments import moments
from hiring.review.transcript import _lines, transcript
from hiring.review.wording import kind_label, moment_rule, moment_sentence
from hiring.runs.models import Moment
from tests import factories


def _words(*starts_ms: int, speaker: str = "", text: str = "word") -> list[dict]:
    return [
        {"position": i, "start_ms": t, "end_ms": t + 300, "text": text, "confidence": 0.9, "speaker": speaker}
        for i, t in enumerate(starts_ms)
    ]


def test_a_pause_longer_than_a_second_and_a_half_is_a_row():
    rows = _lines(_words(0, 400, 2300, 2700))
    assert [row["kind"] for row in rows] == ["speech", "silence", "speech"]
    assert (rows[1]["start_ms"], rows[1]["end_ms"]) == (700, 2300)


def test_a_pause_of_a_second_and_a_half_is_none():
    assert [row["kind"] for row in _lines(_words(0, 1800))] == ["speech"]


def test_silence_before_the_first_word_is_a_row():
    assert _lines(_words(4000))[0]["kind"] == "silence"


def test_another_speaker_starts_a_line():
    assert len(_lines(_words(0, 400, speaker="A") + _words(800, 1200, speaker="B"))) == 2


def test_long_speech_is_broken_at_the_end_of_a_sentence():
    words = _words(*range(0, 80 * 310, 310))
    words[34]["text"] = "over."
    rows = _lines(words)
    assert [len(row["words"]) for row in rows] == [35, 45]


@pytest.mark.django_db
def test_a_recording_without_a_finished_run_has_no_words():
    assert transcript(None)["words"] == []


@pytest.mark.django_db
def test_a_moment_tells_who_answered_it_and_what():
    run = factories.make_complete_run()
    viewer = factories.make_user()
    from hiring.review import services

    services.give_verdict(moment=run.moments.first(), reviewer=viewer, answer="confirmed", reason="")
    first, second = moments(run, viewer)
    assert first["own"]["answer"] == "confirmed"
    assert second["own"] is None
    assert moments(run)[0]["own"] is None


@pytest.mark.parametrize(("kind", "code"), [("nobody_visible", "main"), ("nobody_visible", "gone"), ("gone", "main")])
def test_what_this_version_cannot_tell_is_still_a_sentence(kind, code):
    moment = Moment(kind=kind, sentence=code, values={})
    assert moment_sentence(moment) == f"{kind_label(kind)}." and moment_rule(moment).endswith(".")


@pytest.mark.parametrize("kind", list(MomentKind))
def test_every_kind_has_a_name(kind):
    assert kind_label(kind) != kind
