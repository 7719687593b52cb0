"""What was said: words and sentences, corrections, and the points of the questions."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from hiring.recordings.models import Recording
from hiring.retention.holdings.base import Copied, Copy, Entry, Holding, Table, as_json
from hiring.review.captions import webvtt
from hiring.review.models import Correction
from hiring.runs import points
from hiring.runs.models import AnalysisRun, FollowUpOffer, PointLookup, Sentence, Word


class Transcripts(Holding):
    label = _("the transcripts, with your corrections and with what software searched for in them")
    tables = (
        Table("words", _("Words of transcripts"), Word, "run__recording__interview"),
        Table("sentences", _("Sentences of transcripts"), Sentence, "run__recording__interview"),
        Table("corrections", _("Corrections to transcripts"), Correction, "recording__interview"),
        Table("point_lookups", _("Searches for key points"), PointLookup, "run__recording__interview"),
        Table("follow_ups", _("Follow-up questions offered"), FollowUpOffer, "interview"),
    )
    of_interview = (
        Copied("follow-up-questions.json", _("questions that were offered because of an answer, if any were")),
    )
    of_answer = (
        Copied("corrections.json", _("lines of the transcript that you corrected, if you did")),
        Copied("transcript.vtt, transcript.json", _("the words with their times")),
        Copied(
            "sentences.json",
            _(
                "the sentences: how pleasant their words are by a dictionary, from -1 to 1, and how many words such "
                "as “maybe” they hold. No page shows this; some marked moments are made from it."
            ),
        ),
        Copied("points-of-the-question.json", _("points of the question with the passages that touch them")),
    )

    def copy_of_interview(self, copy: Copy) -> Iterator[Entry]:
        """Follow-up questions with the answer that led to each, and the point behind it once submitted."""
        is_open = points.are_open_to_candidate(copy.interview)
        offered = [
            {
                "at": offer.at,
                "after": copy.folder_of(offer.recording_id, "an answer that is not here"),
                "question": offer.question.text,
                **({"point": offer.question.follows.text} if is_open and offer.question.follows else {}),
            }
            for offer in copy.interview.follow_ups.select_related("question__follows")
        ]
        if offered:
            yield as_json("follow-up-questions.json", offered)

    def copy_of_answer(self, copy: Copy, recording: Recording, run: AnalysisRun | None) -> Iterator[Entry]:
        corrections = recording.corrections.values("start_ms", "text", "at")
        if corrections:
            yield as_json("corrections.json", list(corrections))
        if run is None:
            return
        words = run.words.all()
        yield "transcript.vtt", [webvtt(words).encode()]
        yield as_json("transcript.json", list(words.values("start_ms", "end_ms", "text", "confidence", "mark")))
        columns = ("first_word", "after_word", "start_ms", "end_ms", "sentiment", "confidence", "hedges")
        yield as_json("sentences.json", list(run.sentences.values(*columns)))
        if points.are_open_to_candidate(copy.interview) and (found := points.of(recording, run)):
            yield as_json("points-of-the-question.json", found)
