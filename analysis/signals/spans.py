"""Stretches of frames for which something holds."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from analysis.signals.series import Series
from analysis.signals.smoothing import GAP
from analysis.types import Span


def share_covered(span: Span, by: Iterable[Span]) -> float:
    """How much of a span is covered by others that do not overlap each other, 0..1."""
    return sum(span.overlap_ms(each) for each in by) / span.duration_ms


def stretches(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, last) of every stretch of true values, both inclusive."""
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    return [(int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def long_stretches(
    series: Series, mask: NDArray[np.bool_], *, min_ms: int, close_gap_ms: int = 0
) -> list[tuple[int, int]]:
    """The stretches of at least `min_ms`, after joining those with a gap of less than `close_gap_ms`."""
    joined: list[tuple[int, int]] = []
    for first, last in stretches(mask):
        if joined and series.pts_ms[first] - series.end_ms[joined[-1][1]] < close_gap_ms:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return [(first, last) for first, last in joined if series.span(first, last).duration_ms >= min_ms]


def unbroken_stretches(
    series: Series, mask: NDArray[np.bool_], runs: NDArray[np.int32], *, min_ms: int, close_gap_ms: int = 0
) -> list[tuple[int, int]]:
    """As `long_stretches`, but each within one run: frames that could not be read are never bridged.

    runs: (N,) the number of each frame's run, GAP where it cannot be read (running.runs_of).
    """
    inside = np.where(mask, runs, GAP)
    edges = np.flatnonzero(np.diff(inside, prepend=GAP, append=GAP))
    joined: list[tuple[int, int]] = []
    for first, after in itertools.pairwise(edges.tolist()):
        if inside[first] == GAP:
            continue
        # one run has one number, so equal numbers have no unreadable frame between them
        if (
            joined
            and runs[joined[-1][1]] == runs[first]
            and series.pts_ms[first] - series.end_ms[joined[-1][1]] < close_gap_ms
        ):
            joined[-1] = (joined[-1][0], after - 1)
        else:
            joined.append((first, after - 1))
    return [(first, last) for first, last in joined if series.span(first, last).duration_ms >= min_ms]
