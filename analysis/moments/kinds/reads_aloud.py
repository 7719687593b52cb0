"""`reads_aloud`: continuous speech while the eyes follow lines, slowly one way and back at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.catalogue.kind import MAIN
from analysis.catalogue.sound import ReadsConfig
from analysis.moments.rate_limit import farthest_of_each_minute
from analysis.moments.reading import Reading
from analysis.signals.blinks import lid_levels
from analysis.signals.running import face_runs, local_step_ms, running_median
from analysis.signals.series import Series
from analysis.signals.spans import share_covered, stretches
from analysis.speech.said import Said
from analysis.types import FILLER, RESTART, Evidence, Moment, MomentKind, Span

_SMOOTH_MS = 150
# At a lower frame rate a jump cannot be distinguished from a slow turn.
_LONGEST_STEP_MS = 70.0
# What is typical for someone is known from this much without lines.
_LEAST_ELSEWHERE_MS = 20_000
# This much of a jump back must have been covered slowly the other way before it.
_WALKED = 0.5
# Anything that covers more than this of it at once is a glance that ends.
_AT_ONCE = 0.7


@dataclass(frozen=True, slots=True)
class _Jump:
    """frame: the first after it. deg: how far, positive to the picture's right. run: of frames read together."""

    frame: int
    at_ms: int
    deg: float
    run: int


def find(reading: Reading, config: ReadsConfig) -> list[Moment]:
    series, said = reading.series, reading.heard
    if not len(series) or not said.spans:
        return []
    runs = face_runs(series)
    gaze = running_median(series.pts_ms, runs, _through_blinks(series, runs), _SMOOTH_MS)
    jumps = _jumps(series, gaze, runs, config)
    groups = list(_along_lines(jumps, gaze, config))
    elsewhere = _elsewhere(series, jumps, groups)
    found = []
    for lines in groups:
        span = _span(lines)
        others = elsewhere[lines[0].deg > 0] * span.duration_ms
        if span.duration_ms >= config.min_ms and 2 * others < len(lines) and _goes_on(said, span, config):
            found.append(_moment(series, said, lines, others, config))
    return farthest_of_each_minute(found, config.max_per_min)


def _frame(jump: _Jump) -> int:
    return jump.frame


def _span(lines: list[_Jump]) -> Span:
    return Span(lines[0].at_ms, lines[-1].at_ms)


def _elsewhere(series: Series, jumps: list[_Jump], groups: list[list[_Jump]]) -> dict[bool, float]:
    """How many jumps per millisecond there are where no lines were found, to the right (True) and left.

    0 if that is too short to know.
    """
    spans = [_span(lines) for lines in groups]
    left_ms = int(series.end_ms[-1]) - sum(span.duration_ms for span in spans)
    if left_ms < _LEAST_ELSEWHERE_MS:
        return {True: 0.0, False: 0.0}
    ways = Counter(
        jump.deg > 0 for jump in jumps if not any(span.start_ms <= jump.at_ms <= span.end_ms for span in spans)
    )
    return {way: ways[way] / left_ms for way in (True, False)}


def _through_blinks(series: Series, runs: NDArray[np.int32]) -> NDArray[np.float32]:
    """(N,) the sideways gaze, held at its last value while the lids cover the eyes: there it is only a number."""
    gaze, levels = series.face_signal("gaze_yaw_deg"), lid_levels(series)
    if levels is None:
        return gaze
    open_eyes = ~(series.face_signal("eyes_closed") >= levels.edge)
    # also the frames around: half an iris is just as misleading
    open_eyes[1:-1] &= open_eyes[:-2] & open_eyes[2:]
    last_open = np.maximum.accumulate(np.where(open_eyes, np.arange(len(gaze)), 0))
    return np.where(open_eyes | (runs[last_open] != runs), gaze, gaze[last_open])


