"""Lanes for the timeline: the expression shown most, and what was visible."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.signals.series import VISIBILITIES, Series
from analysis.signals.spans import stretches
from analysis.types import EXPRESSIONS, NOT_SURE, Segment, Span, Stage

EXPRESSION_LANE = "expression"
SPEECH_LANE = "speech"
VISIBILITY_LANE = "visibility"

# With the runner-up this close no expression stands out, however probable both are.
_MIN_LEAD = 0.10

_NOTHING, _NOT_SURE = -2, -1


def expression_segments(series: Series, min_ms: int, abstain_below: float) -> list[Segment]:
    """Where one expression is shown most for at least `min_ms`, or where it is unclear which.

    Not sure: the winner's smoothed probability is below `abstain_below`, or its lead is below a tenth. The bound is
    the classifier's, set so that it answers for nine in ten single pictures of its own data, and is applied to
    smoothed probabilities unchanged. The maximum of a mean is at most the mean of the maxima: a frame is named only
    if it and its neighbors pass the bound on average **and** agree, while one doubtful frame among sure ones is
    carried by them. The two effects work in opposite directions, so the answered part of a recording is not
    guaranteed to be nine tenths.

    Shorter stretches join the neighbor before them, or become "not sure" if there is none.
    If nothing could be read there is no segment: a gap stays a gap.
    """
    labels = _top(series.smoothed, abstain_below)
    segments: list[Segment] = []
    for first, last in stretches(labels != _NOTHING):
        for begin, end, label in _without_short(series, labels[first : last + 1], first, min_ms):
            prob = float(series.smoothed[begin : end + 1, label].mean()) if label >= 0 else None
            name = EXPRESSIONS[label] if label >= 0 else NOT_SURE
            segments.append(Segment(series.span(begin, end), Stage.EXPRESSION, EXPRESSION_LANE, name, prob))
    return segments


def visibility_segments(series: Series) -> list[Segment]:
    """Every stretch of the recording with its visibility, however short: they must add up to the whole."""
    found = [
        (first, last, str(VISIBILITIES[code]))
        for code in range(len(VISIBILITIES))
        for first, last in stretches(series.visibility == code)
    ]
    return [Segment(series.span(a, b), Stage.FACES, VISIBILITY_LANE, value) for a, b, value in sorted(found)]


def _top(smoothed: NDArray[np.float32], abstain_below: float) -> NDArray[np.int8]:
    """(N, 7) -> (N,) the index of the expression that stands out, _NOT_SURE, or _NOTHING."""
    nothing = np.isnan(smoothed[:, 0])
    probs = np.where(nothing[:, None], 0, smoothed)
    ordered = np.sort(probs, axis=1)
    clear = (ordered[:, -1] >= abstain_below) & (ordered[:, -1] - ordered[:, -2] >= _MIN_LEAD)
    return np.where(nothing, _NOTHING, np.where(clear, probs.argmax(axis=1), _NOT_SURE)).astype(np.int8)


def _without_short(
    series: Series, labels: Sequence[int] | NDArray[np.int8], offset: int, min_ms: int
) -> list[tuple[int, int, int]]:
    """(first, last, label) of the stretches of equal labels, none shorter than `min_ms` if there is a longer one."""
    edges = [0, *(np.flatnonzero(np.diff(labels)) + 1).tolist(), len(labels)]
    kept: list[tuple[int, int, int]] = []
    for first, after in itertools.pairwise(edges):
        begin, end, label = offset + first, offset + after - 1, int(labels[first])
        if series.span(begin, end).duration_ms < min_ms:
            label = kept[-1][2] if kept else _NOT_SURE
        if kept and kept[-1][2] == label:
            kept[-1] = (kept[-1][0], end, label)
        else:
            kept.append((begin, end, label))
    return kept


def speech_segments(spans: Sequence[Span], stage: Stage) -> list[Segment]:
    """Every stretch of speech. stage: the one of the plan that detected it."""
    return [Segment(span, stage, SPEECH_LANE, "speech") for span in spans]
