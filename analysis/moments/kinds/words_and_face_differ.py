"""`words_and_face_differ`: a sentence's sentiment by the dictionary and the facial expression point opposite ways.

That is common and has many reasons: politeness, irony, a smile of relief, a word that a dictionary misreads. The
words are always shown with it.
"""

from __future__ import annotations

import numpy as np

from analysis.catalogue.sound import DifferConfig
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.series import Series
from analysis.speech.said import Said
from analysis.types import EXPRESSIONS, Evidence, Moment, MomentKind, Sentence

#: Expressions that people perceive as pleasant and as unpleasant; surprise can be either, and is left out.
_PLEASANT, _UNPLEASANT = ("happy",), ("angry", "disgust", "fear", "sad")
_SHORTEST_MS = 800


def find(reading: Reading, config: DifferConfig) -> list[Moment]:
    series, said = reading.series, reading.heard
    if reading.baselines.expression is None:
        return []
    found = [
        moment
        for sentence in said.sentences
        if (moment := _moment(series, reading.baselines.expression, said, sentence, config)) is not None
    ]
    return farthest_of_each_minute(found, config.max_per_min)


def _moment(
    series: Series, baseline: Baseline, said: Said, sentence: Sentence, config: DifferConfig
) -> Moment | None:
    tone = sentence.sentiment
    if tone is None or abs(tone) < config.min_sentiment or sentence.span.duration_ms < _SHORTEST_MS:
        return None
    first, after = (int(at) for at in np.searchsorted(series.pts_ms, (sentence.span.start_ms, sentence.span.end_ms)))
    shown = series.smoothed[first:after]
    seen = ~np.isnan(shown[:, 0]) if len(shown) else np.zeros(0, np.bool_)
    if not len(shown) or seen.mean() < config.seen_share:
        return None
    opposite = _UNPLEASANT if tone > 0 else _PLEASANT
    means = {name: float(shown[seen, EXPRESSIONS.index(name)].mean()) for name in opposite}
    name = max(means, key=lambda each: means[each] - baseline.of(each)[0])
    usual, spread = baseline.of(name)
    bound = max(config.min_prob, usual + config.robust_z * spread)
    if means[name] < bound:
        return None
    where = np.flatnonzero(seen)
    peak = first + int(where[shown[seen, EXPRESSIONS.index(name)].argmax()])
    limit = config.min_sentiment if tone > 0 else -config.min_sentiment
    by = "sentiment_model" if said.by_model else "sentiment"
    return Moment(
        kind=MomentKind.WORDS_AND_FACE_DIFFER,
        span=sentence.span,
        peak_ms=int(series.pts_ms[peak]),
        sentence="model" if said.by_model else "dictionary",
        values={
            "quote": said.quote(sentence.span),
            "tone": "positive" if tone > 0 else "negative",
            "expression": name,
            "percent": round(100 * means[name]),
            "baseline_percent": round(100 * usual),
        },
        evidence=(
            Evidence(name, sentence.span, round(means[name], 3), round(usual, 3), round(bound, 3)),
            Evidence(by, sentence.span, round(tone, 2), 0.0, limit),
        ),
        distance=round((means[name] - usual) / spread, 2),
        confidence=sentence.confidence,
        quality=series.mean_quality(slice(first, after)),
    )