def _jumps(series: Series, gaze: NDArray[np.float32], runs: NDArray[np.int32], config: ReadsConfig) -> list[_Jump]:
    """Where the gaze moves elsewhere within `jump_ms`: the middle of each such place."""
    pts_ms = series.pts_ms
    before = np.searchsorted(pts_ms, pts_ms - config.jump_ms / 2, "left")
    after = np.searchsorted(pts_ms, pts_ms + config.jump_ms / 2, "right") - 1
    step = gaze[after] - gaze[before]
    with np.errstate(invalid="ignore"):
        jumped = (np.abs(step) >= config.sweep_deg) & (runs[before] == runs) & (runs[after] == runs)
        jumped &= local_step_ms(series) <= _LONGEST_STEP_MS
    found: list[_Jump] = []
    for way in (step > 0, step < 0):
        for first, last in stretches(jumped & way):
            peak = first + int(np.abs(step[first : last + 1]).argmax())
            found.append(_Jump(peak, int(pts_ms[peak]), float(step[peak]), int(runs[peak])))
    return sorted(found, key=lambda jump: jump.frame)


def _along_lines(jumps: list[_Jump], gaze: NDArray[np.float32], config: ReadsConfig) -> Iterator[list[_Jump]]:
    """Groups of jumps in one direction, at even intervals, with a slow walk the other way between them.

    A jump that does not end a line is skipped; but if as many go the same way as there are lines, head or eyes move
    too much to say anything.
    """
    for way in (1, -1):
        group: list[_Jump] = []
        for jump in (each for each in jumps if each.deg * way > 0):
            if group and (jump.run != group[-1].run or jump.at_ms - group[-1].at_ms > config.line_max_ms):
                yield from _even(group, jumps, config)
                group = []
            if not group or _walked(group[-1], jump, jumps, gaze, config):
                group.append(jump)
            elif len(group) == 1:
                group = [jump]
        yield from _even(group, jumps, config)


def _walked(one: _Jump, other: _Jump, jumps: list[_Jump], gaze: NDArray[np.float32], config: ReadsConfig) -> bool:
    """Whether the gaze went back slowly after one jump by about as far as the other jump goes."""
    if other.at_ms - one.at_ms < config.line_min_ms:
        return False
    between = jumps[bisect_right(jumps, one.frame, key=_frame) : bisect_left(jumps, other.frame, key=_frame)]
    if any(-jump.deg * np.sign(other.deg) > _AT_ONCE * abs(other.deg) for jump in between):
        return False
    quarter = max(1, (other.frame - one.frame) // 4)
    begin = float(np.median(gaze[one.frame + 1 : one.frame + 1 + quarter]))
    end = float(np.median(gaze[other.frame - quarter : other.frame]))
    return bool((begin - end) * np.sign(other.deg) >= _WALKED * abs(other.deg))


def _even(group: list[_Jump], jumps: list[_Jump], config: ReadsConfig) -> Iterator[list[_Jump]]:
    if len(group) < config.min_sweeps:
        return
    lines_ms = np.diff([jump.at_ms for jump in group])
    among = sum(group[0].at_ms <= jump.at_ms <= group[-1].at_ms and jump.deg * group[0].deg > 0 for jump in jumps)
    if lines_ms.std() <= config.line_spread * lines_ms.mean() and among < 2 * len(group):
        yield group


def _goes_on(said: Said, span: Span, config: ReadsConfig) -> bool:
    if share_covered(span, said.spans) < config.speech_share:
        return False
    if any(pause.overlap_ms(span) >= config.pause_ms for pause in said.pauses):
        return False
    return _stumbles(said, span) * 60_000 / span.duration_ms <= config.fillers_per_min


def _stumbles(said: Said, span: Span) -> int:
    return sum(word.mark in (FILLER, RESTART) and word.span.overlap_ms(span) > 0 for word in said.words)


def _moment(series: Series, said: Said, lines: list[_Jump], others: float, config: ReadsConfig) -> Moment:
    span, whole = _span(lines), Span(0, int(series.end_ms[-1]))
    share, usual = (round(100 * share_covered(each, said.spans)) for each in (span, whole))
    part = slice(lines[0].frame, lines[-1].frame + 1)
    return Moment(
        kind=MomentKind.READS_ALOUD,
        span=span,
        peak_ms=span.start_ms,
        sentence=MAIN,
        values={"duration_s": span.duration_s, "count": len(lines)},
        evidence=(
            Evidence("gaze_returns", span, len(lines), round(others, 1), config.min_sweeps),
            Evidence("speech_share", span, share, usual, 100 * config.speech_share),
        ),
        distance=round(len(lines) / config.min_sweeps, 2),
        quality=series.mean_quality(part),
    )
