"""Precision and recall of the rules on events that were put in, and what they find where none was.

`python -m tests.bench.injected`. Events of random size and length, from just above a rule's bound, are put into
recordings of real faces (the developers' expressive clips, there and back again) and into noise that moves as faces
do. Real faces move on their own: what a rule finds there besides the events counts against it, though it may well be
so: nobody has labelled the clips. Events also lie in the first minute and so in the baseline, as they may in life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.config import PipelineConfig
from analysis.fairness.intervals import Count, wilson
from analysis.moments.find import find
from analysis.moments.reading import Reading
from analysis.signals.baseline import find_baselines
from analysis.signals.series import Series
from analysis.types import EXPRESSIONS, Moment, MomentKind, Span
from tests.bench.backdrops import PLAN, SHARED, Recording, add_blink, of_noise, real

SEED, SECONDS, ROUNDS = 20260101, 180, 3
CONFIG = PipelineConfig(plan=PLAN)
# Of a moment or of an event, whichever is shorter, this much must be the other for the one to be the other.
_OVERLAP = 0.5
_EDGE_MS = 120  # a face does not jump

#: Puts one event into a recording, at a span.
Put = Callable[[Recording, Span, np.random.Generator], None]


@dataclass(frozen=True)
class Event:
    """One line of the table. length_ms: least and most. every_s: how far apart. says: the code of the sentence
    that tells of it, where a kind has several."""

    name: str
    kind: MomentKind
    put: Put
    length_ms: tuple[int, int]
    every_s: int = 25
    says: str = ""


def _share(series: Series, span: Span) -> NDArray[np.float32]:
    """(N,) 0 outside, 1 inside, with soft edges that lie inside."""
    edge_ms = min(_EDGE_MS, span.duration_ms / 3)
    t_ms = series.pts_ms.astype(np.float64)
    rising, falling = (t_ms - span.start_ms) / edge_ms, (span.end_ms - t_ms) / edge_ms
    return np.minimum(rising, falling).clip(0, 1).astype(np.float32)


def _expression(least: float, most: float) -> Put:
    def put(recording: Recording, span: Span, rng: np.random.Generator) -> None:
        prob, which = rng.uniform(least, most), int(rng.integers(0, len(EXPRESSIONS) - 1))
        target = np.full(len(EXPRESSIONS), (1 - prob) / 6, np.float32)
        target[which] = prob
        noisy = np.abs(target + rng.normal(0, 0.05, recording.raw.shape)).astype(np.float32)
        share = _share(recording.series, span)[:, None]
        recording.raw[:] = (1 - share) * recording.raw + share * noisy / noisy.sum(axis=1, keepdims=True)

    return put


def _rise(least: float, most: float, names: tuple[str, ...], how_many: int = 1) -> Put:
    """Raise some of these signals by as much above where they are, in either direction if they are degrees."""

    def put(recording: Recording, span: Span, rng: np.random.Generator) -> None:
        for name in rng.choice(names, how_many, replace=False):
            values, size = recording.series.face_signal(str(name)), rng.uniform(least, most)
            way = rng.choice([-1, 1]) if str(name).endswith("_deg") else 1
            values += _share(recording.series, span) * np.float32(way * size)
            if not str(name).endswith("_deg"):
                np.clip(values, 0, 1, out=values)

    return put


def _close(recording: Recording, span: Span, rng: np.random.Generator) -> None:
    closed, share = recording.series.face_signal("eyes_closed"), _share(recording.series, span)
    closed += share * (np.float32(rng.uniform(0.65, 0.9)) - closed)


def _blink_often(recording: Recording, span: Span, rng: np.random.Generator) -> None:
    step_ms = 60_000 / rng.uniform(35, 70)
    for at_ms in np.arange(span.start_ms, span.end_ms - step_ms, step_ms):
        closed = recording.series.face_signal("eyes_closed")
        add_blink(recording.series.pts_ms, closed, at_ms + rng.uniform(0, step_ms / 2), rng.uniform(120, 350))


_TIGHT = ("brow_lower", "lid_tighten", "lip_press", "chin_raise")
EVENTS = (
    Event("burst, 50-95 %", MomentKind.EXPRESSION_BURST, _expression(0.5, 0.95), (120, 450)),
    Event("held, 50-90 %", MomentKind.EXPRESSION_HELD, _expression(0.5, 0.9), (9000, 25_000), 80),
    Event("two tightened, +0.15-0.5", MomentKind.FACIAL_TENSION, _rise(0.15, 0.5, _TIGHT, 2), (1200, 4000)),
    Event("uneven, +0.1-0.5", MomentKind.ASYMMETRY, _rise(0.1, 0.5, ("asymmetry",)), (1200, 4000)),
    Event("eyes closed", MomentKind.EYES, _close, (1200, 4000), says="closed"),
    Event("squint, +0.2-0.6", MomentKind.EYES, _rise(0.2, 0.6, ("lid_tighten",)), (3400, 6000), says="squint"),
    Event("blinks, 35-70 more a min", MomentKind.EYES, _blink_often, (30_000, 30_001), 120, "blink_rate"),
    Event(
        "head, 25-50 deg", MomentKind.LOOKING_AWAY, _rise(25, 50, ("head_yaw_deg", "head_pitch_deg")), (2300, 6000)
    ),
    Event(
        "gaze, 30-55 deg", MomentKind.LOOKING_AWAY, _rise(30, 55, ("gaze_yaw_deg", "gaze_pitch_deg")), (2300, 6000)
    ),
)


def _moments(recording: Recording, event: Event) -> list[Moment]:
    series = recording.smoothed()
    found = find(Reading(series, find_baselines(series, CONFIG.signals.baseline_ms), CONFIG))
    return [moment for moment in found if moment.kind == event.kind and event.says in ("", moment.sentence)]


def _with_events(recording: Recording, event: Event, rng: np.random.Generator) -> tuple[Recording, list[Span]]:
    """A copy with an event in every stretch of `every_s`, the length and the place in it random."""
    changed, spans = recording.copy(), []
    for begin_ms in range(5000, SECONDS * 1000 - event.every_s * 1000, event.every_s * 1000):
        length_ms = int(rng.integers(*event.length_ms))
        at_ms = begin_ms + int(rng.integers(0, event.every_s * 1000 - length_ms - 2000))
        spans.append(Span(at_ms, at_ms + length_ms))
        event.put(changed, spans[-1], rng)
    return changed, spans


def same(one: Span, other: Span) -> bool:
    common_ms = min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms)
    return common_ms >= _OVERLAP * min(one.duration_ms, other.duration_ms)


def _line(event: Event, recordings: list[Recording]) -> str:
    rng = np.random.default_rng(SEED)
    hits = events = right = told = 0
    untouched = [len(_moments(recording, event)) for recording in recordings]
    for recording in recordings:
        for _ in range(ROUNDS):
            changed, spans = _with_events(recording, event, rng)
            moments = _moments(changed, event)
            hits += sum(any(same(span, moment.span) for moment in moments) for span in spans)
            right += sum(any(same(span, moment.span) for span in spans) for moment in moments)
            events, told = events + len(spans), told + len(moments)
    per_min = sum(untouched) * 60 / (len(recordings) * SECONDS)
    shares = percent(hits, events) + percent(right, told)
    return f"{event.kind:<18}{event.name:<27}{shares}{events:>8}{per_min:>9.2f} ({sum(map(bool, untouched))})"


def percent(hits: int, n: int) -> str:
    if not n:
        return f"{'none':>20}"
    share = wilson(Count(hits, n))
    return f"{100 * share.value:>9.1f} ({100 * share.low:>4.0f}-{100 * share.high:>3.0f})"


def _table(title: str, recordings: Iterable[Recording]) -> None:
    each = list(recordings)
    print(f"\n{title}: {len(each)} recordings of {SECONDS} s, seed {SEED}")
    print(f"{'kind':<18}{'event':<27}{'recall % (95 %)':>20}{'precision %':>20}{'events':>8}{'untouched/min':>14}")
    for event in EVENTS:
        print(_line(event, each), flush=True)


def measure() -> None:
    """One table on noise, one on real faces.

    The last column is what is found in the recordings as they are, a minute, and in how many of them. A clip that is
    repeated repeats what its face did: the second number says more than the first. The intervals take events for
    independent, which those in one clip are not: they hold for these recordings and for no others.
    """
    _table("noise that moves as faces do", (of_noise(seed, SECONDS, fps) for seed in (1, 2) for fps in (25, 30, 60)))
    if (SHARED / "media" / "clips").is_dir():
        _table("real faces, expressive clips", real(SECONDS))
    else:
        print("\nreal faces: the developers' clips are not here")


if __name__ == "__main__":
    measure()
