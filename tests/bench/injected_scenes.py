"""Precision and recall of the rules on the picture itself: events that were put into whole pictures.

`python -m tests.bench.injected_scenes`. Clips are played there and back to 10 s, changed in one place, encoded and
decoded by a codec that is drawn at random, and watched. Where the developers' clips are missing, drawn persons in
drawn rooms take their place. More than half of the recordings hold something that only looks like an event: what is
found there counts against the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from analysis.fairness.intervals import Count, wilson
from analysis.types import Moment, MomentKind
from tests.analysis import scenes
from tests.analysis.scenes import CODECS, Shot

SEED, SECONDS = 20260101, 10
CLIPS = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "media" / "clips"
#: One take each, with a face.
NAMES = (
    *("covers_face_then_smiles.mp4", "expressive_d12.mp4", "expressive_d14.mp4", "expressive_d18.mp4"),
    *("expressive_d19.mp4", "expressive_d3.mp4", "expressive_d6.mp4", "expressive_s18.mp4", "expressive_s32.mp4"),
    *("phone_portrait_speech_10s.mp4", "grid_bbaf2n.mpg", "grid_lwbsza.mpg"),
)
KINDS = (MomentKind.CUT, MomentKind.FROZEN, MomentKind.BACKGROUND_CHANGED)
# From the event to the start of what is found, in ms: a codec of few bits refines a picture that stands for seconds.
_AFTER_MS = {
    MomentKind.CUT: (-100, 100),
    MomentKind.FROZEN: (-100, 3000),
    MomentKind.BACKGROUND_CHANGED: (-500, 1000),
}

#: (shots, which of them, time of the event, chance) -> the changed shot.
Put = Callable[[list[Shot], int, int, np.random.Generator], Shot]


@dataclass(frozen=True)
class Event:
    """One line of the table. kind: None for what only looks like an event."""

    name: str
    kind: MomentKind | None
    put: Put


def _size(shot: Shot) -> tuple[int, int]:
    return shot.pictures[0].shape[1], shot.pictures[0].shape[0]


def _cut(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    other = (which + int(rng.integers(1, len(shots)))) % len(shots)
    return scenes.cut_to(shots[which], shots[other], at_ms)


def _left_out(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    """Two seconds or more of the same take are missing; what follows stands in for what would."""
    shot = shots[which]
    at, resumed = shot.at(at_ms), shot.at(min(at_ms + int(rng.integers(2000, 3000)), shot.pts_ms[-1] - 1000))
    rest = [*range(resumed, len(shot.pictures)), *range(len(shot.pictures) - 2, -1, -1)][: len(shot.pictures) - at]
    order = [*range(at), *rest]
    return Shot(tuple(shot.pictures[i] for i in order), shot.pts_ms, tuple(shot.boxes[i] for i in order))


def _frozen(least_ms: int, most_ms: int) -> Put:
    def put(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
        return scenes.frozen_at(shots[which], at_ms, at_ms + int(rng.integers(least_ms, most_ms)))

    return put


def _behind(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    other = scenes.room(int(rng.integers(1000)), _size(shots[which]))
    return scenes.behind_person(shots[which], other, at_ms, at_ms + int(rng.integers(2500, 8000)))


def _flash(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    lasts_ms = int(rng.integers(1, 120))
    return scenes.changed(shots[which], scenes.brighter(rng.uniform(60, 180)), at_ms, at_ms + lasts_ms)


def _exposure(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    change = scenes.dimmed(rng.uniform(0.3, 0.8), int(rng.integers(1, 2000)))
    return scenes.changed(shots[which], change, at_ms, 1000 * SECONDS)


def _shake(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    return scenes.changed(shots[which], scenes.moved(scenes.shaken), at_ms, at_ms + int(rng.integers(500, 3000)))


def _nudge(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    x, y = rng.uniform(-20, 20, 2)
    return scenes.changed(shots[which], scenes.moved(lambda _: (x, y)), at_ms, 1000 * SECONDS)


def _hand(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    lasts_ms = int(rng.integers(600, 2500))
    return scenes.changed(shots[which], scenes.covered(int(rng.integers(60, 400)), lasts_ms), at_ms, at_ms + lasts_ms)


def _slow(shots: list[Shot], which: int, at_ms: int, rng: np.random.Generator) -> Shot:
    """A camera with 4 to 10 frames a second in a file with more."""
    shot, every = shots[which], int(rng.integers(3, 7))
    return Shot(tuple(shot.pictures[i // every * every] for i in range(len(shot.pictures))), shot.pts_ms, shot.boxes)


EVENTS = (
    Event("another clip", MomentKind.CUT, _cut),
    Event("2 to 3 s left out", MomentKind.CUT, _left_out),
    Event("1.5 to 2.5 s", MomentKind.FROZEN, _frozen(1500, 2500)),
    Event("2.5 to 5 s", MomentKind.FROZEN, _frozen(2500, 5000)),
    Event("another one, 2.5 to 8 s", MomentKind.BACKGROUND_CHANGED, _behind),
    Event("flash of light", None, _flash),
    Event("other exposure", None, _exposure),
    Event("camera shaken", None, _shake),
    Event("camera nudged", None, _nudge),
    Event("hand before the lens", None, _hand),
    Event("4 to 10 frames a second", None, _slow),
    Event("nothing", None, lambda shots, which, at_ms, rng: shots[which]),
)


def _shots() -> list[Shot]:
    files = [CLIPS / name for name in NAMES if (CLIPS / name).exists()]
    if files:
        return [scenes.there_and_back(scenes.filmed(file), SECONDS) for file in files]
    return [scenes.shoot(scenes.times(SECONDS, (25, 30)[seed % 2]), seed, person=seed) for seed in range(12)]


def _watched(shots: list[Shot], event: Event) -> Iterator[tuple[list[Moment], int]]:
    """Of each recording what is found in it, and when the event is."""
    rng = np.random.default_rng(SEED)
    for which in range(len(shots)):
        shot = shots[which]
        at_ms = shot.pts_ms[shot.at(int(rng.integers(4000, 6000)))]
        codec = CODECS[int(rng.integers(len(CODECS)))]
        yield scenes.found(scenes.coded(event.put(shots, which, at_ms, rng), codec)), at_ms


def _is_there(moment: Moment, at_ms: int) -> bool:
    least_ms, most_ms = _AFTER_MS[moment.kind]
    return least_ms <= moment.span.start_ms - at_ms <= most_ms


def _percent(hits: int, n: int) -> str:
    if not n:
        return f"{'none':>18}"
    share = wilson(Count(hits, n))
    return f"{100 * share.value:>7.0f} ({100 * share.low:>3.0f} to {100 * share.high:>3.0f})"


def measure() -> None:
    """Recall of each event, what was found besides, and the precision of each kind over all recordings."""
    shots = _shots()
    print(
        f"{len(shots)} recordings of {SECONDS} s for each line, seed {SEED}, {'real' if CLIPS.is_dir() else 'drawn'}"
    )
    print(f"{'kind':<20}{'event':<26}{'recall % (95 %)':>18}  found besides")
    right: Counter[MomentKind] = Counter()
    told: Counter[MomentKind] = Counter()
    for event in EVENTS:
        hits, besides = 0, Counter[str]()
        for moments, at_ms in _watched(shots, event):
            good = [moment for moment in moments if moment.kind == event.kind and _is_there(moment, at_ms)]
            hits += bool(good)
            right.update(moment.kind for moment in good)
            told.update(moment.kind for moment in moments)
            besides.update(str(moment.kind) for moment in moments if moment not in good)
        recall = _percent(hits, len(shots)) if event.kind else f"{'':>18}"
        others = ", ".join(f"{count} {kind}" for kind, count in besides.items()) or "nothing"
        print(f"{event.kind or '':<20}{event.name:<26}{recall}  {others}", flush=True)
    for kind in KINDS:
        print(f"{kind:<20}{'precision over all lines':<26}{_percent(right[kind], told[kind])}  of {told[kind]} found")


if __name__ == "__main__":
    measure()
