"""Events put into recordings of real voices, which are then listened to anew, or into the signals of real faces.

Part of `python -m tests.bench.speech`; needs the developers' recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.config import PipelineConfig
from analysis.moments.kinds import (
    hard_to_hear,
    hesitation,
    reads_aloud,
    second_voice,
    voice_without_lips,
    words_and_face_differ,
)
from analysis.pipeline import Analysis
from analysis.signals.series import Series, SeriesBuilder
from analysis.speech.audio_features import listen
from analysis.speech.chunking import RATE
from analysis.speech.said import Said, understood
from analysis.speech.sound import Sound
from analysis.types import EXPRESSIONS, Moment, Span, Stage, Transcript, Word
from tests.analysis.rules import found
from tests.analysis.speech.sounds import QUIET, heard, in_pieces, samples
from tests.bench.backdrops import SHARED, real
from tests.bench.injected import percent, same

MEDIA = SHARED / "media"
SEED, ROUNDS = 20260101, 12
_CALM_DEG = 4.0
Sound16 = NDArray[np.int16]


@dataclass
class Tally:
    """What was put in and found of one line of the table."""

    name: str
    hits: int = 0
    events: int = 0
    right: int = 0
    told: int = 0
    untouched: int = 0
    minutes: float = 0.0
    off_ms: list[float] | None = None

    def add(self, spans: list[Span], moments: list[Moment]) -> None:
        pairs = [(span, moment) for span in spans for moment in moments if same(span, moment.span)]
        self.hits += len({span for span, _ in pairs})
        self.right += len({id(moment) for _, moment in pairs})
        self.events, self.told = self.events + len(spans), self.told + len(moments)
        if self.off_ms is not None:
            for span, moment in pairs:
                self.off_ms += [abs(moment.span.start_ms - span.start_ms), abs(moment.span.end_ms - span.end_ms)]

    def line(self) -> str:
        off = f", edges off by {np.median(self.off_ms):.0f} ms in the median" if self.off_ms else ""
        per_min = self.untouched / self.minutes if self.minutes else 0.0
        shares = percent(self.hits, self.events) + percent(self.right, self.told)
        return f"{self.name:<44}{shares}{self.events:>8}{per_min:>10.2f}{off}"


def _voices() -> list[Sound16]:
    """Recordings of one voice each, of half a minute or more."""
    folder = MEDIA / "speech"
    austen = [samples(path) for path in sorted(folder.glob("sense_*.wav"))]
    return [
        samples(folder / "two_cities_16k.wav"),
        np.tile(np.concatenate(austen), 3),
        np.tile(samples(folder / "jfk.flac"), 3),
    ]


def _listened(sound: Sound16, *, voice: bool = False) -> Said:
    return Said(Transcript((), "none"), (), listen(in_pieces(sound), QUIET, voice=voice))


def pauses(rng: np.random.Generator) -> Tally:
    """Silence of 2 to 5 s, with the noise of the room, put where the voice rests anyway."""
    tally = Tally("hesitation: silence of 2 to 5 s", off_ms=[])
    for voice in _voices():
        rests = [rest for rest in _listened(voice).pauses if rest.start_ms > 3000]
        tally.untouched += len(found(hesitation, said=_listened(voice)))
        tally.minutes += len(voice) / RATE / 60
        for _ in range(ROUNDS):
            rest = rests[int(rng.integers(len(rests)))]
            at, length = (rest.start_ms + rest.end_ms) // 2 * RATE // 1000, int(rng.integers(2 * RATE, 5 * RATE))
            room = voice[rest.start_ms * RATE // 1000 : rest.end_ms * RATE // 1000]
            filling = np.resize(np.concatenate([room, room[::-1]]), length)
            changed = np.concatenate([voice[:at], filling, voice[at:]])
            put = Span(rest.start_ms, rest.end_ms + length * 1000 // RATE)
            tally.add([put], found(hesitation, said=_listened(changed)))
    return tally


def _fault(name: str, change: Callable[[Sound16, np.random.Generator], Sound16], rng: np.random.Generator) -> Tally:
    tally = Tally(f"hard_to_hear: {name}, 4 to 8 s")
    for voice in _voices():
        tally.untouched += len(found(hard_to_hear, said=_listened(voice)))
        tally.minutes += len(voice) / RATE / 60
        for _ in range(ROUNDS):
            length = int(rng.integers(4 * RATE, 8 * RATE))
            at = int(rng.integers(5 * RATE, len(voice) - length - 2 * RATE))
            changed = voice.copy()
            changed[at : at + length] = change(changed[at : at + length], rng)
            put = Span(at * 1000 // RATE, (at + length) * 1000 // RATE)
            tally.add([put], found(hard_to_hear, said=_listened(changed)))
    return tally


def _mute(part: Sound16, rng: np.random.Generator) -> Sound16:
    return np.zeros_like(part)


def _cut_off(part: Sound16, rng: np.random.Generator) -> Sound16:
    loud = part.astype(np.float64) * 32_767 / max(1, np.abs(part).max()) * rng.uniform(6, 12)
    return loud.clip(-32_768, 32_767).astype(np.int16)


def _soften(part: Sound16, rng: np.random.Generator) -> Sound16:
    power = np.sqrt(np.mean(part.astype(np.float64) ** 2)) / 32_768
    return (part * (10 ** (rng.uniform(-62, -56) / 20) / power)).astype(np.int16)


def _drown(part: Sound16, rng: np.random.Generator) -> Sound16:
    """Noise as loud as the voice: told only where it is also there while nobody speaks."""
    power = np.sqrt(np.mean(part.astype(np.float64) ** 2))
    return (part + rng.normal(0, power * rng.uniform(0.8, 1.2), len(part))).clip(-32_768, 32_767).astype(np.int16)


def lips(rng: np.random.Generator) -> Tally:
    """The mouth's signals stand still for 2.5 to 6 s while a clip's own speech goes on."""
    tally = Tally("voice_without_lips: mouth held for 2.5 to 6 s")
    for clip in sorted((MEDIA / "clips").glob("phone_portrait_speech_*.mp4")):
        series, sound = _there_and_back(*_analysed(clip), 180)
        said = Said(Transcript((), "none"), (), sound)
        tally.untouched += len(found(voice_without_lips, series, said))
        tally.minutes += 3
        for _ in range(ROUNDS):
            length_ms = int(rng.integers(2500, 6000))
            start_ms = int(rng.integers(5000, 170_000))
            changed = replace(series, face_signals=series.face_signals.copy())
            first, after = np.searchsorted(series.pts_ms, (start_ms, start_ms + length_ms))
            for name in voice_without_lips.MOUTH_SIGNALS:
                changed.face_signal(name)[first:after] = changed.face_signal(name)[first]
            tally.add([Span(start_ms, start_ms + length_ms)], found(voice_without_lips, changed, said))
    return tally


def _analysed(clip: Path) -> tuple[Series, Sound]:
    plan = frozenset({Stage.FACES, Stage.LANDMARKS})
    analysis, builder = Analysis(clip, PipelineConfig(plan=plan, model_dir=str(SHARED / "models"))), SeriesBuilder()
    for rows in analysis:
        builder.add(rows)
    return builder.build(33), listen(in_pieces(samples(clip)), QUIET, voice=False)


def _there_and_back(series: Series, sound: Sound, seconds: int) -> tuple[Series, Sound]:
    """Picture and sound together, to and fro, and a few seconds without speech and with a resting mouth between."""
    fps = 1000 / float(np.median(np.diff(series.pts_ms)))
    steps = np.searchsorted(series.pts_ms, np.arange(len(sound)) * 32).clip(0, len(series) - 1)
    rest_steps = 4000 // 32
    order = np.concatenate([steps, steps[::-1], np.full(rest_steps, steps[0])])
    speech = np.concatenate([sound.speech, sound.speech[::-1], np.zeros(rest_steps, np.float32)])
    count = seconds * 1000 // 32
    frames = np.resize(order, count)[:: max(1, round(31.25 / fps))]
    pts_ms = np.arange(len(frames)) * 32 * max(1, round(31.25 / fps))
    values = {name: getattr(series, name)[frames] for name in series.__dataclass_fields__}
    values |= {"pts_ms": pts_ms.astype(np.int64), "end_ms": np.append(pts_ms[1:], pts_ms[-1] + 32).astype(np.int64)}
    spoken = np.resize(speech, count)
    return Series(**values), replace(sound, speech=spoken)


def reading(rng: np.random.Generator, calm: bool) -> Tally:
    """Eyes that go along lines of 5 to 14 degrees for 15 to 30 s, over real faces, while speech goes on.

    calm: over faces whose gaze rests; else over those of actors who move head and eyes all the time.
    """
    what = "calm faces" if calm else "restless faces"
    tally = Tally(f"reads_aloud: eyes along lines, {what}")
    said = Said(Transcript((), "none"), (), heard(180, *((at, at + 8.5) for at in range(0, 180, 9))))
    for series in _faces():
        if (np.nanstd(series.face_signal("gaze_yaw_deg")) < _CALM_DEG) != calm:
            continue
        tally.untouched += len(found(reads_aloud, series, said))
        tally.minutes += 3
        for _ in range(ROUNDS):
            length_ms = int(rng.integers(15_000, 30_000))
            start_ms = int(rng.integers(5000, 145_000))
            changed = replace(series, face_signals=series.face_signals.copy())
            where = slice(*np.searchsorted(series.pts_ms, (start_ms, start_ms + length_ms)))
            changed.face_signal("gaze_yaw_deg")[where] += _along_lines(series.pts_ms[where] - start_ms, rng)
            tally.add([Span(start_ms, start_ms + length_ms)], found(reads_aloud, changed, said))
    return tally


def _faces() -> Iterator[Series]:
    yield from (recording.series for recording in real(180))
    for clip in sorted((MEDIA / "clips").glob("phone_portrait_speech_*.mp4")):
        yield _there_and_back(*_analysed(clip), 180)[0]


def _along_lines(at_ms: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float32]:
    """Degrees: from one side to the other in small steps, line after line, and back at once."""
    across_deg, line_ms = rng.uniform(5, 14), rng.uniform(1800, 4500)
    begins = np.cumsum(line_ms * rng.uniform(0.8, 1.2, 40))
    line = np.searchsorted(begins, at_ms, "right")
    starts, lasts = np.append(0, begins)[line], np.diff(np.append(0, begins))[line]
    steps = rng.integers(4, 9)
    done = np.floor((at_ms - starts) / lasts * steps) / (steps - 1)
    return np.asarray(across_deg * (done - 0.5), np.float32)


def _other_voices() -> list[Sound16]:
    clips = [
        *sorted((MEDIA / "clips").glob("phone_portrait_speech_*.mp4")),
        MEDIA / "speech" / "two_speakers_stereo.wav",
    ]
    return [*_voices(), *(samples(path) for path in clips)]


def second_voices(rng: np.random.Generator) -> Tally:
    """2.5 to 6 s of another voice, as loud as the first, put in its place."""
    tally = Tally("second_voice: another voice, 2.5 to 6 s")
    others = _other_voices()
    for number, voice in enumerate(_voices()):
        tally.untouched += len(found(second_voice, said=_listened(voice, voice=True)))
        tally.minutes += len(voice) / RATE / 60
        for _ in range(ROUNDS):
            other = others[(number + int(rng.integers(1, len(others)))) % len(others)]
            length = int(min(rng.integers(int(2.5 * RATE), 6 * RATE), len(other) - 1))
            part = other[(begin := int(rng.integers(0, len(other) - length))) : begin + length].astype(np.float64)
            at = int(rng.integers(3 * RATE, len(voice) - length - 2 * RATE))
            put = Span(at * 1000 // RATE, (at + length) * 1000 // RATE)
            loud = np.sqrt(np.mean(voice.astype(np.float64) ** 2)) / max(1.0, np.sqrt(np.mean(part**2)))
            changed = voice.copy()
            changed[at : at + length] = (part * loud).clip(-32_768, 32_767).astype(np.int16)
            tally.add([put], found(second_voice, said=_listened(changed, voice=True)))
    return tally


def sides(rng: np.random.Generator) -> Tally:
    """2.5 to 6 s of the same voice from one side: 15 to 40 dB louder there."""
    tally = Tally("second_voice: from one side, 2.5 to 6 s")
    for voice in _voices():
        for _ in range(ROUNDS):
            length = int(rng.integers(int(2.5 * RATE), 6 * RATE))
            at = int(rng.integers(3 * RATE, len(voice) - length - 2 * RATE))
            both = np.stack([voice, voice], axis=1).astype(np.float64)
            both[at : at + length, int(rng.integers(2))] *= 10 ** (-rng.uniform(15, 40) / 20)
            put = Span(at * 1000 // RATE, (at + length) * 1000 // RATE)
            tally.add([put], found(second_voice, said=_listened(both.astype(np.int16), voice=True)))
        tally.untouched += len(found(second_voice, said=_listened(np.stack([voice, voice], axis=1), voice=True)))
        tally.minutes += len(voice) / RATE / 60
    return tally


def words_and_face(rng: np.random.Generator) -> Tally:
    """Sentences of strong words over real faces; in half of them the face is made to show the opposite."""
    tally = Tally("words_and_face_differ: 55 to 95 % of the opposite")
    good, bad = "that was a wonderful happy day for us", "it was a terrible awful failure for us"
    for recording in real(180):
        for _ in range(3):
            changed, put, spoken = recording.copy(), [], []
            for number, at_ms in enumerate(range(5000, 170_000, 6000)):
                text = good if rng.random() < 0.5 else bad
                words = [
                    Word(Span(at_ms + 350 * i, at_ms + 350 * i + 300), word) for i, word in enumerate(text.split())
                ]
                spoken += words
                if number % 2:
                    span = Span(at_ms, words[-1].span.end_ms)
                    first, after = np.searchsorted(changed.series.pts_ms, (span.start_ms - 300, span.end_ms + 300))
                    prob, which = rng.uniform(0.55, 0.95), "sad" if text == good else "happy"
                    row = np.full(len(EXPRESSIONS), (1 - prob) / 6, np.float32)
                    row[EXPRESSIONS.index(which)] = prob
                    changed.raw[first:after] = row
                    put.append(span)
            said = _understood(tuple(spoken))
            series = changed.smoothed()
            tally.add(put, found(words_and_face_differ, series, said))
    return tally


def _understood(words: tuple[Word, ...]) -> Said:
    return understood(Transcript(words, "uploaded", "en"), None)


def measure() -> None:
    rng = np.random.default_rng(SEED)
    heads = f"{'recall % (95 %)':>20}{'precision %':>20}{'events':>8}{'untouched/min':>14}"
    print(f"\n{'events put into real voices and faces':<44}{heads}")
    print(pauses(rng).line(), flush=True)
    for name, change in (("muted", _mute), ("cut off", _cut_off), ("very quiet", _soften), ("in noise", _drown)):
        print(_fault(name, change, rng).line(), flush=True)
    print(second_voices(rng).line(), flush=True)
    print(sides(rng).line(), flush=True)
    print(lips(rng).line(), flush=True)
    for calm in (True, False):
        print(reading(rng, calm).line(), flush=True)
    print(words_and_face(rng).line(), flush=True)
