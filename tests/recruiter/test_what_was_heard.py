"""Loudness and pitch of a window, silences as they were listened for, marked words, and the words of a moment."""

from __future__ import annotations

import pytest

from analysis.types import SOUND_COLUMNS
from hiring.policy.rules import Purpose
from hiring.recruiter.timeline import evidence
from hiring.recruiter.transcript import shown
from hiring.review import selectors, sound
from hiring.review.timeline import speech_spans, timeline
from hiring.review.transcript import transcript
from hiring.runs import services as runs
from hiring.runs.models import Segment, Word
from tests import factories

pytestmark = pytest.mark.django_db
ALL = (Purpose.RECORDING, Purpose.TRANSCRIPT, Purpose.EXPRESSION, Purpose.EYES_HEAD, Purpose.VOICE)


@pytest.fixture
def run():
    interview = factories.make_interview(granted=ALL)
    return factories.make_complete_run(factories.make_ready_recording(interview, duration_ms=90_000))


def _lines(run, start_ms, end_ms, points=1000):
    interview_id = run.recording.interview_id
    return {
        line["name"]: line
        for line in sound.lines(interview_id, run.sound_file, start_ms, end_ms, points, run.baseline)
    }


def test_only_the_window_is_read_and_pitch_is_where_a_voice_is(run):
    lines = _lines(run, 61_000, 63_999)
    loudness, pitch = lines["loudness"], lines["pitch_hz"]
    assert (loudness["unit"], pitch["unit"]) == ("LUFS", "Hz")
    assert 61_000 <= loudness["t_ms"][0] < 61_032 and 63_900 < loudness["t_ms"][-1] <= 63_999
    assert set(loudness["value"]) == {-22.0, -58.0}
    assert all(t // 1000 == 62 for t in pitch["t_ms"]) and pitch["value"][0] == pytest.approx(172, abs=0.2)


def test_each_line_has_the_usual_of_the_whole_recording(run):
    assert all(line["usual"] is None for line in _lines(run, 0, 90_000).values())
    run.baseline |= {"pitch_hz_low": 110, "pitch_hz_middle": 120.5, "pitch_hz_high": 131}
    lines = _lines(run, 0, 90_000)
    assert lines["pitch_hz"]["usual"] == [110, 120.5, 131] and lines["loudness"]["usual"] is None
    assert (lines["speech_rate"]["unit"], lines["pitch_movement"]["unit"]) == ("1/s", "%")


def test_a_file_of_an_earlier_version_has_fewer_lines(run):
    table = factories.sound_table(90_000, voice=True).drop_columns(["speech_rate", "pitch_movement"])
    run.sound_file = factories._stored(run.recording, table)
    assert set(_lines(run, 0, 90_000)) == {"loudness", "pitch_hz"}


def test_a_long_window_is_thinned_and_keeps_its_peaks(run):
    loudness = _lines(run, 0, 90_000, points=50)["loudness"]
    assert len(loudness["t_ms"]) <= 50 and {min(loudness["value"]), max(loudness["value"])} == {-58.0, -22.0}


def test_without_consent_to_voice_the_timeline_has_neither():
    run = factories.make_complete_run()
    assert "voice" not in run.plan and "speech" in run.plan
    assert _lines(run, 0, 10_000) == {} and timeline(run)["sound"] == []
    assert not selectors.review_context(run.recording, factories.make_user(email="b@example.org"))["has_voice"]


def test_where_voices_could_not_be_told_apart_the_page_says_so(run):
    viewer = factories.make_user(email="b@example.org")
    assert "other voices" not in selectors.review_context(run.recording, viewer)["not_computed"]
    run.manifest["weights"]["voices"] = ""
    run.save(update_fields=["manifest"])
    assert "other voices" in selectors.review_context(run.recording, viewer)["not_computed"]


def test_with_it_the_timeline_has_both(run):
    assert [line["name"] for line in timeline(run)["sound"]] == list(SOUND_COLUMNS[2:])
    assert selectors.review_context(run.recording, factories.make_user(email="b@example.org"))["has_voice"]


def test_a_file_that_is_gone_draws_nothing(run):
    run.sound_file = "gone.parquet"
    run.save(update_fields=["sound_file"])
    assert timeline(run)["sound"] == []


def test_withdrawing_takes_the_file_with_it(run):
    assert run.sound_file in runs.discard_results(recording=run.recording)
    run.refresh_from_db()
    assert run.sound_file == "" and not run.sentences.exists()


def test_silences_and_speech_are_those_that_were_listened_for(run):
    Segment.objects.bulk_create(
        Segment(run=run, stage="speech", lane="speech", value="speech", start_ms=start, end_ms=end)
        for start, end in ((2000, 5000), (5500, 9000), (20_000, 30_000))
    )
    assert transcript(run)["silences"] == [(0, 2000), (9000, 20_000)]
    assert speech_spans(run, 0, 10_000) == [(2000, 5000), (5500, 9000)]


def test_fillers_are_marked_and_what_was_not_understood_says_so(run):
    words = run.words.order_by("position")
    words.filter(position=1).update(mark="filler")
    last = words.last()
    Word.objects.create(
        run=run,
        position=last.position + 1,
        start_ms=last.end_ms + 10,
        end_ms=last.end_ms + 2000,
        text="",
        mark="unclear",
    )
    page = shown(transcript(run))
    html = "".join(str(line["html"]) for line in page["lines"] if line["kind"] == "speech")
    assert html.count('class="filler"') == 1 and '<span class="unclear">[not understood]</span>' in html
    assert page["has_marks"] and len(page["times"]["words"]) == html.count("<span")


def test_a_moment_is_shown_with_its_words_and_what_it_is_sure_of(run):
    moment = run.moments.get(kind="expression_shift")
    assert "eleven minutes" in evidence.words_of(moment)
    assert evidence.how_sure(moment).startswith("0.70 at the peak")
    moment.kind, moment.confidence = "hesitation", 0.4
    assert "confidence of the speech recognizer" in evidence.how_sure(moment)
    moment.confidence = None
    assert evidence.how_sure(moment) == ""
    moment.start_ms = moment.end_ms = 80_000
    assert evidence.words_of(moment) == ""
