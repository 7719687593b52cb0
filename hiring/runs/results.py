"""Store what a run found as rows. Called inside the transaction that ends the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from analysis.catalogue.signals import SIGNALS
from analysis.types import Outcome
from hiring.runs.models import AnalysisRun, Explanation, Moment, Segment, Sentence, Word


def save(run: AnalysisRun, outcome: Outcome, pictures: Mapping[int, str]) -> None:
    """Insert segments, words, sentences and moments with their explanations.

    pictures: the vault names of the explanations' pictures, by the moment's index in `outcome`.
    """
    Segment.objects.bulk_create(_segments(run, outcome), batch_size=500)
    Word.objects.bulk_create(_words(run, outcome), batch_size=500)
    Sentence.objects.bulk_create(_sentences(run, outcome), batch_size=500)
    moments = Moment.objects.bulk_create(_moments(run, outcome), batch_size=200)
    Explanation.objects.bulk_create(_explanations(moments, outcome, pictures), batch_size=200)


def _segments(run: AnalysisRun, outcome: Outcome) -> list[Segment]:
    return [
        Segment(
            run=run,
            stage=segment.stage,
            lane=segment.lane,
            value=segment.value,
            start_ms=segment.span.start_ms,
            end_ms=segment.span.end_ms,
            mean_prob=segment.mean_prob,
        )
        for segment in outcome.segments
    ]


def _words(run: AnalysisRun, outcome: Outcome) -> list[Word]:
    return [
        Word(
            run=run,
            position=position,
            start_ms=word.span.start_ms,
            end_ms=word.span.end_ms,
            text=word.text[:120],
            confidence=word.confidence,
            speaker=word.speaker[:60],
            mark=word.mark,
        )
        for position, word in enumerate(outcome.transcript.words)
    ]


def _sentences(run: AnalysisRun, outcome: Outcome) -> list[Sentence]:
    return [
        Sentence(
            run=run,
            first_word=sentence.first_word,
            after_word=sentence.after_word,
            start_ms=sentence.span.start_ms,
            end_ms=sentence.span.end_ms,
            sentiment=sentence.sentiment,
            confidence=sentence.confidence,
            hedges=sentence.hedges,
        )
        for sentence in outcome.sentences
    ]


def _moments(run: AnalysisRun, outcome: Outcome) -> list[Moment]:
    return [
        Moment(
            run=run,
            kind=moment.kind,
            start_ms=moment.span.start_ms,
            end_ms=moment.span.end_ms,
            peak_ms=moment.peak_ms,
            sentence=moment.sentence,
            values=dict(moment.values),
            config=dict(moment.config),
            evidence=[asdict(piece) | {"unit": SIGNALS[piece.signal].unit} for piece in moment.evidence],
            distance=moment.distance,
            confidence=moment.confidence,
            quality=moment.quality,
        )
        for moment in outcome.moments
    ]


def _explanations(rows: list[Moment], outcome: Outcome, pictures: Mapping[int, str]) -> list[Explanation]:
    return [
        Explanation(
            moment=row,
            at_ms=found.explanation.at_ms,
            expression=found.explanation.expression,
            regions=dict(found.explanation.regions),
            picture_file=pictures.get(number, ""),
        )
        for number, (row, found) in enumerate(zip(rows, outcome.moments, strict=True))
        if found.explanation is not None
    ]
