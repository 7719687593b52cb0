"""`eyes`: how often the eyes blink, that they stay closed, or that the lids stay tightened: far from the own usual.

What is a blink, and the published rates, are in analysis/signals/blinks.py.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.config import MomentConfig
from analysis.moments.crowding import farthest_of_each_minute
from analysis.signals.baseline import Baseline, Baselines
from analysis.signals.blinks import MIN_FPS, BlinkRates, blink_rates, blinks, lid_levels, watched_ms
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.spans import stretches, unbroken_stretches
from analysis.types import Evidence, Moment, MomentKind, Span

_MAD_TO_SD = 1.4826
# A flicker of the lids does not end a closure or a squint.
_CLOSE_GAP_MS = 150

SENTENCE = (
    "The eyes blinked {rate_per_min} times a minute over {window_s} s; usual for this person: {usual_per_min} times."
)
SENTENCE_CLOSED = "The eyes stayed closed for {duration_s} s."
SENTENCE_SQUINT = "The eyelids were tightened more than is usual for this person, for {duration_s} s."
SENTENCES = (SENTENCE, SENTENCE_CLOSED, SENTENCE_SQUINT)


def rule_of_rate(config: MomentConfig) -> str:
    return (
        f"Within {config.eyes_window_ms / 1000:g} s the blinks a minute differ from the person's own usual in this "
        f"recording by at least {config.eyes_rate_min_change:g} and {config.eyes_rate_robust_z:g} robust deviations "
        f"(at least the scatter that chance gives). Not judged under {MIN_FPS:g} frames a second, nor where the eyes "
        f"were watched for less than {config.eyes_rate_watched_ms / 1000:g} s in all."
    )


def rule_of_closure(config: MomentConfig) -> str:
    return (
        f"The lids stay most of the way from this person's open to closed eyes for at least "
        f"{config.eyes_closed_min_ms / 1000:g} s."
    )


def rule_of_squint(config: MomentConfig) -> str:
    return (
        f"The tightening of the lids stays at least {config.squint_min_rise:g} (of 1) and {config.squint_robust_z:g} "
        f"robust deviations above the person's own baseline for at least {config.squint_min_ms / 1000:g} s, after a "
        f"running median of {config.face_smooth_ms} ms."
    )


def rule(config: MomentConfig) -> str:
    """All three; a moment carries its own."""
    return " ".join((rule_of_rate(config), rule_of_closure(config), rule_of_squint(config)))


def find(series: Series, baselines: Baselines, config: MomentConfig) -> list[Moment]:
    """Nothing without a baseline: there is no "usual" to compare with."""
    if baselines.face is None:
        return []
    groups = (_rates(series, config), _closures(series, config), _squints(series, baselines.face, config))
    return [moment for found in groups for moment in farthest_of_each_minute(found, config.face_max_per_min)]


def _rates(series: Series, config: MomentConfig) -> list[Moment]:
    if watched_ms(series) < config.eyes_rate_watched_ms:
        return []
    rates = blink_rates(series, config.eyes_window_ms)
    known = rates.per_min[~np.isnan(rates.per_min)]
    if not len(known):
        return []
    usual = float(np.median(known))
    bound = max(config.eyes_rate_min_change, config.eyes_rate_robust_z * _rate_spread(known, usual, config))
    with np.errstate(invalid="ignore"):
        far = np.abs(rates.per_min - usual) >= bound
    return [_of_rate(series, config, rates, usual, bound, first, last) for first, last in stretches(far)]


def _rate_spread(known: np.ndarray, usual: float, config: MomentConfig) -> float:
    """The robust deviation of the windows' rates, at least that of counting as many events by chance (Poisson)."""
    minutes = config.eyes_window_ms / 60_000
    by_chance = math.sqrt(max(1.0, usual * minutes)) / minutes
    return max(by_chance, _MAD_TO_SD * float(np.median(np.abs(known - usual))))


