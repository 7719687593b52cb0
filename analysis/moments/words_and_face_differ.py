"""`words_and_face_differ`: what a sentence says by the dictionary, and what the face showed, point opposite ways.

That is common and has many reasons: politeness, irony, a smile of relief, a word that a dictionary misreads. The
words are always shown with it.
"""

from __future__ import annotations

import numpy as np

from analysis.config import MomentConfig
from analysis.moments.crowding import farthest_of_each_minute
from analysis.signals.baseline import Baseline, Baselines
from analysis.signals.series import Series
from analysis.speech.said import Said
from analysis.types import EXPRESSIONS, Evidence, Moment, MomentKind, Sentence

#: Expressions that people take for pleasant and for unpleasant; surprise is either, and left out.
_PLEASANT, _UNPLEASANT = ("happy",), ("angry", "disgust", "fear", "sad")
_SHORTEST_MS = 800
_SEEN_SHARE = 0.7

SENTENCE = (
    "While saying {quote}, words that a dictionary lists as mostly {tone}, the face showed more of the expression "
    "{expression} than is usual for this person: {percent} % against {baseline_percent} %."
)
SENTENCE_MODEL = (
    "While saying {quote}, words that a language model reads as mostly {tone}, the face showed more of the "
    "expression {expression} than is usual for this person: {percent} % against {baseline_percent} %."
)
SENTENCES = (SENTENCE, SENTENCE_MODEL)


def rule(config: MomentConfig) -> str:
    return (
        "The sentiment of a sentence (VADER in English, or a model) is at least "
        f"{config.differ_min_sentiment:g} away from neutral, and the mean smoothed probability of an expression of "
        f"the opposite kind is at least {config.differ_min_prob:.0%} and {config.differ_robust_z:g} robust "
        f"deviations above the person's own baseline, the face seen in {_SEEN_SHARE:.0%} of it. Of each minute "
        f"{config.differ_max_per_min} are kept."
    )


def find(series: Series, baselines: Baselines, said: Said, config: MomentConfig) -> list[Moment]:
    if baselines.expression is None:
        return []
    found = [
        moment
        for sentence in said.sentences
        if (moment := _moment(series, baselines.expression, said, sentence, config)) is not None
    ]
    return farthest_of_each_minute(found, config.differ_max_per_min)


def _moment(
    series: Series, baseline: Baseline, said: Said, sentence: Sentence, config: MomentConfig
) -> Moment | None:
    tone = sentence.sentiment
    if tone is None or abs(tone) < config.differ_min_sentiment or sentence.span.duration_ms < _SHORTEST_MS:
        return None
    first, after = (int(at) for at in np.searchsorted(series.pts_ms, (sentence.span.start_ms, sentence.span.end_ms)))
    shown = series.smoothed[first:after]
    seen = ~np.isnan(shown[:, 0]) if len(shown) else np.zeros(0, np.bool_)
    if not len(shown) or seen.mean() < _SEEN_SHARE:
        return None
    opposite = _UNPLEASANT if tone > 0 else _PLEASANT
    means = {name: float(shown[seen, EXPRESSIONS.index(name)].mean()) for name in opposite}
    name = max(means, key=lambda each: means[each] - baseline.of(each)[0])
    usual, spread = baseline.of(name)
    bound = max(config.differ_min_prob, usual + config.differ_robust_z * spread)
    if means[name] < bound:
        return None
    where = np.flatnonzero(seen)
    peak = first + int(where[shown[seen, EXPRESSIONS.index(name)].argmax()])
    limit = config.differ_min_sentiment if tone > 0 else -config.differ_min_sentiment
    by = "sentiment_model" if said.by_model else "sentiment"
    return Moment(
        kind=MomentKind.WORDS_AND_FACE_DIFFER,
        span=sentence.span,
        peak_ms=int(series.pts_ms[peak]),
        sentence=SENTENCE_MODEL if said.by_model else SENTENCE,
        values={
            "quote": f"“{said.quote(sentence.span)}”",
            "tone": "pleasant" if tone > 0 else "unpleasant",
            "expression": name,
            "percent": round(100 * means[name]),
            "baseline_percent": round(100 * usual),
        },
        rule=rule(config),
        evidence=(
            Evidence(name, sentence.span, round(means[name], 3), round(usual, 3), round(bound, 3), "probability"),
            Evidence(by, sentence.span, round(tone, 2), 0.0, limit, "-1..1"),
        ),
        distance=round((means[name] - usual) / spread, 2),
        confidence=sentence.confidence,
        quality=round(float(np.nanmean(series.quality[first:after])), 3),
    )
