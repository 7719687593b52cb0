"""`hesitation`: a pause that is long for this person, or many fillers and restarts close together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analysis.catalogue.sound import HesitationConfig
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.robust import robust_spread
from analysis.speech.said import Said
from analysis.types import FILLER, RESTART, Evidence, Moment, MomentKind, Span, Word

# Pauses of nearly equal length must not make every longer one stand out.
_LEAST_SPREAD_S = 0.15


def find(reading: Reading, config: HesitationConfig) -> list[Moment]:
    said = reading.heard
    found = _long_pauses(said, config) + _many_fillers(said, config)
    return farthest_of_each_minute(found, config.max_per_min)


def _long_pauses(said: Said, config: HesitationConfig) -> list[Moment]:
    if not said.pauses:
        return []
    lengths_s = np.array([pause.duration_ms / 1000 for pause in said.pauses])
    usual_s = float(np.median(lengths_s))
    spread_s = max(robust_spread(lengths_s, usual_s), _LEAST_SPREAD_S)
    bound_s = max(config.pause_min_ms / 1000, usual_s + config.pause_robust_z * spread_s)
    return [
        Moment(
            kind=MomentKind.HESITATION,
            span=pause,
            peak_ms=pause.start_ms,
            sentence="pause",
            values={"duration_s": round(length_s, 1), "usual_s": round(usual_s, 1)},
            evidence=(Evidence("pause", pause, round(length_s, 2), round(usual_s, 2), round(bound_s, 2)),),
            distance=round((length_s - usual_s) / spread_s, 2),
        )
        for pause, length_s in zip(said.pauses, lengths_s.tolist(), strict=True)
        if length_s >= bound_s
    ]


def _many_fillers(said: Said, config: HesitationConfig) -> list[Moment]:
    stumbles = [word for word in said.words if word.mark in (FILLER, RESTART)]
    spoken_ms = sum(word.span.duration_ms for word in said.words)
    if len(stumbles) < config.fillers_min or not spoken_ms:
        return []
    length_ms = said.words[-1].span.end_ms - said.words[0].span.start_ms
    usual = len(stumbles) * config.fillers_window_ms / max(length_ms, config.fillers_window_ms)
    bound = max(config.fillers_min, config.fillers_ratio * usual)
    found: list[Moment] = []
    at = 0
    while at < len(stumbles):
        until_ms = stumbles[at].span.start_ms + config.fillers_window_ms
        group = [word for word in stumbles[at:] if word.span.end_ms <= until_ms]
        if len(group) >= bound:
            found.append(_of_fillers(group, usual, bound, config))
            at += len(group)
        else:
            at += 1
    return found


def _of_fillers(group: Sequence[Word], usual: float, bound: float, config: HesitationConfig) -> Moment:
    span = Span(group[0].span.start_ms, max(word.span.end_ms for word in group))
    sure = [word.confidence for word in group if word.confidence is not None]
    return Moment(
        kind=MomentKind.HESITATION,
        span=span,
        peak_ms=span.start_ms,
        sentence="fillers",
        values={
            "duration_s": span.duration_s,
            "count": len(group),
            "words": [word.text for word in group],
        },
        evidence=(Evidence("fillers", span, len(group), round(usual, 1), round(bound, 1)),),
        distance=round(len(group) / max(usual, 1.0), 2),
        confidence=round(sum(sure) / len(sure), 3) if sure else None,
    )