def _of_rate(
    series: Series, config: MomentConfig, rates: BlinkRates, usual: float, bound: float, first: int, last: int
) -> Moment:
    """The window that differs most stands for all around it."""
    window = first + int(np.nanargmax(np.abs(rates.per_min[first : last + 1] - usual)))
    rate, start_ms = float(rates.per_min[window]), int(rates.start_ms[window])
    span = Span(start_ms, min(start_ms + rates.window_ms, int(series.end_ms[-1])))
    passed = usual + bound if rate > usual else max(0.0, usual - bound)
    return Moment(
        kind=MomentKind.EYES,
        span=span,
        peak_ms=span.start_ms + span.duration_ms // 2,
        sentence=SENTENCE,
        values={
            "rate_per_min": round(rate),
            "usual_per_min": round(usual),
            "window_s": round(rates.window_ms / 1000),
        },
        rule=rule_of_rate(config),
        evidence=(Evidence("blink_rate", span, round(rate, 1), round(usual, 1), round(passed, 1), "per min"),),
        distance=round(abs(rate - usual) / bound, 2),
    )


def _closures(series: Series, config: MomentConfig) -> list[Moment]:
    levels = lid_levels(series)
    if levels is None:
        return []
    closed = series.face_signal("eyes_closed")
    with np.errstate(invalid="ignore"):
        shut = closed >= levels.shut
    spans = unbroken_stretches(
        series, shut, face_runs(series), min_ms=config.eyes_closed_min_ms, close_gap_ms=_CLOSE_GAP_MS
    )
    if not spans:
        return []
    own = [blink.duration_ms for blink in blinks(series)]
    usual_ms = float(np.median(own)) if own else 0.0
    return [_of_closure(series, config, levels.open, levels.shut, usual_ms, first, last) for first, last in spans]


def _of_closure(
    series: Series, config: MomentConfig, usual: float, bound: float, usual_ms: float, first: int, last: int
) -> Moment:
    part, span = slice(first, last + 1), series.span(first, last)
    closed = series.face_signal("eyes_closed")[part]
    return Moment(
        kind=MomentKind.EYES,
        span=span,
        peak_ms=int(series.pts_ms[first + int(closed.argmax())]),
        sentence=SENTENCE_CLOSED,
        values={"duration_s": round(span.duration_ms / 1000, 1)},
        rule=rule_of_closure(config),
        evidence=(
            Evidence("closure", span, float(span.duration_ms), usual_ms, float(config.eyes_closed_min_ms), "ms"),
            Evidence(
                "eyes_closed", span, round(float(np.median(closed)), 3), round(usual, 3), round(bound, 3), "0..1"
            ),
        ),
        distance=round(span.duration_ms / config.eyes_closed_min_ms, 2),
        quality=round(float(np.nanmean(series.quality[part])), 3),
    )


def _squints(series: Series, baseline: Baseline, config: MomentConfig) -> list[Moment]:
    runs = face_runs(series)
    values = running_median(series.pts_ms, runs, series.face_signal("lid_tighten"), config.face_smooth_ms)
    usual, spread = baseline.of("lid_tighten")
    bound = usual + max(config.squint_min_rise, config.squint_robust_z * spread)
    with np.errstate(invalid="ignore"):
        above = values >= bound
    found = []
    for first, last in unbroken_stretches(
        series, above, runs, min_ms=config.squint_min_ms, close_gap_ms=_CLOSE_GAP_MS
    ):
        part, span = slice(first, last + 1), series.span(first, last)
        value = round(float(np.median(values[part])), 3)
        found.append(
            Moment(
                kind=MomentKind.EYES,
                span=span,
                peak_ms=int(series.pts_ms[first + int(values[part].argmax())]),
                sentence=SENTENCE_SQUINT,
                values={"duration_s": round(span.duration_ms / 1000, 1)},
                rule=rule_of_squint(config),
                evidence=(Evidence("lid_tighten", span, value, round(usual, 3), round(bound, 3), "0..1"),),
                distance=round((value - usual) / spread, 2),
                quality=round(float(np.nanmean(series.quality[part])), 3),
            )
        )
    return found
