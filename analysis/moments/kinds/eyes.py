"""`eyes`: blink rate, closed eyes or tightened lids, where they are far from typical for this person.

The definition of a blink, and the published rates, are in analysis/signals/blinks.py.
"""

from __future__ import annotations

import math

import numpy as np

from analysis.catalogue.face import EyesConfig
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.baseline import Baseline
from analysis.signals.blinks import BlinkRates, blink_rates, blinks, lid_levels, watched_ms
from analysis.signals.robust import robust_spread
from analysis.signals.running import face_runs, running_median
from analysis.signals.series import Series
from analysis.signals.spans import stretches, unbroken_stretches
from analysis.types import Evidence, Moment, MomentKind, Span

# A flicker of the lids does not end a closure or a squint.
_CLOSE_GAP_MS = 150


def find(reading: Reading, config: EyesConfig) -> list[Moment]:
    """Nothing without a baseline: there is no typical value to compare with."""
    series = reading.series
    if reading.baselines.face is None:
        return []
    groups = (_rates(series, config), _closures(series, config), _squints(series, reading.baselines.face, config))
    return [moment for found in groups for moment in farthest_of_each_minute(found, config.max_per_min)]


def _rates(series: Series, config: EyesConfig) -> list[Moment]:
    if watched_ms(series) < config.watched_ms:
        return []
    rates = blink_rates(series, config.window_ms)
    known = rates.per_min[~np.isnan(rates.per_min)]
    if not len(known):
        return []
    usual = float(np.median(known))
    bound = max(config.rate_min_change, config.rate_robust_z * _rate_spread(known, usual, config))
    with np.errstate(invalid="ignore"):
        far = np.abs(rates.per_min - usual) >= bound
    return [_of_rate(series, config, rates, usual, bound, first, last) for first, last in stretches(far)]


def _rate_spread(known: np.ndarray, usual: float, config: EyesConfig) -> float:
    """The robust deviation of the windows' rates, at least the chance deviation of so many events (Poisson)."""
    minutes = config.window_ms / 60_000
    by_chance = math.sqrt(max(1.0, usual * minutes)) / minutes
    return max(by_chance, robust_spread(known, usual))


def _of_rate(
    series: Series, config: EyesConfig, rates: BlinkRates, usual: float, bound: float, first: int, last: int
) -> Moment:
    """The window that differs most represents all those around it."""
    window = first + int(np.nanargmax(np.abs(rates.per_min[first : last + 1] - usual)))
    rate, start_ms = float(rates.per_min[window]), int(rates.start_ms[window])
    span = Span(start_ms, min(start_ms + rates.window_ms, int(series.end_ms[-1])))
    passed = usual + bound if rate > usual else max(0.0, usual - bound)
    return Moment(
        kind=MomentKind.EYES,
        span=span,
        peak_ms=span.start_ms + span.duration_ms // 2,
        sentence="blink_rate",
        values={
            "rate_per_min": round(rate),
            "usual_per_min": round(usual),
            "window_s": round(rates.window_ms / 1000),
        },
        evidence=(Evidence("blink_rate", span, round(rate, 1), round(usual, 1), round(passed, 1)),),
        distance=round(abs(rate - usual) / bound, 2),
    )


def _closures(series: Series, config: EyesConfig) -> list[Moment]:
    levels = lid_levels(series)
    if levels is None:
        return []
    closed = series.face_signal("eyes_closed")
    with np.errstate(invalid="ignore"):
        shut = closed >= levels.shut
    spans = unbroken_stretches(
        series, shut, face_runs(series), min_ms=config.closed_min_ms, close_gap_ms=_CLOSE_GAP_MS
    )
    if not spans:
        return []
    own = [blink.duration_ms for blink in blinks(series)]
    usual_ms = float(np.median(own)) if own else 0.0
    return [_of_closure(series, config, levels.open, levels.shut, usual_ms, first, last) for first, last in spans]


def _of_closure(
    series: Series, config: EyesConfig, usual: float, bound: float, usual_ms: float, first: int, last: int
) -> Moment:
    part, span = slice(first, last + 1), series.span(first, last)
    closed = series.face_signal("eyes_closed")[part]
    return Moment(
        kind=MomentKind.EYES,
        span=span,
        peak_ms=int(series.pts_ms[first + int(closed.argmax())]),
        sentence="closed",
        values={"duration_s": span.duration_s},
        evidence=(
            Evidence("closure", span, float(span.duration_ms), usual_ms, float(config.closed_min_ms)),
            Evidence("eyes_closed", span, round(float(np.median(closed)), 3), round(usual, 3), round(bound, 3)),
        ),
        distance=round(span.duration_ms / config.closed_min_ms, 2),
        quality=series.mean_quality(part),
    )


def _squints(series: Series, baseline: Baseline, config: EyesConfig) -> list[Moment]:
    runs = face_runs(series)
    values = running_median(series.pts_ms, runs, series.face_signal("lid_tighten"), config.smooth_ms)
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
                sentence="squint",
                values={"duration_s": span.duration_s},
                evidence=(Evidence("lid_tighten", span, value, round(usual, 3), round(bound, 3)),),
                distance=round((value - usual) / spread, 2),
                quality=series.mean_quality(part),
            )
        )
    return found
